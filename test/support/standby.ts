import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries, runAs, temporaryFolder } from './postgres-binaries.mjs';
import type { PostgresServer } from './postgres.mjs';
import { freePort } from './server-of.js';

export interface Standby {
  /** Of the superuser and the database `postgres`. */
  readonly url: string;
  /** Resolves when it has replayed all that the primary has written. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A server that follows another one and can only be read, made from a copy of its files (PostgreSQL manual, 25.3.3: the package of the
 * binaries has no pg_basebackup).
 */
export async function standbyOf(primary: PostgresServer): Promise<Standby> {
  const { dataDir } = primary;
  if (dataDir === undefined) throw new Error('a server that is not ours has no files to copy');
  const home = mkdtempSync(join(temporaryFolder(), 'nestjs-prisma-audit-standby-'));
  const copy = join(home, 'data');
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  await client.query(`select pg_backup_start('standby', true)`);
  cpSync(dataDir, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('postmaster.pid'),
  });
  const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
  writeFileSync(join(copy, 'backup_label'), rows[0]?.labelfile ?? '');
  writeFileSync(join(copy, 'standby.signal'), '');
  mkdirSync(join(copy, 'pg_wal/archive_status'), { recursive: true });
  if (runAs.uid !== undefined) own(home, runAs.uid, runAs.gid);
  chmodSync(copy, 0o700);
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'max_connections=200', `primary_conninfo=host=127.0.0.1 port=${primary.port} user=postgres`]; // prettier-ignore
  const server = spawn(findBinaries().postgres, ['-D', copy, ...settings.flatMap((each) => ['-c', each])], { ...runAs, cwd: home, env: { LC_ALL: 'C', TZ: 'UTC' }, stdio: 'ignore' }); // prettier-ignore
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const ask = async (text: string): Promise<unknown> => {
    const asking = new pg.Client({ connectionString: url });
    try {
      await asking.connect();
      return Object.values((await asking.query<Record<string, unknown>>(text)).rows[0] ?? {})[0];
    } catch {
      return undefined; // not yet
    } finally {
      await asking.end().catch(() => undefined);
    }
  };
  const until = async (text: string): Promise<void> => {
    for (let tries = 0; (await ask(text)) !== true; tries += 1) {
      if (tries > 600) throw new Error(`the standby never said true to ${text}`);
      await sleep(50);
    }
  };
  await until('select pg_is_in_recovery()');
  return {
    url,
    async caughtUp() {
      const { rows: at } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      await until(`select pg_last_wal_replay_lsn() >= '${at[0]?.lsn ?? ''}'::pg_lsn`);
    },
    async stop() {
      await client.end();
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function own(path: string, uid: number, gid: number): void {
  chownSync(path, uid, gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) own(inner, uid, gid);
    else if (entry.isFile()) chownSync(inner, uid, gid);
  }
}
