import type { AuditedEntry } from './audited-entry.js';
import { whatThereIs, whyNone, type PrintingUtils } from './describe-failure.js';
import type { ExpectedEntry } from './expected-entry.js';
import { find, SETTLE_MS, WITHIN_MS } from './expect-audited.js';
import { until } from './wait.js';

/** What can be asked: `audited` itself, an `InMemoryRecorder`, or a list of entries. */
export type AuditedIn =
  (() => readonly AuditedEntry[]) | { readonly entries: readonly AuditedEntry[] } | readonly AuditedEntry[];

/** To be mixed into the `Matchers` of the test framework: docs/testing.md shows how. */
export interface AuditMatchers<R = unknown> {
  /** Waits up to a second for such an entry; `not`: waits 50 ms and there must be none. To be awaited. */
  toHaveAudited(action: string, expected?: ExpectedEntry): Promise<Awaited<R>>;
}

interface MatcherState {
  readonly isNot?: boolean;
  readonly utils?: PrintingUtils & { readonly matcherHint?: (...args: never[]) => string };
}

/**
 * For `expect.extend(auditMatchers)`, of jest or vitest. Nothing of either is imported: what prints the difference is what the
 * framework hands to its matchers.
 * @example
 * ```ts
 * await expect(audited).toHaveAudited('invoice.approve', { outcome: 'denied' });
 * ```
 */
export const auditMatchers = {
  async toHaveAudited(
    this: MatcherState | void,
    received: unknown,
    action: string,
    expected: ExpectedEntry = {},
  ): Promise<{ pass: boolean; message: () => string }> {
    const { isNot = false, utils = {} } = this ?? {};
    const entries = reader(received);
    // A list that was taken stays as it is: there is nothing to wait for.
    const waitMs = Array.isArray(received) ? 0 : isNot ? SETTLE_MS : WITHIN_MS;
    const found = await until(waitMs, () => find(entries(), action, expected));
    return {
      pass: found !== undefined,
      message: () =>
        found
          ? `There is an entry ${JSON.stringify(action)} that should not be.\n\n${whatThereIs([found])}`
          : `There is no such entry.\n\n${whyNone(entries(), action, expected, utils)}`,
    };
  },
};

function reader(received: unknown): () => readonly AuditedEntry[] {
  if (typeof received === 'function') return received as () => readonly AuditedEntry[]; // `audited`; its type says so
  if (Array.isArray(received)) return () => received as readonly AuditedEntry[]; // what `audited()` gave
  if (typeof received === 'object' && received !== null && 'entries' in received)
    return () => received.entries as readonly AuditedEntry[]; // a recorder's
  throw new TypeError('expect(…).toHaveAudited asks `audited`, an InMemoryRecorder or a list of entries');
}
