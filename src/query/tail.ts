import { setTimeout as sleep } from 'node:timers/promises';
import { tenantKey } from '../event/identity.js';
import type { StoredEntry } from '../store/entry.port.js';
import type { Asking } from './asking.js';
import { checkConditions, invalid, type AuditConditions } from './query.js';
import type { AuditEntry } from './read-entry.js';

export interface TailOptions {
  /** Number of an entry in the chain: what stands behind it is given first. @defaultValue the end of the chain */
  readonly after?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. @defaultValue 1,000 */
  readonly everyMs?: number | undefined;
}

interface Look {
  readonly entries: readonly StoredEntry[];
  /** There may be more already. */
  readonly isMore: boolean;
}

const NOTHING: Look = { entries: [], isMore: false };

/** Entries of one look. */
const EACH = 100;
/** No id is greater: with it, a place is behind the entry of its number. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Looks at the end of a chain again and again. A chain is seen as a whole up to its end, so that nothing can appear before a place that was
 * given; gives an empty list where nothing new fits.
 */
export async function tailOf(
  asking: Asking,
  conditions: AuditConditions,
  { after, signal, everyMs = 1_000 }: TailOptions,
): Promise<AsyncGenerator<readonly AuditEntry[]>> {
  checkConditions(conditions);
  if (after !== undefined && (!Number.isSafeInteger(after) || after < -1))
    throw invalid('after must be the number of an entry in its chain');
  if (conditions.allTenants === true)
    throw invalid('a tail is of one tenant, in whose chain nothing is missed: name it');
  const tenant = tenantKey(asking.tenantOf(conditions) ?? '');
  // Said before anything is given; the answer is asked for anew each time.
  await asking.filter(conditions);
  const isSeen = asking.wall?.covers(tenant) !== false;
  const first = isSeen ? await asking.store.end(tenant) : undefined;
  let at = after === undefined ? BigInt(first?.place ?? -1) : BigInt(after);
  return looks();

  async function* looks(): AsyncGenerator<readonly AuditEntry[]> {
    // oxlint-disable-next-line no-unmodified-loop-condition -- by whoever has the signal
    while (signal?.aborted !== true) {
      const { entries, isMore } = isSeen ? await look() : NOTHING;
      yield await asking.read(entries);
      if (!isMore) await pause(everyMs, signal);
    }
  }

  async function look(): Promise<Look> {
    const end = await asking.store.end(tenant);
    if (end === undefined || BigInt(end.place) <= at) return NOTHING;
    // Behind the end: an action that is new by then is among those that are seen.
    const filter = await asking.filter(conditions);
    const page = await asking.page(filter && { ...filter, chain: end.chain }, { order: 'oldest', by: 'chain', after: { place: String(at), id: LAST_ID }, limit: EACH }); // prettier-ignore
    const entries = page.entries.filter(({ place }) => BigInt(place) <= BigInt(end.place));
    const isMore = page.more || entries.length === EACH || page.stopped !== undefined;
    const last = page.more || entries.length === EACH ? entries.at(-1)?.place : page.stopped?.place;
    const seen = last === undefined || BigInt(last) > BigInt(end.place) ? end.place : last;
    at = BigInt(seen);
    return { entries, isMore };
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { ...(signal ? { signal } : {}), ref: true });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
