import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runAs, temporaryFolder } from '../../support/postgres-binaries.mjs';
import { startGuard } from '../../support/postgres-guard.mjs';

/** Where Debian puts it; not in the PATH of everybody. */
const PLACES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** The path of the program; undefined where there is none. */
export const PGBOUNCER = PLACES.map((place) => join(place, 'pgbouncer')).find((path) => existsSync(path));

export interface Pooler {
  /** The address of a database of the server behind, through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** pgbouncer in transaction mode, with `connections` to each database of a server. */
export async function startPgbouncer(server: string, connections: number): Promise<Pooler> {
  if (!PGBOUNCER) throw new Error('There is no pgbouncer here: apt-get install pgbouncer');
  const home = mkdtempSync(join(temporaryFolder(), 'nestjs-prisma-audit-pgbouncer-'));
  const port = await freePort();
  const config = join(home, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]
* = host=127.0.0.1 port=${new pg.Client({ connectionString: server }).port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
logfile = ${join(home, 'log')}
`,
  );
  chmodSync(home, 0o700);
  chmodSync(config, 0o644);
  if (runAs.uid !== undefined) chownSync(home, runAs.uid, runAs.gid); // pgbouncer refuses to run as root
  const child = spawn(PGBOUNCER, [config], { ...runAs, cwd: home, stdio: 'ignore' });
  const guard = startGuard(home);
  guard.watch(child);
  const through = (url: string): string => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href;

  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: through(server) });
    const up = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (up) break;
    if (tries === 200 || child.exitCode !== null) {
      const log = existsSync(join(home, 'log')) ? readFileSync(join(home, 'log'), 'utf8') : 'no log';
      throw new Error(`pgbouncer does not answer: ${log}`);
    }
    await sleep(50);
  }
  return {
    through,
    async stop() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      guard.dismiss();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // of a TCP server
  server.close();
  return port;
}
