import { mayPass, NoAnswer, type Api } from './api.js';

/** What is known of the answer to one question. */
export interface Held<T> {
  readonly data?: T;
  readonly error?: NoAnswer;
  readonly isFetching: boolean;
  /** When it was answered, by `Date.now()`. */
  readonly at: number;
}

type Load<T> = (signal: AbortSignal, before: T | undefined) => Promise<T>;

interface Slot {
  held: Held<unknown>;
  readonly listeners: Set<() => void>;
  load?: Load<unknown>;
  stop?: AbortController;
}

const NOTHING: Held<never> = { isFetching: false, at: 0 };
/** Answers that are kept for the way back. */
const MOST = 60;
/** Milliseconds before a question is asked again whose server was away. */
const AGAIN = [1_000, 3_000];

/** Answers by what was asked: one that two parts of the page ask for is asked once, and the way back shows what was there. */
export class AnswerCache {
  readonly #slots = new Map<string, Slot>();

  peek<T>(key: string): Held<T> {
    return (this.#slots.get(key)?.held ?? NOTHING) as Held<T>; // a key has one type of answer
  }

  /** @returns what ends it; a request that nobody waits for any more is given up */
  listen(key: string, listener: () => void): () => void {
    const slot = this.#slot(key);
    slot.listeners.add(listener);
    return () => {
      slot.listeners.delete(listener);
      if (slot.listeners.size > 0 || slot.stop === undefined) return;
      // At once, so that who comes back a moment later asks again.
      slot.stop.abort();
      delete slot.stop;
      slot.held = { ...slot.held, isFetching: false };
    };
  }

  /** Asks, unless it is being asked. @param load gets what was answered before */
  async fetch<T>(key: string, load: Load<T>): Promise<void> {
    const slot = this.#slot(key);
    slot.load ??= load as Load<unknown>; // as in peek
    if (slot.held.isFetching) return;
    const stop = new AbortController();
    slot.stop = stop;
    this.#set(slot, { ...slot.held, isFetching: true });
    try {
      const data = await patiently(() => load(stop.signal, slot.held.data as T | undefined), stop.signal);
      if (slot.stop === stop) this.#set(slot, { data, isFetching: false, at: Date.now() });
    } catch (error) {
      if (slot.stop === stop) this.#fail(key, slot, error instanceof NoAnswer ? error : new NoAnswer('failed', key));
    }
    if (slot.stop === stop) delete slot.stop;
  }

  /** Answers to this path are asked for anew, those that are looked at right away. */
  renew(path: string): void {
    for (const [key, slot] of this.#slots) {
      if (key !== path && !key.startsWith(`${path}?`)) continue;
      slot.held = { ...slot.held, at: 0 };
      if (slot.listeners.size > 0 && slot.load) void this.fetch(key, slot.load);
    }
  }

  #fail(key: string, slot: Slot, error: NoAnswer): void {
    this.#set(slot, { ...slot.held, error, isFetching: false });
    // Somebody may see less than before: what there is to choose from is asked for anew.
    if (error.fault === 'denied' && key !== 'session') this.renew('session');
  }

  #set(slot: Slot, held: Held<unknown>): void {
    slot.held = held;
    for (const listener of slot.listeners) listener();
  }

  #slot(key: string): Slot {
    const found = this.#slots.get(key);
    if (found) return found;
    for (const [old, { listeners }] of this.#slots)
      if (this.#slots.size >= MOST && listeners.size === 0) this.#slots.delete(old);
    const slot: Slot = { held: NOTHING, listeners: new Set() };
    this.#slots.set(key, slot);
    return slot;
  }
}

/** What is away may come back; what is refused stays so. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const wait of AGAIN) {
    try {
      return await ask();
    } catch (error) {
      if (!mayPass(error) || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return await ask();
}

const caches = new WeakMap<Api, AnswerCache>();

export function cacheOf(api: Api): AnswerCache {
  const found = caches.get(api) ?? new AnswerCache();
  caches.set(api, found);
  return found;
}
