import { useEffect, useMemo } from 'preact/hooks';
import type { EntriesAnswer, ShownEntry } from '../../answers.js';
import type { NoAnswer } from '../api.js';
import { cacheOf } from '../cache.js';
import { questionOf, type Where } from '../routes.js';
import { useApp } from './app.js';
import { useHeld } from './ask.js';
import type { GoOn } from './last-list.js';

const PAGE = 100;
const MINUTES = 5 * 60_000;

export interface Entries {
  readonly entries: readonly ShownEntry[];
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  readonly error: NoAnswer | null;
  readonly hasMore: boolean;
  /** The server stopped looking there, RFC 3339; it goes on when it is asked. */
  readonly stoppedAt?: string;
  readonly more: () => void;
  /** The same, for whoever waits for it. @returns all that is loaded then */
  readonly load: GoOn['load'];
  readonly keep: GoOn['keep'];
  readonly again: () => void;
}

/** From when a relative range is reckoned: all pages of a list, and the way back to it, mean the same. */
const reckoned = new Map<string, number>();

export function questionNow(where: Where): URLSearchParams {
  const { last } = where.range;
  if (last === undefined) return questionOf(where, 0);
  const now = Date.now();
  const before = reckoned.get(last);
  if (before === undefined || now - before > MINUTES) reckoned.set(last, now);
  return questionOf(where, reckoned.get(last) ?? now);
}

/** A relative range is reckoned anew. */
export const reckonAgain = (): void => reckoned.clear();

/** A list of entries that grows as it is looked at. @param path below `api/`: `entries`, or `access` */
export function useEntries(path: string, question: URLSearchParams): Entries {
  const { api } = useApp();
  const asked = question.toString();
  const key = `${path}?${asked}&pages`;
  const { data, error, isFetching } = useHeld<readonly EntriesAnswer[]>(api, key);
  const next = data?.at(-1)?.next;
  const page = async (cursor: string | undefined, signal: AbortSignal): Promise<EntriesAnswer> => {
    const query = new URLSearchParams(asked);
    query.set('limit', String(PAGE));
    if (cursor !== undefined) query.set('cursor', cursor);
    return await api.ask<EntriesAnswer>(path, query, signal);
  };
  const again = (): void => void cacheOf(api).fetch<readonly EntriesAnswer[]>(key, async (signal) => [await page(undefined, signal)]); // prettier-ignore
  useEffect(() => {
    if (cacheOf(api).peek(key).data === undefined) again();
  }, [api, key]);
  const entries = useMemo(() => (data ?? []).flatMap((each) => each.entries), [data]);
  const stoppedAt = data?.at(-1)?.stoppedAt;
  const loaded = (): readonly EntriesAnswer[] => cacheOf(api).peek<readonly EntriesAnswer[]>(key).data ?? [];
  const load: GoOn['load'] = async () => {
    if (loaded().at(-1)?.next !== undefined)
      await cacheOf(api).fetch<readonly EntriesAnswer[]>(key, async (signal, before) => {
        const last = before?.at(-1)?.next;
        return last === undefined ? (before ?? []) : [...(before ?? []), await page(last, signal)];
      });
    return { entries: loaded().flatMap((each) => each.entries), hasMore: loaded().at(-1)?.next !== undefined };
  };
  return {
    entries,
    isLoading: data === undefined && error === undefined,
    isLoadingMore: isFetching && data !== undefined,
    error: error ?? null,
    hasMore: next !== undefined,
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    more: () => void load(),
    load,
    keep: () => cacheOf(api).listen(key, () => undefined),
    again,
  };
}
