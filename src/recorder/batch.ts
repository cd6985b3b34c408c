import { isAuditError } from '../event/errors.js';
import type { ContentRow, ContentStore } from '../store/content.port.js';
import type { Progress } from './progress.js';

/** One event that was taken in. */
export interface Taken {
  readonly row: ContentRow;
  /** What it weighs in memory, about. */
  readonly bytes: number;
  readonly progress: Progress;
}

/** Events that are written together. A batch keeps its name for good, so that it can be repeated and is written once. */
export interface Batch {
  readonly name: string;
  readonly events: readonly Taken[];
}

/** Bytes of a row, about: text counts one byte for a character, and the rest is a guess. */
export function weigh(row: ContentRow): number {
  return 300 + row.header.length + row.actor.length + (row.data?.length ?? 0) + (row.resourceId?.length ?? 0);
}

/** After so many held events the rest is not tried: each costs a moment. */
const HELD_AT_A_TIME = 3;

/**
 * Writes a batch. Resolves with the events that another transaction holds, which has written one of the same `eventId` and is
 * still open; whoever gets them tries them again, and the others are committed. A row that the database refuses does not hold up the others: the batch is halved until the row is alone,
 * and it is lost. The names of the halves follow from that of the whole, so whoever is interrupted repeats the whole.
 *
 * @throws what passes: the caller MUST repeat the batch under the same name
 */
export async function writeBatch(
  store: ContentStore,
  { name, events }: Batch,
  onRefused: (error: unknown, lost: number) => void,
): Promise<readonly Taken[]> {
  try {
    await store.append(
      name,
      events.map(({ row }) => row),
    );
    for (const { progress } of events) progress.settle('committed');
    return [];
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVENT_HELD')) {
      const keyed = events.filter(({ row }) => row.eventKey !== null);
      if (keyed.length === 0) throw error;
      return await writeAround({ name, events }, keyed, store, onRefused);
    }
    if (!isAuditError(error, 'AUDIT_EVENT_INVALID')) throw error;
    if (events.length === 1) {
      events[0]?.progress.settle('lost', error);
      onRefused(error, 1);
      return [];
    }
    onRefused(error, 0);
    const half = Math.ceil(events.length / 2);
    const first = await writeBatch(store, { name: `${name}.0`, events: events.slice(0, half) }, onRefused);
    const second = await writeBatch(store, { name: `${name}.1`, events: events.slice(half) }, onRefused);
    return [...first, ...second];
  }
}

/**
 * Those without a key first, under the name of the whole: it stands for them alone, since an event with a key is known by that. So
 * the whole can be repeated at any moment, by whoever finds it on disk, or by an attempt that comes late.
 */
async function writeAround(
  { name, events }: Batch,
  keyed: readonly Taken[],
  store: ContentStore,
  onRefused: (error: unknown, lost: number) => void,
): Promise<readonly Taken[]> {
  if (events.length === 1) return keyed;
  const others = events.filter(({ row }) => row.eventKey === null);
  if (others.length > 0) await writeBatch(store, { name, events: others }, onRefused);
  const held: Taken[] = [];
  for (const [i, taken] of keyed.entries()) {
    if (held.length >= HELD_AT_A_TIME) return [...keyed.slice(i), ...held]; // those that were not tried come first the next time
    held.push(...(await writeBatch(store, { name, events: [taken] }, onRefused)));
  }
  return held;
}
