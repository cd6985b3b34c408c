import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const wanted = new URL('package-lock.json', import.meta.url);
/** npm writes it when all is there. */
const installed = new URL('node_modules/.package-lock.json', import.meta.url);

/** The peers that the latency bench can measure, installed where they are not. Where that fails: why on stderr, and none of them. */
export async function latencyPeers() {
  if (!existsSync(installed) || statSync(wanted).mtimeMs > statSync(installed).mtimeMs) {
    const root = new URL('../..', import.meta.url);
    const run = spawnSync('npm', ['run', 'peers'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (run.status !== 0) {
      console.error(`Without the other packages: npm run peers failed.\n${run.stderr ?? run.error}`);
      return [];
    }
  }
  const { PEERS } = await import('./peers/index.mjs');
  return PEERS.filter(({ noLatency }) => !noLatency);
}
