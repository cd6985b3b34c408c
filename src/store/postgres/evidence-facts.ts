import type { Pool } from './pool.js';
import { readFailure } from './read-failure.js';
import { inSchema } from './schema.js';

const STATE = `
select signed_size::float8 as size, (extract(epoch from clock_timestamp()) - signed_seconds) * 1000 as signed, (extract(epoch from clock_timestamp()) - anchored_seconds) * 1000 as anchored
  from "audit".evidence_state()`;

/** How far the registry is signed and anchored, and when by the clock of the database. Any role that `migrate` knows may ask. */
export async function evidenceFacts(
  pool: Pool,
  schema: string,
): Promise<{
  readonly checkpoint: { readonly size: number; readonly at: Date } | null;
  readonly anchoredAt: Date | null;
}> {
  try {
    const { rows } = await pool.query<{ size: number | null; signed: string | null; anchored: string | null }>(inSchema(schema, STATE)); // prettier-ignore
    const { size, signed, anchored } = rows[0] ?? {};
    const at = (ms: string | null | undefined): Date | null => (ms == null ? null : new Date(Math.round(Number(ms))));
    const signedAt = at(signed);
    return { checkpoint: size == null || signedAt === null ? null : { size, at: signedAt }, anchoredAt: at(anchored) };
  } catch (error) {
    throw readFailure(schema, error);
  }
}
