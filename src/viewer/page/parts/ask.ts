import { useQuery, type UseQueryResult } from '@tanstack/preact-query';
import { mayPass, type NoAnswer } from '../api.js';
import { useApp } from './app.js';

export interface Asking {
  readonly isEnabled?: boolean;
  /** Milliseconds; asked again while the page is seen. */
  readonly every?: number;
  /** Milliseconds for which an answer is taken as it is. */
  readonly fresh?: number;
}

/** An answer of the server; what was asked is its name in the cache. @param path below `api/` */
export function useAsk<T>(path: string, query?: URLSearchParams, asking: Asking = {}): UseQueryResult<T, NoAnswer> {
  const { api } = useApp();
  return useQuery<T, NoAnswer>({
    queryKey: [api.base.href, path, query?.toString() ?? ''],
    queryFn: ({ signal }) => api.ask<T>(path, query, signal),
    enabled: asking.isEnabled ?? true,
    ...(asking.every === undefined ? {} : { refetchInterval: asking.every }),
    staleTime: asking.fresh ?? 30_000,
  });
}

/** What is away may come back; what is refused stays so. */
export const retry = (failures: number, error: unknown): boolean => failures < 2 && mayPass(error);
