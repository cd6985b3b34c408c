import pg from 'pg';
import { AuditError } from '../../event/errors.js';
import { planCoverage, type Coverage, type PlannedTable } from './coverage.js';
import { inTransaction } from './migrate.js';
import { sqlState, type Pool } from './pool.js';
import { DEFAULT_SCHEMA, inSchema } from './schema.js';
import { readTables } from './tables.js';

/** What would have to be done. Changes nothing. */
export async function planTriggers(pool: Pool, coverage: Coverage): Promise<readonly PlannedTable[]> {
  return planCoverage(await readTables(pool, coverage.schemas ?? ['public']), coverage);
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
      const plan = planCoverage(await readTables(client, coverage.schemas ?? ['public']), coverage);
      for (const { table, wanted, step } of plan) {
        const name = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
        if (step === 'remove') {
          await client.query(
            `drop trigger if exists "!audit" on ${name}; drop trigger if exists "!audit_truncate" on ${name}`,
          );
        } else if (step === 'add' || step === 'replace') {
          await client.query(inSchema(schema, createTriggers(name, wanted ?? [])));
        }
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

/** The name begins with "!", so that it fires before the application's own row triggers: the order of events is then right. */
function createTriggers(table: string, args: readonly string[]): string {
  const list = args.map((arg) => pg.escapeLiteral(arg).replace(/^ E/, 'E')).join(', ');
  return `
create or replace trigger "!audit" after insert or update or delete on ${table} for each row execute function "audit".capture(${list});
alter table ${table} enable trigger "!audit";
create or replace trigger "!audit_truncate" before truncate on ${table} for each statement execute function "audit".capture(${list});
alter table ${table} enable trigger "!audit_truncate";`;
}
