import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface DatabaseOptions {
  /** Name of the database to copy; nobody may be connected to it. @defaultValue an empty database */
  template?: string;
  /** @defaultValue that of the cluster, UTF8 */
  encoding?: string;
  /** Address of another server. @defaultValue the one of this test run */
  server?: string;
}

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Removes the database, and cuts whoever is still connected to it. */
  drop: () => Promise<void>;
}

/** Makes a database of its own for the caller on the server of this test run. */
export async function createDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? process.env['AUDIT_TEST_SERVER_URL'];
  if (!server) throw new Error('AUDIT_TEST_SERVER_URL is not set: the global setup of jest starts the server.');

  const name = `audit_test_${randomBytes(6).toString('hex')}`;
  const clauses = [`template ${pg.escapeIdentifier(options.template ?? 'template0')}`];
  // Copied rather than logged page by page: a fifth of the time. PostgreSQL 14 knows no other way, nor the word.
  if (!options.server && Number(process.env['AUDIT_TEST_SERVER_MAJOR']) >= 15) clauses.push('strategy file_copy');
  if (options.encoding) clauses.push(`encoding ${pg.escapeLiteral(options.encoding)}`);
  await run(server, `create database ${pg.escapeIdentifier(name)} ${clauses.join(' ')}`);

  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () => run(server, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`),
  };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
