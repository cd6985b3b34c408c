import { describe } from '@jest/globals';

/** Whether the long batteries run too: `npm run test:full`. */
export const full = process.env['AUDIT_TEST_FULL'] === '1';

/** A `describe` for a battery that takes minutes; without `npm run test:full` it is reported as skipped. */
export const describeFull = full ? describe : describe.skip;
