import { fail, MIGRATE, ok, type Check } from './checks.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';

const STATE = `select at, neglected, changed from "audit".watch_state()`;

/** Whether somebody watches the capture triggers, and what he has not seen yet. Reads only; any role with a part in the log can ask. */
export async function checkWatch(pool: Pool, schema: string): Promise<Check> {
  const { rows } = await pool.query<{ at: string | null; neglected: boolean | null; changed: string[] | null }>(
    inSchema(schema, STATE),
  );
  const { at = null, neglected = null, changed = null } = rows[0] ?? {};
  if (at === null) {
    const message = 'nobody has looked at the capture triggers yet, so a change of them would not be noticed';
    return { name: 'watch', state: 'warn', message, remedy: MIGRATE };
  }
  if (neglected === true) {
    const message = `a sealer is alive, but nobody has looked at the capture triggers since ${at}`;
    const remedy = `its role needs EXECUTE on "${schema}".watch_coverage(boolean): ${MIGRATE}`;
    return fail('watch', message, remedy);
  }
  if (changed !== null) {
    const message = `the capture triggers of ${changed.join(', ')} were changed since ${at}; the next look of a sealer seals it`;
    const remedy = 'find out who did it; "nestjs-prisma-audit migrate" puts them right';
    return { name: 'watch', state: 'warn', message, remedy };
  }
  return ok('watch', `the capture triggers are as they were at the last look, ${at}`);
}
