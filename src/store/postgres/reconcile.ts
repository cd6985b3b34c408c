import { OF_PARTITIONED } from './attached.js';
import { planCoverage, type Coverage, type PlannedTable } from './coverage.js';
import { rememberLeftOut } from './left-out.js';
import { lockLog, type LogLockOptions } from './lock-log.js';
import { lockForTriggers, type LockOptions } from './lock-table.js';
import { inTransaction } from './migrate.js';
import type { Pool, PoolClient } from './pool.js';
import { DEFAULT_SCHEMA, inSchema } from './schema.js';
import { qualified, readTables } from './tables.js';
import { readStrangers, refuseStrangers } from './strangers.js';
import { planTriggers } from './triggers.js';

const ATTACH = `select "audit".attach($1::text, $2::text[], $3::text)`;
const DETACH = `select "audit".detach($1::text)`;
/** The first look of all remembers what migrate has made; so it is left to the end. */
const WATCH_OTHERS = `select "audit".watch_coverage() where exists (select from "audit".coverage)`;
const WATCH_OWN = `select "audit".watch_coverage(true)`;

export interface ReconcileOptions extends Omit<LockOptions, 'mode'> {
  readonly lock?: LogLockOptions;
}

/**
 * Makes the triggers what the configuration says: adds, replaces, removes. Each table in a transaction of its own, so that no
 * two tables are ever locked at once: a deadlock with a transaction of the application would cost that one its work. Tables
 * that are right are not touched. Can be run by several at once, and again after it was given up half way.
 *
 * @returns the plan, as it was carried out
 * @throws AuditError `AUDIT_TABLE_LOCKED`, `AUDIT_MIGRATE_LOCKED`; the tables before it in the plan are done then. `AUDIT_CONFIG_INVALID` where capture would run what a
 *   stranger owns; all other tables are done then
 */
export async function reconcileTriggers(
  pool: Pool,
  coverage: Coverage,
  options: ReconcileOptions = {},
): Promise<readonly PlannedTable[]> {
  const schema = coverage.schema ?? DEFAULT_SCHEMA;
  const plan = await planTriggers(pool, coverage);
  const strangers = await readStrangers(pool, plan, schema);
  const barred = new Set(strangers.map(({ table }) => table));
  await pool.query(inSchema(schema, WATCH_OTHERS));
  try {
    for (const planned of plan) {
      if (barred.has(qualified(planned.table.schema, planned.table.name))) continue;
      if (isToDo(planned)) await inTransaction(pool, (client) => reconcileTable(client, coverage, planned, options));
    }
  } catch (error) {
    // The first error is the one that matters.
    await pool.query(inSchema(schema, WATCH_OWN)).catch(() => undefined);
    await rememberLeftOut(pool, schema, plan).catch(() => undefined);
    throw error;
  }
  await pool.query(inSchema(schema, WATCH_OWN));
  await rememberLeftOut(pool, schema, plan);
  refuseStrangers(strangers);
  return plan;
}

async function reconcileTable(
  client: PoolClient,
  coverage: Coverage,
  planned: PlannedTable,
  options: ReconcileOptions,
): Promise<void> {
  const { schema = DEFAULT_SCHEMA, onMissing = 'fail' } = coverage;
  const { table } = planned;
  const name = qualified(table.schema, table.name);
  await lockLog(client, schema, options.lock);
  // Another migrate may have done it while this one waited.
  const now = planCoverage(await readTables(client, coverage.schemas ?? ['public'], schema), coverage).find(
    (other) => other.table.schema === table.schema && other.table.name === table.name,
  );
  if (now === undefined || !isToDo(now)) return;
  await lockForTriggers(client, name, { ...options, mode: drops(now) ? 'access exclusive' : 'share row exclusive' });
  if (now.step === 'remove') await client.query(inSchema(schema, DETACH), [name]);
  else await client.query(inSchema(schema, ATTACH), [name, now.wanted, onMissing]);
}

function isToDo({ step }: PlannedTable): boolean {
  return step === 'add' || step === 'replace' || step === 'remove';
}

/** Triggers of the other level go, of another name, or of partitions. */
function drops({ step, table }: PlannedTable): boolean {
  const stays = (name: string): boolean =>
    name === '!audit_truncate' ||
    (table.partitioned ? OF_PARTITIONED.test(name) : (name === '!audit') === (table.level === 'row'));
  return step === 'remove' || table.ownPartitions.length > 0 || table.triggers.some(({ name }) => !stays(name));
}
