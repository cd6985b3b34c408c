import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './server-of.js';

/** An S3 server that enforces Object Lock: Ceph's object gateway, all of it in memory. */
export interface ObjectStore {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('rgw-up.sh', import.meta.url));
const PROGRAMS = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool', 'curl'];

/** In CI a program that is missing is a failure, elsewhere what needs it is skipped and named. */
export function hasObjectStore(): boolean {
  const missing = PROGRAMS.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0 && process.env['CI'] === 'true')
    throw new Error(`${missing.join(', ')} missing: apt-get install radosgw ceph-mon ceph-osd ceph-common curl`);
  return missing.length === 0;
}

export async function startObjectStore(): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-rgw-'));
  const [port, monitor] = [await freePort(), await freePort()];
  const stop = async (): Promise<void> => {
    const running = pids(folder);
    for (const pid of running) kill(pid);
    while (running.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
    rmSync(folder, { recursive: true, force: true });
  };
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn('bash', [SCRIPT, folder, String(port), String(monitor)], { stdio: 'ignore' });
    child.once('error', reject).once('exit', resolve);
  });
  if (code !== 0) {
    await stop();
    throw new Error(`the object store did not start (${code})`);
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'audit', secretAccessKey: 'auditsecret' },
    close: stop,
  };
}

/** Its daemons leave their numbers in the folder. */
function pids(folder: string): number[] {
  try {
    const files = readdirSync(join(folder, 'run')).filter((name) => name.endsWith('.pid'));
    return files.map((name) => Number(readFileSync(join(folder, 'run', name), 'utf8'))).filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended and that nobody waits for still has its number.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
