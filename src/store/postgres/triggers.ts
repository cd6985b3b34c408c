import { AuditError } from '../../event/errors.js';
import { planCoverage, type Coverage, type PlannedTable } from './coverage.js';
import { inTransaction } from './migrate.js';
import { sqlState, type Pool } from './pool.js';
import { DEFAULT_SCHEMA, inSchema } from './schema.js';
import { qualified, readTables } from './tables.js';

const ATTACH = `select "audit".attach($1::text, $2::text[], $3::text)`;
const DETACH = `select "audit".detach($1::text)`;

/** What would have to be done. Changes nothing. */
export async function planTriggers(pool: Pool, coverage: Coverage): Promise<readonly PlannedTable[]> {
  return planCoverage(
    await readTables(pool, coverage.schemas ?? ['public'], coverage.schema ?? DEFAULT_SCHEMA),
    coverage,
  );
}

/**
 * Makes the triggers what the configuration says: adds, replaces, removes. One transaction; each table is locked against
 * writers (SHARE ROW EXCLUSIVE) until its end, and the attempt is given up after five seconds of waiting for a lock.
 */
export async function reconcileTriggers(pool: Pool, coverage: Coverage): Promise<readonly PlannedTable[]> {
  const schema = coverage.schema ?? DEFAULT_SCHEMA;
  try {
    return await inTransaction(pool, async (client) => {
      await client.query(`set local lock_timeout = '5s'`);
      await client.query(`select pg_advisory_xact_lock(hashtext('nestjs-prisma-audit'), hashtext($1))`, [schema]);
      const plan = planCoverage(await readTables(client, coverage.schemas ?? ['public'], schema), coverage);
      for (const { table, wanted, step } of plan) {
        const name = qualified(table.schema, table.name);
        if (step === 'remove') await client.query(inSchema(schema, DETACH), [name]);
        if (step === 'add' || step === 'replace')
          await client.query(inSchema(schema, ATTACH), [name, wanted, coverage.onMissing ?? 'fail']);
      }
      return plan;
    });
  } catch (error) {
    if (sqlState(error) !== '55P03') throw error;
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      'a table was locked by somebody else for five seconds, nothing was changed: run it again at a quieter moment',
      {},
      error,
    );
  }
}
