import { hash } from 'node:crypto';
import { isOrigin } from '../../chain/leaf.js';
import { AuditError } from '../../event/errors.js';
import { compareShape } from './check-shape.js';
import { lockLog, type LogLockOptions } from './lock-log.js';
import { privilegeMissing } from './content-store.js';
import { migrations } from './migrations.generated.js';
import { isForbidden, type Pool, type PoolClient } from './pool.js';
import { dueRights } from './roles.js';
import { checkSchemaName, inSchema } from './schema.js';
import { MEND_SEQUENCE } from './sealer-sql.js';

export interface MigrateOptions {
  readonly schema: string;
  /** Name of this deployment, part of every hash; fixed by the first migration. @defaultValue random */
  readonly origin?: string | undefined;
  readonly lock?: LogLockOptions;
}

/** The files that make triggers of the log's own tables. */
const GUARDS = ['0002_append_only.sql', '0007_coverage.sql', '0010_registry.sql', '0011_questions.sql'];

const OLDEST = 14;
const NEWEST = 18;

/**
 * Brings the log's schema up to date. Safe to run at the same time from several processes and any number of times: one
 * transaction under one advisory lock, a ledger of what was applied. Resolves with the names of the files applied; they are
 * applied again where somebody has replaced a function of the log, or removed its triggers or switched them off.
 *
 * @throws AuditError `AUDIT_SERVER_UNSUPPORTED`, `AUDIT_SCHEMA_FOREIGN`, `AUDIT_SCHEMA_OLD`, `AUDIT_MIGRATE_LOCKED`; nothing is changed then
 */
export async function migrate(pool: Pool, options: MigrateOptions): Promise<readonly string[]> {
  const schema = checkSchemaName(options.schema);
  if (options.origin !== undefined && (!isOrigin(options.origin) || options.origin.length > 200)) {
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      'origin must be made of a-z 0-9 . _ ~ - and single slashes, at most 200 characters, e.g. "example.com/audit"',
    );
  }
  return await inTransaction(pool, async (client) => {
    await refuseServer(client);
    await lockLog(client, schema, options.lock);
    await client.query(`select set_config('audit.origin', $1, true)`, [options.origin ?? '']);
    const applied = await ledger(client, schema);
    const unknown = [...applied].filter((name) => !migrations.some((migration) => migration.name === name));
    if (unknown.length > 0) {
      throw new AuditError(
        'AUDIT_SCHEMA_OLD',
        `this version of the package does not know ${unknown.join(', ')}: the database was migrated by a newer one, install that`,
      );
    }
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const { name, sql } of missing) {
      await client.query(inSchema(schema, sql));
      await client.query(inSchema(schema, `insert into "audit".migration (name, checksum) values ($1, $2)`), [
        name,
        hash('sha256', sql),
      ]);
    }
    const again = await toRepeat(client, schema);
    for (const { sql } of again) await client.query(inSchema(schema, sql));
    // Default privileges of the database may have opened what was made here. `client`: it is the rights of a client that may be there.
    if (missing.length + again.length > 0)
      await client.query(inSchema(schema, `select "audit".close_rights($1::jsonb)`), [dueRights('client')]);
    await client.query(inSchema(schema, MEND_SEQUENCE));
    return [...missing, ...again].map((migration) => migration.name);
  });
}

/** Functions and triggers are put back; what somebody else has added there is for doctor to name. */
async function toRepeat(client: PoolClient, schema: string): Promise<typeof migrations> {
  const wrong = (await compareShape(client, schema))
    .filter(({ how }) => how !== 'foreign')
    .map(({ part }) => part.kind);
  if (wrong.includes('function') || wrong.includes('view')) return migrations;
  return wrong.includes('trigger') ? migrations.filter(({ name }) => GUARDS.includes(name)) : [];
}

/**
 * Names of the migrations that this database lacks; all of them if the log is not installed.
 * @throws AuditError `AUDIT_PRIVILEGE_MISSING` when this role has no part in the log
 */
export async function missingMigrations(pool: Pool, schema: string): Promise<readonly string[]> {
  try {
    return await readMissing(pool, schema);
  } catch (error) {
    throw isForbidden(error) ? privilegeMissing(schema, error) : error;
  }
}

async function readMissing(pool: Pool, schema: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ ledger: boolean; function: boolean }>(
    `select to_regclass($1) is not null as ledger, to_regprocedure($2) is not null as function`,
    [`"${schema}".migration`, `"${schema}".applied()`],
  );
  const { ledger: there = false, function: toldByFunction = false } = rows[0] ?? {};
  const applied = !there ? new Set<string>() : toldByFunction ? await told(pool, schema) : await namesIn(pool, schema);
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

async function refuseServer(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  );
  const major = Math.floor(Number(rows[0]?.version) / 10_000);
  if (!(major >= OLDEST && major <= NEWEST)) {
    throw new AuditError(
      'AUDIT_SERVER_UNSUPPORTED',
      `PostgreSQL ${major} is not supported: use ${OLDEST} to ${NEWEST}`,
      { major },
    );
  }
  if (rows[0]?.encoding !== 'UTF8') {
    throw new AuditError(
      'AUDIT_SERVER_UNSUPPORTED',
      `the database's encoding is ${rows[0]?.encoding}; hashes are over UTF-8, so create it with: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'`,
      { encoding: rows[0]?.encoding },
    );
  }
}

async function ledger(client: PoolClient, schema: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ relations: string; ours: boolean }>(
    `select (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1) as relations,
            to_regclass($2) is not null as ours`,
    [schema, `"${schema}".migration`],
  );
  if (!rows[0]?.ours && rows[0]?.relations !== '0') {
    throw new AuditError(
      'AUDIT_SCHEMA_FOREIGN',
      `there is a schema "${schema}" with tables of somebody else's: choose another name with the option schema (and --schema)`,
      { schema },
    );
  }
  await client.query(
    inSchema(
      schema,
      `create schema if not exists "audit"; create table if not exists "audit".migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    ),
  );
  return await namesIn(client, schema);
}

async function namesIn(client: Pool | PoolClient, schema: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(inSchema(schema, `select name from "audit".migration`));
  return new Set(rows.map((row) => row.name));
}

/** For roles that have no right on the table. */
async function told(pool: Pool, schema: string): Promise<Set<string>> {
  const { rows } = await pool.query<{ names: string[] }>(inSchema(schema, `select "audit".applied() as names`));
  return new Set(rows[0]?.names);
}

export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the first error is the one that matters
    throw error;
  } finally {
    client.release();
  }
}
