import { AsyncLocalStorage } from 'node:async_hooks';
import { systemClock } from '../event/clock.js';
import { unfailing } from '../event/errors.js';
import type { Durability } from '../event/types.js';
import type { ContentRow } from '../store/content.port.js';
import { HeldReads, type HeldRead } from './held-reads.js';
import type { Reached, Receipt } from './port.js';
import { refusedRead } from './refused-read.js';
import { forReads, likeness, readRow, type ReadRules } from './read-row.js';
import type { ReadFact, ReadReceipt, ReadRecorder } from './read.port.js';

/** Where the entries of reads go. */
export interface ReadSink {
  /** @throws AuditError when there is no room, having counted it */
  take(row: ContentRow, durability: Durability): Receipt;
  /** Counts an event that could not be taken, and says so. */
  lose(error: unknown): void;
}

export interface ReadLogOptions extends ReadRules {
  /** Told of what a sink refused. */
  readonly onError: (error: unknown) => void;
  /** How long reads that are the same are gathered. Milliseconds, default 1,000: a process that is killed loses so much of them at most. */
  readonly holdMs?: number;
  /** Reads that are held at most; beyond, the oldest are written. Default 10,000. */
  readonly maxHeld?: number;
  /** The same in bytes, about. Default 16 MiB. */
  readonly maxHeldBytes?: number;
}

// Captured at import: fake timers must not hold reads back.
const { setTimeout, clearTimeout } = globalThis;
// The timer belongs to no request, and holds none in memory.
const outside = AsyncLocalStorage.snapshot();

/**
 * Makes entries of reads. Those of one unit of work that are the same in all but their moment become one entry, at the moment
 * of the first, with their number; they are held for `holdMs` for that. Whoever needs a read to be durable has it written at
 * once; what is the same and comes later is counted, and the count written when the time is over.
 */
export class ReadLog implements ReadRecorder {
  readonly #sink: ReadSink;
  readonly #options: Required<ReadLogOptions>;
  readonly #held = new HeldReads();
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: ReadSink, options: ReadLogOptions) {
    this.#sink = sink;
    this.#options = {
      holdMs: 1_000,
      maxHeld: 10_000,
      maxHeldBytes: 16 * 1024 * 1024,
      ...options,
      onError: unfailing(options.onError),
    };
  }

  /** Entries that are still to be written. */
  get waiting(): number {
    return this.#held.waiting;
  }

  read(fact: ReadFact): ReadReceipt {
    let row: ContentRow;
    try {
      row = readRow(fact, this.#options);
    } catch (error) {
      this.#sink.lose(error);
      return refusedRead(error);
    }
    const unit = fact.context?.root;
    if (unit === undefined) return this.#take(row, 'async');
    const like = likeness(row);
    let held = this.#held.find(unit, like);
    if (held === undefined) {
      held = this.#held.hold(unit, like, row, systemClock.monotonic() + this.#options.holdMs);
      this.#bound();
    } else {
      if (held.count === 0) held.row = row;
      held.count += 1;
    }
    this.#arm();
    return { durable: () => this.#durable(held) };
  }

  /** Hands over everything that is held, at once. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let held = this.#held.oldest; held !== undefined; held = this.#held.oldest) this.#letGo(held);
  }

  #durable(held: HeldRead): Promise<Reached> {
    if (held.count > 0 && (held.written === undefined || held.failed)) this.#write(held, 'committed');
    const written = held.written ?? refusedRead(undefined); // there is one: what is counted was written just now
    const answer = written.durable();
    answer.catch(() => (held.failed ||= held.written === written));
    return answer;
  }

  #write(held: HeldRead, durability: Durability): void {
    if (held.count === 0) return;
    const row = forReads(held.row, held.count);
    held.count = 0;
    held.failed = false;
    held.written = this.#take(row, durability);
  }

  #take(row: ContentRow, durability: Durability): ReadReceipt {
    try {
      const receipt = this.#sink.take(row, durability);
      return { durable: () => receipt.reached('committed') };
    } catch (error) {
      this.#options.onError(error);
      return refusedRead(error);
    }
  }

  #letGo(held: HeldRead): void {
    this.#held.letGo(held);
    this.#write(held, 'async');
  }

  #bound(): void {
    const { maxHeld, maxHeldBytes } = this.#options;
    while (this.#held.size > maxHeld || (this.#held.bytes > maxHeldBytes && this.#held.size > 1)) {
      const { oldest } = this.#held;
      if (oldest) this.#letGo(oldest);
    }
  }

  #arm(): void {
    const { oldest } = this.#held;
    if (oldest === undefined || this.#timer !== undefined) return;
    const ms = Math.max(1, oldest.until - systemClock.monotonic());
    this.#timer = outside(() => setTimeout(() => this.#tick(), ms).unref());
  }

  #tick(): void {
    this.#timer = undefined;
    const now = systemClock.monotonic();
    for (let { oldest } = this.#held; oldest !== undefined && oldest.until <= now; { oldest } = this.#held)
      this.#letGo(oldest);
    this.#arm();
  }
}
