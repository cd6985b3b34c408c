import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The peers that the latency bench can measure. Where they cannot be installed: why on stderr, and none of them. */
export async function latencyPeers() {
  if (!existsSync(`${folder}node_modules`)) {
    const args = ['ci', '--prefix', folder, '--no-audit', '--no-fund'];
    const run = spawnSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    if (run.status !== 0) {
      console.error(`Without the other packages: npm ${args.join(' ')} failed.\n${run.stderr ?? run.error}`);
      return [];
    }
  }
  const { PEERS } = await import('./peers/index.mjs');
  return PEERS.filter(({ noLatency }) => !noLatency);
}
