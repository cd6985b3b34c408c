import type { UnitOfWork } from '../context/context.js';
import type { ContentRow } from '../store/content.port.js';
import { weigh } from './batch.js';
import type { ReadReceipt } from './read.port.js';

/** Reads of one unit of work that are the same in all but their moment. */
export interface HeldRead {
  readonly unit: UnitOfWork;
  readonly likeness: string;
  /** On the monotonic clock, milliseconds. */
  readonly until: number;
  /** What it weighs in memory, about. */
  readonly bytes: number;
  /** Of the first that no entry has yet. */
  row: ContentRow;
  /** How many no entry has yet. */
  count: number;
  /** Of the last entry that was written for them. */
  written?: ReadReceipt;
  /** That entry did not become durable: it stands for no other read. */
  failed: boolean;
}

/** What is held, by unit of work and likeness, and in the order in which it came. */
export class HeldReads {
  readonly #units = new Map<UnitOfWork, Map<string, HeldRead>>();
  readonly #all = new Set<HeldRead>();
  #bytes = 0;

  get size(): number {
    return this.#all.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Entries that would be written for them now. */
  get waiting(): number {
    let waiting = 0;
    for (const { count } of this.#all) if (count > 0) waiting += 1;
    return waiting;
  }

  get oldest(): HeldRead | undefined {
    return this.#all.values().next().value;
  }

  find(unit: UnitOfWork, likeness: string): HeldRead | undefined {
    return this.#units.get(unit)?.get(likeness);
  }

  hold(unit: UnitOfWork, likeness: string, row: ContentRow, until: number): HeldRead {
    const held: HeldRead = { unit, likeness, until, bytes: weigh(row), row, count: 1, failed: false };
    let alike = this.#units.get(unit);
    if (!alike) this.#units.set(unit, (alike = new Map()));
    alike.set(likeness, held);
    this.#all.add(held);
    this.#bytes += held.bytes;
    return held;
  }

  letGo(held: HeldRead): void {
    if (!this.#all.delete(held)) return;
    this.#bytes -= held.bytes;
    const alike = this.#units.get(held.unit);
    alike?.delete(held.likeness);
    if (alike?.size === 0) this.#units.delete(held.unit);
  }
}
