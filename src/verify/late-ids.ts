import { uuidV7Time } from '../event/uuid.js';
import type { LateId } from './compare-captured.js';
import type { LogSource } from './source.js';

const ASKED_AT_ONCE = 1_000;

/**
 * Ids of changes that are later than their changes. They are where the clock was set back inside a transaction; the log is asked
 * for them together, since each question reads all of content.
 */
export class LateIds {
  readonly #source: Pick<LogSource, 'latestChanges'>;
  #waiting: { readonly late: LateId; readonly wrong: (message: string) => void }[] = [];

  constructor(source: Pick<LogSource, 'latestChanges'>) {
    this.#source = source;
  }

  async add(late: LateId, wrong: (message: string) => void): Promise<void> {
    this.#waiting.push({ late, wrong });
    if (this.#waiting.length >= ASKED_AT_ONCE) await this.settle();
  }

  async settle(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const latest = await this.#source.latestChanges([...new Set(waiting.map(({ late }) => late.xid))]);
    for (const { late, wrong } of waiting) {
      const at = latest.get(late.xid) ?? -1;
      // A counter that ran over goes on into the next microseconds.
      if (at < 0 || late.time > uuidV7Time(Math.min(at + 1_000, Number.MAX_SAFE_INTEGER)))
        wrong('the id is later than every change of its transaction');
    }
  }
}
