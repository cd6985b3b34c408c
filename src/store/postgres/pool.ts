import pg from 'pg';
import { AuditError } from '../../event/errors.js';

export type { Pool, PoolClient } from 'pg';

export interface PoolOptions {
  readonly max: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
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
      'databaseUrl must look like postgresql://user:password@host:5432/database',
    );
  }
  const url = new URL(databaseUrl);
  url.searchParams.delete('schema'); // Prisma's own parameter; libpq and pg do not know it
  const pool = new pg.Pool({
    connectionString: url.toString(),
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  pool.on('error', () => undefined);
  return pool;
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
