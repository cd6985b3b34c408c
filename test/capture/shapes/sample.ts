import { createHash, randomInt } from 'node:crypto';
import { full } from '../../support/full.js';

const all = full || process.env['AUDIT_TEST_SAMPLE'] === 'all';

/** Another one for each run, so that in time all rows are run; it is shown in the names of the tests. */
export const SEED = process.env['AUDIT_TEST_SEED'] ?? String(randomInt(1000));

/** Of `rows` one in `of`; the same ones for the same seed, and all of them under full, or with AUDIT_TEST_SAMPLE=all. */
export function sample<T extends { readonly name: string }>(rows: readonly T[], of: number): readonly T[] {
  if (all) return rows;
  const rank = ({ name }: T): string => createHash('sha256').update(`${SEED} ${name}`).digest('hex');
  const taken = new Set(rows.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, Math.ceil(rows.length / of)));
  return rows.filter((row) => taken.has(row));
}

export const sampleName = all ? 'all' : `a sample, AUDIT_TEST_SEED=${SEED}`;
