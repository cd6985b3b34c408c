import { uuidV7Millis } from '../event/uuid.js';
import type { EntryCount, EntryFilter } from '../store/entry.port.js';
import type { Asking } from './asking.js';
import { beside, Cursors, pagedBy } from './cursor.js';
import { checkConditions, checkQuery, invalid, type AuditConditions, type AuditQuery } from './query.js';
import type { AuditEntry } from './read-entry.js';

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
  /** Where the page before this one ends, for `back: true`; absent on the first. */
  readonly previous?: string;
  /**
   * The page is not full, and yet not the last: no index serves all of these conditions together, 10,000 entries were looked at, and
   * this is the moment of the last one. `next` (with `back`, `previous`) goes on from there.
   */
  readonly stoppedAt?: Date;
}

/**
 * @param more conditions of a question that queries do not have
 * @throws AuditError `AUDIT_QUERY_INVALID` or `AUDIT_CURSOR_INVALID`, and what the store throws
 */
export async function find(asking: Asking, query: AuditQuery, more: Partial<EntryFilter> = {}): Promise<AuditPage> {
  checkQuery(query);
  const { order = 'newest', limit = 50, cursor, back = false } = query;
  if (back && cursor === undefined) throw invalid('back needs a cursor: `previous` of the page behind');
  const by = pagedBy(query);
  const cursors = new Cursors(query, by, more);
  const from = cursor === undefined ? undefined : cursors.parse(cursor);
  const direction = back ? opposite(order) : order;
  const filter = await asking.filter(query);
  const page = await asking.page(filter && { ...filter, ...more }, {
    order: direction,
    by,
    after: from,
    limit: limit + 1,
  });
  const { entries: found, stopped } = page;

  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const far = last && (page.more || found.length > limit) ? last : stopped;
  // Where nothing was found the way back begins at the place itself, which may have an entry.
  const near = from && (shown[0] ?? beside(from, direction));
  if (back) shown.reverse();
  const [next, previous] = back ? [near, far] : [far, near];
  return {
    entries: await asking.read(shown),
    ...(next === undefined ? {} : { next: cursors.format(next) }),
    ...(previous === undefined ? {} : { previous: cursors.format(previous) }),
    ...(far !== undefined && far === stopped ? { stoppedAt: new Date(uuidV7Millis(far.id)) } : {}),
  };
}

/** How many entries there are: 10,000 at most. */
export async function count(asking: Asking, conditions: AuditConditions): Promise<EntryCount> {
  checkConditions(conditions);
  const filter = await asking.filter(conditions);
  return filter === undefined ? { count: 0, isExact: true } : await asking.store.count(filter);
}

export const opposite = (order: 'oldest' | 'newest'): 'oldest' | 'newest' => (order === 'oldest' ? 'newest' : 'oldest');
