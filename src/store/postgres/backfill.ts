import { hash } from 'node:crypto';
import pg from 'pg';
import { AuditError } from '../../event/errors.js';
import type { Coverage, PlannedTable } from './coverage.js';
import { lockLog, type LogLockOptions } from './lock-log.js';
import { lockForTriggers } from './lock-table.js';
import type { Pool, PoolClient } from './pool.js';
import { DEFAULT_SCHEMA, inSchema } from './schema.js';
import { qualified } from './tables.js';
import { planTriggers } from './triggers.js';

export interface BackfillOptions {
  /** Models, or tables as `table` or `schema.table`, that are written to without being captured. */
  readonly tables: readonly string[];
  /** Any number of statements. They run inside of one transaction and cannot end it. */
  readonly sql: string;
  /** Sealed with the entry. */
  readonly reason: string;
  /** Who answers for it. @defaultValue the role of the database */
  readonly actor?: string | undefined;
  readonly lock?: LogLockOptions;
}

export interface BackfilledTable {
  readonly table: string;
  /** Numbers of rows. */
  readonly before: number;
  readonly after: number;
}

const TRIGGERS = `
select t.tgname as name, t.tgenabled as enabled from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
 where t.tgrelid = $1::regclass and not t.tgisinternal and t.tgenabled <> 'D' and p.pronamespace = '"audit"'::regnamespace`;

const REMEMBER = `
select "audit".accept_coverage(array(
  select r.oid from unnest($1::text[]) as u (name), lateral (select u.name::regclass::oid union select relid from pg_partition_tree(u.name::regclass)) as r (oid)))`;

const RECORD = `
insert into "audit".content (source, op, actor, data, flags)
values ('control', 'coverage.backfill',
  convert_to(json_strip_nulls(json_build_object('id', coalesce($1::text, 'db:' || session_user), 'type', case when $1::text is null then 'system' else 'user' end,
    'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8'),
  $2, 'gap')`;

/**
 * A sanctioned bulk load: runs `sql` while the capture triggers of the named tables are off, in one transaction with the row
 * that says so (action `coverage.backfill`, flag `gap`). Whoever else writes to these tables waits until its end, so that no
 * change but its own is missed; other tables are captured as ever. If anything fails, nothing has happened.
 *
 * @throws AuditError `AUDIT_BACKFILL_INVALID`, `AUDIT_MIGRATE_LOCKED`, `AUDIT_TABLE_LOCKED`; what PostgreSQL says of `sql`
 */
export async function backfill(
  pool: Pool,
  coverage: Coverage,
  options: BackfillOptions,
): Promise<readonly BackfilledTable[]> {
  if (options.reason.trim() === '') throw invalid('a reason is needed: it is what an auditor will read');
  const schema = coverage.schema ?? DEFAULT_SCHEMA;
  const chosen = chooseTables(await planTriggers(pool, coverage), options.tables);
  const names = chosen.map(({ table }) => qualified(table.schema, table.name));
  const client = await pool.connect();
  try {
    await client.query('begin isolation level read committed');
    await lockLog(client, schema, options.lock);
    for (const name of names) await lockForTriggers(client, name);
    await client.query(inSchema(schema, 'select "audit".watch_coverage()')); // what others have done is not ours
    const before = await countRows(client, names);
    const switched = await switchOff(client, schema, names);
    await runInside(client, options.sql);
    const after = await countRows(client, names);
    for (const statement of switched) await client.query(statement);
    await client.query(inSchema(schema, REMEMBER), [names]);
    const tables = chosen.map(({ table }, i) => ({
      table: `${table.schema}.${table.name}`,
      before: before[i] ?? 0,
      after: after[i] ?? 0,
    }));
    const { sql, reason, actor } = options;
    const details = { bytes: Buffer.byteLength(sql), sha256: hash('sha256', sql), tables };
    await client.query(inSchema(schema, RECORD), [actor ?? null, JSON.stringify({ details, reason })]);
    await client.query('commit');
    return tables;
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the first error is the one that matters
    throw error;
  } finally {
    client.release(true); // `sql` may have changed settings of the session
  }
}

function chooseTables(plan: readonly PlannedTable[], wanted: readonly string[]): readonly PlannedTable[] {
  if (wanted.length === 0) throw invalid('name the tables that are written to');
  const chosen = new Set<PlannedTable>();
  for (const name of wanted) {
    const found = plan.filter(
      ({ table, model }) => model === name || table.name === name || `${table.schema}.${table.name}` === name,
    );
    const [one, another] = found;
    if (one === undefined) throw invalid(`there is no table ${JSON.stringify(name)}`);
    if (another !== undefined) throw invalid(`${JSON.stringify(name)} is ambiguous: write schema.table`);
    if (one.table.triggers.length === 0) throw invalid(`${name} is not captured: it can be loaded as it is`);
    chosen.add(one);
  }
  // Always in the same order, so that two backfills wait for each other rather than deadlock.
  return plan.filter((table) => chosen.has(table));
}

/** Resolves with the statements that switch everything back to what it was. */
async function switchOff(client: PoolClient, schema: string, names: readonly string[]): Promise<readonly string[]> {
  const back: string[] = [];
  for (const table of names) {
    const { rows } = await client.query<{ name: string; enabled: string }>(inSchema(schema, TRIGGERS), [table]);
    for (const { name, enabled } of rows) {
      const trigger = pg.escapeIdentifier(name);
      const how = { A: 'always ', R: 'replica ' }[enabled] ?? '';
      await client.query(`alter table ${table} disable trigger ${trigger}`);
      back.push(`alter table ${table} enable ${how}trigger ${trigger}`);
    }
  }
  return back;
}

/** Inside of a function call a COMMIT is an error: in plain text it would leave the triggers switched off for everybody. */
async function runInside(client: PoolClient, sql: string): Promise<void> {
  await client.query(`select set_config('audit.backfill', $1, true)`, [sql]);
  await client.query(`do 'begin execute current_setting(''audit.backfill''); end'`);
  await client.query(`select pg_catalog.set_config('audit.backfill', '', true)`);
}

async function countRows(client: PoolClient, names: readonly string[]): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const name of names) {
    const { rows } = await client.query<{ n: string }>(`select pg_catalog.count(*) as n from ${name}`);
    counts.push(Number(rows[0]?.n));
  }
  return counts;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_BACKFILL_INVALID', `backfill: ${message}`);
}
