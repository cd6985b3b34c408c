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

/**
 * Writes a batch. A row that the database refuses does not hold up the others: the batch is halved until the row is alone,
 * and it is lost. The names of the halves follow from that of the whole, so whoever is interrupted repeats the whole.
 *
 * @throws what passes: the caller MUST repeat the batch under the same name
 */
export async function writeBatch(
  store: ContentStore,
  { name, events }: Batch,
  onRefused: (error: unknown, lost: number) => void,
): Promise<void> {
  try {
    await store.append(
      name,
      events.map(({ row }) => row),
    );
    for (const { progress } of events) progress.settle('committed');
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVENT_INVALID')) throw error;
    if (events.length === 1) {
      events[0]?.progress.settle('lost', error);
      return onRefused(error, 1);
    }
    onRefused(error, 0);
    const half = Math.ceil(events.length / 2);
    await writeBatch(store, { name: `${name}.0`, events: events.slice(0, half) }, onRefused);
    await writeBatch(store, { name: `${name}.1`, events: events.slice(half) }, onRefused);
  }
}
