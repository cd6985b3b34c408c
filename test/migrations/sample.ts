import { it } from '@jest/globals';
import { full } from '../support/full.js';

/** All cases of a table in `npm run test:full`; every third of them otherwise, the first among them. */
export function sample<T>(cases: readonly T[]): T[] {
  return cases.filter((_case, i) => full || i % 3 === 0);
}

/** An `it` that only `npm run test:full` runs. */
export const itFull = full ? it : it.skip;
