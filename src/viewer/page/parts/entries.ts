import { useInfiniteQuery } from '@tanstack/preact-query';
import { useMemo } from 'preact/hooks';
import type { EntriesAnswer, ShownEntry } from '../../answers.js';
import type { NoAnswer } from '../api.js';
import { questionOf, type Where } from '../routes.js';
import { useApp } from './app.js';

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
  const query = useInfiniteQuery<EntriesAnswer, NoAnswer, readonly EntriesAnswer[], readonly string[], string>({
    queryKey: [api.base.href, path, asked],
    queryFn: ({ pageParam, signal }) => {
      const page = new URLSearchParams(asked);
      page.set('limit', String(PAGE));
      if (pageParam !== '') page.set('cursor', pageParam);
      return api.ask<EntriesAnswer>(path, page, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: MINUTES,
  });
  const { data } = query;
  const entries = useMemo(() => (data ?? []).flatMap((page) => page.entries), [data]);
  const stoppedAt = data?.at(-1)?.stoppedAt;
  return {
    entries,
    isLoading: query.isPending,
    isLoadingMore: query.isFetchingNextPage,
    error: query.error,
    hasMore: query.hasNextPage,
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    more: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    again: () => void query.refetch(),
  };
}
