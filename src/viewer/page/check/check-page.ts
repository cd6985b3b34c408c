import type { SealedListAnswer, SessionAnswer, ShownEntry } from '../../answers.js';
import type { Api } from '../api.js';
import { checkSeal } from './seal.js';
import { verdictOf, type StepIs } from './steps.js';

const AT_ONCE = 50;

/**
 * Computes the seals of entries that are shown, 50 at a question, and those of each tenant by themselves: what does not match is known before
 * anybody opens it. One of an entry that does not come cannot be checked. @throws NoAnswer
 */
export async function checkPage(
  api: Pick<Api, 'ask'>,
  rows: readonly ShownEntry[],
  models: SessionAnswer['models'],
  signal?: AbortSignal,
): Promise<ReadonlyMap<ShownEntry, StepIs>> {
  const found = new Map<ShownEntry, StepIs>();
  for (const tenant of new Set(rows.map((row) => row.tenant))) {
    const all = rows.filter((row) => row.tenant === tenant);
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const some = all.slice(from, from + AT_ONCE);
      const query = new URLSearchParams([['tenant', tenant], ...some.map(({ id }) => ['id', id])]);
      const { sealed } = await api.ask<SealedListAnswer>('entries/sealed', query, signal);
      for (const row of some) {
        const of = Object.hasOwn(sealed, row.id) ? sealed[row.id] : undefined;
        // A row of a list may leave values out: what it shows of the rest must be right all the same.
        found.set(row, of === undefined ? 'unchecked' : verdictOf(checkSeal(row, of, models).filter(({ why }) => why !== 'abridged'))); // prettier-ignore
      }
    }
  }
  return found;
}
