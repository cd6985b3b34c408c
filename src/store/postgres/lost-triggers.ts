import type { Coverage, PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { qualified } from './tables.js';

/**
 * Tables, quoted, that have no trigger although the last audit migration was applied here: they were dropped and made again.
 * While that migration still waits to be applied, nothing is known.
 */
export async function lostTriggers(
  pool: Pool,
  coverage: Coverage,
  plan: readonly PlannedTable[],
  lastMigration: string | undefined,
): Promise<ReadonlySet<string>> {
  const without = plan.filter(({ step }) => step === 'add').map(({ table }) => table);
  if (lastMigration === undefined || without.length === 0) return new Set();
  const history = qualified(coverage.schemas?.[0] ?? 'public', '_prisma_migrations');
  const { rows } = await pool.query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [history]);
  if (!rows[0]?.there) return new Set();
  const applied = await pool.query(
    `select from ${history} where migration_name = $1 and finished_at is not null and rolled_back_at is null`,
    [lastMigration],
  );
  if (applied.rowCount === 0) return new Set();
  return new Set(without.map(({ schema, name }) => qualified(schema, name)));
}
