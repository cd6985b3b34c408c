import { newContext } from '../context/context.js';
import type { ContentRow } from '../store/content.port.js';
import { prepare } from './prepare.js';

/** What the log says about events that it does not have. */
export interface Gap {
  readonly action: 'audit.shed' | 'audit.spool.damaged';
  readonly details: Readonly<Record<string, unknown>>;
  /** So that a gap which is found twice is said once. */
  readonly eventId?: string;
}

/** The entry of a gap, on the default chain: the missing events may have been of any tenant. */
export function gapRow(gap: Gap): ContentRow {
  return prepare(
    { ...gap, outcome: 'failure', severity: 'warning', actor: { id: `process:${process.pid}`, type: 'system' } },
    () => false,
    { context: newContext(), gap: true }, // not that of the request in whose turn it is noticed
  );
}

/** How many events were left out, and from when to when. */
export class Shed {
  #count = 0;
  #from = 0;
  #to = 0;
  #total = 0;

  /** Since the start, whether the log knows of them or not. */
  get total(): number {
    return this.#total;
  }

  one(): void {
    this.#to = Date.now();
    if (this.#count === 0) this.#from = this.#to;
    this.#count += 1;
    this.#total += 1;
  }

  /** What the log has not been told yet; asked twice, it is told once. */
  take(): Gap | undefined {
    if (this.#count === 0) return undefined;
    const details = {
      count: this.#count,
      from: new Date(this.#from).toISOString(),
      to: new Date(this.#to).toISOString(),
    };
    this.#count = 0;
    return { action: 'audit.shed', details };
  }
}

export function flagged(flags: string | null, flag: 'replayed'): string {
  return flags === null ? flag : `${flags},${flag}`;
}
