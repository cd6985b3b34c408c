import type { Pool, PoolClient } from './pool.js';
import { inSchema } from './schema.js';

/**
 * Remembers the capture triggers as they are now, and seals what changed since the last look as the caller's own doing. In the
 * transaction that changed them, if `db` is in one. Resolves with the number of changes.
 */
export async function acceptOwnCoverage(db: Pool | PoolClient, schema: string): Promise<number> {
  const { rows } = await db.query<{ changes: number }>(
    inSchema(schema, 'select "audit".watch_coverage(true) as changes'),
  );
  return rows[0]?.changes ?? 0;
}
