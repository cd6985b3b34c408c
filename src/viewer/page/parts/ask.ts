import { useEffect, useReducer } from 'preact/hooks';
import type { Api, NoAnswer } from '../api.js';
import { cacheOf, type Held } from '../cache.js';
import { useApp } from './app.js';

export interface Asking {
  readonly isEnabled?: boolean;
  /** Milliseconds; asked again while the page is seen. */
  readonly every?: number;
  /** Milliseconds for which an answer is taken as it is. */
  readonly fresh?: number;
}

export interface Asked<T> {
  readonly data: T | undefined;
  readonly error: NoAnswer | null;
  readonly isFetching: boolean;
  readonly refetch: () => void;
}

const FRESH = 30_000;

/** An answer of the server. @param path below `api/` */
export function useAsk<T>(path: string, query?: URLSearchParams, asking: Asking = {}): Asked<T> {
  return useAnswer<T>(useApp().api, path, query, asking);
}

/** The same before there is an App. */
export function useAnswer<T>(api: Api, path: string, query?: URLSearchParams, asking: Asking = {}): Asked<T> {
  const { isEnabled = true, every, fresh = FRESH } = asking;
  const text = query?.toString() ?? '';
  const key = text === '' ? path : `${path}?${text}`;
  const { data, error, isFetching } = useHeld<T>(api, key);
  const ask = (): void => void cacheOf(api).fetch<T>(key, (signal) => api.ask<T>(path, new URLSearchParams(text), signal)); // prettier-ignore
  useEffect(() => {
    const { data: there, at } = cacheOf(api).peek(key);
    if (isEnabled && (there === undefined || Date.now() - at > fresh)) ask();
    if (!isEnabled || every === undefined) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && ask(), every);
    return () => clearInterval(timer);
  }, [api, key, isEnabled, every]);
  return { data, error: error ?? null, isFetching, refetch: ask };
}

/** What is known of an answer, as it comes to be known. */
export function useHeld<T>(api: Api, key: string): Held<T> {
  const [, changed] = useReducer((n: number) => n + 1, 0);
  useEffect(() => cacheOf(api).listen(key, () => changed(undefined)), [api, key]);
  return cacheOf(api).peek<T>(key);
}
