import type { Finder } from '../../src/sealer/finder.js';
import type { CapturedRow, PositionRange, Reading } from '../../src/store/log.port.js';

/** What is true of the database; a test takes one away to see that the finder needs it. */
export interface Rules {
  /** Where a bound comes from: a fresh transaction id after the reading, one from before it, or `pg_snapshot_xmax`. */
  readonly bound: 'after the reading' | 'before the reading' | 'greatest completed';
  /** Whether a transaction has its id before it takes a position. */
  readonly idFirst: boolean;
  /** Positions that a session takes at a time. */
  readonly cache: number;
}

export const RULES: Rules = { bound: 'after the reading', idFirst: true, cache: 1 };

interface Transaction {
  xid: bigint | undefined;
  readonly written: number[];
  state: 'open' | 'committed' | 'rolled back';
}

/**
 * PostgreSQL as far as the finder can see it: transaction ids and positions are handed out in order, transactions end in
 * any order, and a reading shows what is committed at that moment.
 */
export class World {
  readonly #rules: Rules;
  readonly #transactions: Transaction[] = [];
  readonly #entries = new Set<number>();
  readonly #cached: number[] = [];
  #nextXid = 100n;
  #nextPosition = 1;
  #lastCompleted = 99n;
  #boundBefore: bigint | undefined;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get committed(): number[] {
    return this.#positions((transaction) => transaction.state === 'committed').toSorted((a, b) => a - b);
  }

  get undecided(): number[] {
    return this.#positions((transaction) => transaction.state === 'open');
  }

  begin(): void {
    this.#transactions.push({ xid: undefined, written: [], state: 'open' });
  }

  /** A statement of an open transaction writes `count` rows, or takes their positions and is undone by its savepoint. */
  write(which: number, count: number, undone: boolean): void {
    const transaction = this.#open(which);
    if (!transaction) return;
    if (this.#rules.idFirst) transaction.xid ??= this.#nextXid++;
    for (let i = 0; i < count; i += 1) {
      const position = this.#takePosition();
      if (!undone) transaction.written.push(position);
    }
  }

  end(which: number, state: 'committed' | 'rolled back'): void {
    const transaction = this.#open(which);
    if (!transaction) return;
    transaction.state = state;
    if (transaction.written.length > 0) transaction.xid ??= this.#nextXid++;
    this.#complete(transaction.xid);
  }

  endAll(): void {
    while (this.#open(0)) this.end(0, 'committed');
  }

  /** The sealer opens a chain: a position without a transaction, filled and sealed in one statement soon after. */
  openChain(): number {
    const position = this.#takePosition();
    const xid = this.#nextXid++;
    this.#transactions.push({ xid, written: [position], state: 'committed' });
    this.#complete(xid);
    return position;
  }

  read(gaps: readonly PositionRange[], high: number, limit: number): Reading {
    const wanted = (pos: number): boolean => pos > high || gaps.some(({ from, to }) => pos >= from && pos <= to);
    const running = this.#transactions.filter(({ state, xid }) => state === 'open' && xid !== undefined);
    const rows = this.committed.filter((pos) => wanted(pos)).map((pos) => ({ pos }) as CapturedRow);
    return {
      rows: rows.slice(0, limit),
      complete: rows.length < limit,
      horizon: running.reduce((least, { xid }) => ((xid as bigint) < least ? (xid as bigint) : least), this.#nextXid),
      now: 0,
    };
  }

  bind(finder: Finder): void {
    if (this.#rules.bound === 'greatest completed') return finder.bind(this.#lastCompleted + 1n);
    const fresh = this.#nextXid++;
    this.#complete(fresh);
    if (this.#rules.bound === 'after the reading') return finder.bind(fresh);
    if (this.#boundBefore !== undefined) finder.bind(this.#boundBefore);
    this.#boundBefore = fresh;
  }

  /** What a new leader learns: the greatest position with an entry, and the ranges below it that have none. */
  unsettled(low: number): { high: number; gaps: PositionRange[] } {
    const sealed = [low, ...[...this.#entries].filter((pos) => pos > low).toSorted((a, b) => a - b)];
    const gaps = sealed.flatMap((pos, i) => {
      const before = sealed[i - 1] ?? pos;
      return pos - before > 1 ? [{ from: before + 1, to: pos - 1 }] : [];
    });
    return { high: sealed.at(-1) as number, gaps };
  }

  seal(positions: readonly number[]): void {
    for (const position of positions) this.#entries.add(position);
  }

  #open(which: number): Transaction | undefined {
    const open = this.#transactions.filter(({ state }) => state === 'open');
    return open[which % open.length];
  }

  #positions(of: (transaction: Transaction) => boolean): number[] {
    return this.#transactions.filter((transaction) => of(transaction)).flatMap(({ written }) => written);
  }

  #complete(xid: bigint | undefined): void {
    if (xid !== undefined && xid > this.#lastCompleted) this.#lastCompleted = xid;
  }

  #takePosition(): number {
    if (this.#rules.cache === 1) return this.#nextPosition++;
    // Two sessions take turns, each with numbers that it fetched beforehand.
    if (this.#cached.length === 0) {
      const block = (): number[] => Array.from({ length: this.#rules.cache }, () => this.#nextPosition++);
      const [one, other] = [block(), block()];
      one.forEach((position, i) => this.#cached.push(position, other[i] as number));
    }
    return this.#cached.shift() as number;
  }
}
