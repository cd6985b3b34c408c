import { useEffect, useState } from 'preact/hooks';
import type { SealedListAnswer, SessionAnswer, ShownEntry } from '../../answers.js';
import type { Api } from '../api.js';
import { useApp } from '../parts/app.js';
import { checkSeal } from './seal.js';
import { verdictOf, type StepIs } from './steps.js';

const AT_ONCE = 50;

/**
 * Computes the seals of entries that are shown, 50 at a question, and those of each tenant by themselves: what does not match is known before
 * anybody opens it. An entry that does not come is not in the answer. @throws NoAnswer
 */
export async function checkPage(
  api: Api,
  rows: readonly ShownEntry[],
  models: SessionAnswer['models'],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StepIs>> {
  const found = new Map<string, StepIs>();
  for (const tenant of new Set(rows.map((row) => row.tenant))) {
    const all = rows.filter((row) => row.tenant === tenant);
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const some = all.slice(from, from + AT_ONCE);
      const query = new URLSearchParams([['tenant', tenant], ...some.map(({ id }) => ['id', id])]);
      const { sealed } = await api.ask<SealedListAnswer>('entries/sealed', query, signal);
      for (const row of some) {
        const of = sealed[row.id];
        // A row of a list may leave values out: what it shows of the rest must be right all the same.
        if (of !== undefined)
          found.set(row.id, verdictOf(checkSeal(row, of, models).filter(({ why }) => why !== 'abridged')));
      }
    }
  }
  return found;
}

/** The same for what is on the screen. Empty until it is known. */
export function usePageSeals(api: Api, rows: readonly ShownEntry[], isOn: boolean): ReadonlyMap<string, StepIs> {
  const { models } = useApp().session;
  const [seals, setSeals] = useState<ReadonlyMap<string, StepIs>>(new Map());
  const key = rows.map(({ id }) => id).join();
  useEffect(() => {
    if (!isOn || rows.length === 0) return undefined;
    const stop = new AbortController();
    const unknown = rows.filter(({ id }) => !seals.has(id));
    checkPage(api, unknown, models, stop.signal).then(
      (found) => setSeals((before) => new Map([...before, ...found])),
      () => undefined, // the entry's own page says why
    );
    return () => stop.abort();
  }, [key, isOn]);
  return seals;
}
