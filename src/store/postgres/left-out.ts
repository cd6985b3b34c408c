import type { PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';
import { qualified } from './tables.js';
import { toldMore, type ToldMore } from './told-more.js';

/** Of a table without triggers, nothing else tells whether it was left out or is new. */
const REMEMBER = `update "audit".coverage set left_out = $1::text[] where left_out is distinct from $1::text[]`;
const READ = `select left_out from "audit".coverage`;
const READABLE = `
select from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = $1 and c.relname = 'coverage' and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')`;

/** Tables of a plan, quoted, that have no triggers because the configuration says so. */
export function leftOutOf(plan: readonly PlannedTable[]): readonly string[] {
  return plan.filter(({ wanted }) => wanted === undefined).map(({ table }) => qualified(table.schema, table.name));
}

export async function rememberLeftOut(pool: Pool, schema: string, plan: readonly PlannedTable[]): Promise<void> {
  await pool.query(inSchema(schema, REMEMBER), [leftOutOf(plan)]);
}

/** Nothing where the log is not installed, and for a role that may not make triggers anyway. */
export async function readLeftOut(pool: Pool, schema: string): Promise<readonly string[]> {
  if ((await pool.query(READABLE, [schema])).rowCount === 0) return [];
  const { rows } = await pool.query<{ left_out: string[] }>(inSchema(schema, READ));
  return rows.flatMap((row) => row.left_out);
}

/** What the plan would tell that is not told now. Changes nothing. */
export async function planTellsMore(
  pool: Pool,
  plan: readonly PlannedTable[],
  schema: string,
): Promise<readonly ToldMore[]> {
  const leftOut = new Set(await readLeftOut(pool, schema));
  return plan.flatMap((planned) =>
    toldMore(planned, undefined, leftOut.has(qualified(planned.table.schema, planned.table.name))),
  );
}
