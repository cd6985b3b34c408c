import { messageOf } from '../event/cause.js';
import type { FollowTransaction } from '../store/follow.port.js';
import type { FollowedEntry } from './followed-entry.js';
import type { FollowContext, FollowHandler } from './options.js';

const { setTimeout, clearTimeout } = globalThis;

/** Entries that the handler says can never be taken, by id, with the reason. */
export type Refused = ReadonlyMap<string, string>;

const NONE: Refused = new Map();

/**
 * One call of a handler. Rejects with what it threw, or when it takes longer than `timeoutMs`: its signal is aborted then, and if it goes on all the same, it
 * does so beside the next attempt.
 */
export async function attempt(
  handler: FollowHandler,
  batch: readonly FollowedEntry[],
  {
    timeoutMs,
    ending,
    tx,
    replayed = false,
  }: { timeoutMs: number; ending: AbortSignal; tx?: FollowTransaction | undefined; replayed?: boolean },
): Promise<Refused> {
  const late = new AbortController();
  // By hand: `AbortSignal.any` keeps a little of each attempt as long as `ending` lives.
  const end = (): void => late.abort(ending.reason);
  if (ending.aborted) end();
  ending.addEventListener('abort', end, { once: true });
  const context: FollowContext = {
    signal: late.signal,
    replayed,
    ...(tx === undefined ? {} : { tx }),
  };
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`it took longer than ${timeoutMs} ms`);
      late.abort(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    const done = Promise.resolve().then(() => handler(batch, context));
    done.catch(() => undefined); // what fails after the deadline has nobody to tell
    return refusedOf(await Promise.race([done, over]), batch);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
  }
}

/** A handler may be JavaScript: what names none of the entries says nothing. */
function refusedOf(answer: unknown, batch: readonly FollowedEntry[]): Refused {
  const list: unknown = (answer as { rejected?: unknown } | null | undefined)?.rejected;
  if (!Array.isArray(list) || list.length === 0) return NONE;
  const ids = new Set(batch.map(({ entry }) => entry.id));
  const refused = new Map<string, string>();
  for (const each of list as readonly unknown[]) {
    const { id, reason } = (each ?? {}) as Record<string, unknown>;
    if (typeof id === 'string' && ids.has(id)) refused.set(id, typeof reason === 'string' ? reason : 'it was rejected');
  }
  return refused;
}

/** Why an attempt failed, as text that can be stored. */
export function reasonOf(error: unknown): string {
  try {
    return messageOf(error).slice(0, 2_000);
  } catch {
    return 'it threw what cannot be read';
  }
}
