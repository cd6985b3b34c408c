import type { AuditedEntry } from './audited-entry.js';
import { whatThereIs, whyNone } from './describe-failure.js';
import { differences, type ExpectedEntry } from './expected-entry.js';
import { audited } from './journal.js';
import { until } from './wait.js';

export interface WaitOptions {
  /** How long to wait for the entry at most. Milliseconds, default 1,000. Costs time only in a test that fails. */
  readonly withinMs?: number;
  /** Whose entries to look at. @defaultValue those of all recorders in memory */
  readonly in?: { readonly entries: readonly AuditedEntry[] };
}

export interface NothingOptions extends Pick<WaitOptions, 'in'> {
  /** How long to let the end of a request arrive. Milliseconds, default 50: the whole of it is waited. */
  readonly settleMs?: number;
}

export const WITHIN_MS = 1_000;
export const SETTLE_MS = 50;

/**
 * Waits until there is an entry of this action that says at least what `expected` does, and resolves with the first such.
 * The entry of a request is written when its response has ended, which may be a moment after the client has the answer.
 * @throws Error saying how the nearest entry differs and what was audited instead
 * @example
 * ```ts
 * await expectAudited('invoice.approve', { outcome: 'denied', actor: { id: 'carl' }, resource: { type: 'Invoice', id: 7 } });
 * ```
 */
export async function expectAudited(
  action: string,
  expected: ExpectedEntry = {},
  { withinMs = WITHIN_MS, in: log }: WaitOptions = {},
): Promise<AuditedEntry> {
  const entries = (): readonly AuditedEntry[] => log?.entries ?? audited();
  const found = await until(withinMs, () => find(entries(), action, expected));
  if (found) return found;
  throw new Error(`expectAudited: no such entry within ${withinMs} ms.\n\n${whyNone(entries(), action, expected)}`);
}

/**
 * Gives what is under way a moment to end, and makes sure that nothing was audited at all.
 * @throws Error listing what was
 */
export async function expectNothingAudited({ settleMs = SETTLE_MS, in: log }: NothingOptions = {}): Promise<void> {
  const some = await until(settleMs, () => {
    const entries = log?.entries ?? audited();
    return entries.length > 0 ? entries : undefined;
  });
  if (some) throw new Error(`expectNothingAudited: there are entries.\n\n${whatThereIs(some)}`);
}

/** The first entry that says at least what is expected. */
export function find(
  entries: readonly AuditedEntry[],
  action: string,
  expected: ExpectedEntry,
): AuditedEntry | undefined {
  return entries.find((entry) => entry.action === action && differences(entry, expected).length === 0);
}
