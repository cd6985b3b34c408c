import pg from 'pg';
import { within } from '../../event/deadline.js';
import { AuditError } from '../../event/errors.js';

export type { Pool, PoolClient } from 'pg';

export interface PoolOptions {
  readonly max: number;
  /** The option that the URL came from, for messages. @defaultValue `'databaseUrl'` */
  readonly option?: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** A query that has no answer by then fails, and its connection is thrown away: it may be open and silent. @defaultValue none */
  readonly queryTimeoutMs?: number;
}

/**
 * A pool of our own, small, beside the application's. It lives from the first query on; an error of an idle connection
 * (the server went away) is swallowed here, since the next query reports it to the one who asked.
 */
export function createPool(databaseUrl: string, options: PoolOptions): pg.Pool {
  let protocol: string;
  try {
    ({ protocol } = new URL(databaseUrl));
  } catch {
    protocol = '';
  }
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    // The value may hold a password: it is not repeated in the message.
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      `${options.option ?? 'databaseUrl'} must look like postgresql://user:password@host:5432/database`,
    );
  }
  const url = new URL(databaseUrl);
  url.searchParams.delete('schema'); // Prisma's own parameter; libpq and pg do not know it
  const pooled = url.searchParams.get('pgbouncer') === 'true';
  const pool = new pg.Pool({
    connectionString: url.toString(),
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: true,
    // Under SERIALIZABLE as the default our reads would become part of the application's conflicts. Nothing is changed
    // where the default is the usual one; a transaction pooler (`pgbouncer=true`) lends connections to others, so not there.
    ...(pooled ? {} : { verify: (client, done) => client.query(READ_COMMITTED, (error) => done(error)) }),
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
  });
  pool.on('error', () => undefined);
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    open.add(client);
    // A connection that is cut while it is checked out would end the process; its query rejects, and that is enough.
    client.on('error', () => undefined);
  });
  pool.on('remove', (client) => open.delete(client));
  connections.set(pool, open);
  return pool;
}

const READ_COMMITTED = `
select set_config('default_transaction_isolation', 'read committed', false)
 where current_setting('default_transaction_isolation') <> 'read committed'`;

const connections = new WeakMap<pg.Pool, Set<pg.PoolClient>>();

/** Ends the pool, and the connections that have not ended within `deadlineMs` by force. */
export async function endPool(pool: pg.Pool, deadlineMs: number): Promise<void> {
  const ended = await within(
    deadlineMs,
    pool.end().then(() => true),
  );
  if (ended) return;
  for (const client of connections.get(pool) ?? []) {
    // Not in the driver's types: the socket itself, since a polite end waits for an answer.
    (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
  }
}

/** SQLSTATE of an error that came from the server. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** `undefined_table`, `undefined_function`, `invalid_schema_name`: the log is not installed. */
export function isSchemaMissing(error: unknown): boolean {
  const state = sqlState(error);
  return state === '42P01' || state === '42883' || state === '3F000';
}

/** `insufficient_privilege`. */
export function isForbidden(error: unknown): boolean {
  return sqlState(error) === '42501';
}
