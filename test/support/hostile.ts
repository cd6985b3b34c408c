import { afterAll, describe, it } from '@jest/globals';
import { full } from './full.js';

/** Adds one input to a battery. `run` throws where the input gets through. */
export type Holds = (
  input: string,
  run: () => unknown,
  /** @defaultValue `full: false`, in the short run too */
  options?: { readonly full?: boolean; readonly timeoutMs?: number },
) => void;

/** `npm test` takes one input of so many; with AUDIT_TEST_FILES=all, as .ci/run does it, all that are not for the full run. */
export const SAMPLE = full || process.env['AUDIT_TEST_FILES'] === 'all' ? 1 : 5;

/**
 * A battery of hostile inputs of one kind: each is a test of its own, and at the end it says how many were tried and how many held.
 * `npm test` runs a sample, `npm run test:full -- hostile` all.
 */
export function hostile(kind: string, define: (holds: Holds) => void): void {
  describe(kind, () => {
    const tried = { inputs: 0, held: 0, left: 0 };
    let place = 0;
    define((input, run, options = {}) => {
      if ((options.full === true && !full) || place++ % SAMPLE !== 0) {
        tried.left += 1;
        return;
      }
      it(
        input,
        async () => {
          tried.inputs += 1;
          await run();
          tried.held += 1;
        },
        options.timeoutMs,
      );
    });
    if (tried.left > 0) it.skip(`${tried.left} more in a longer run`, () => undefined);
    afterAll(() => {
      const left = tried.left > 0 ? ` (${tried.left} more in a longer run)` : '';
      console.log(`hostile · ${kind}: ${tried.inputs} tried, ${tried.held} held${left}`);
    });
  });
}
