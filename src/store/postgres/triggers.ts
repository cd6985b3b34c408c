import { planCoverage, type Coverage, type PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { DEFAULT_SCHEMA } from './schema.js';
import { readTables } from './tables.js';

/** What would have to be done. Changes nothing. */
export async function planTriggers(pool: Pool, coverage: Coverage): Promise<readonly PlannedTable[]> {
  const { schemas = ['public'], schema = DEFAULT_SCHEMA } = coverage;
  return planCoverage(await readTables(pool, schemas, schema), coverage);
}
