import type { CapturedRow, PositionRange, Reading } from '../store/log.port.js';

/**
 * Which positions still need an entry.
 *
 * Positions are handed out in order, but their transactions commit in any order, or never. So the finder keeps `high`,
 * the greatest position it has seen, and the *gaps* below it: positions it has not seen. Each reading looks at all gaps
 * and at the tail above `high`, in one snapshot, up to the position that the sequence has handed out last: a row beyond it was not
 * written by the log, and would make a gap of positions that are yet to be handed out.
 *
 * A gap may be given up only when no transaction can still fill it. The proof:
 *
 * 1. A row has its transaction's id before it has its position (a trigger runs after the change was written; `record()`
 *    and the column default take the id first).
 * 2. Position p is seen missing only after a greater position was seen, and positions are handed out in order (CACHE 1);
 *    so whoever holds p took it before that reading, and by 1. had its transaction id before that reading.
 * 3. `bound` is a fresh transaction id, taken AFTER that reading. So the holder's id is smaller than `bound`.
 * 4. A later snapshot whose horizon (`pg_snapshot_xmin`) is greater than `bound` sees every such transaction ended: what
 *    it committed is visible in that snapshot, and what is not visible was rolled back.
 *
 * A reading ends early where it has met its bound, in rows or in bytes: then it says nothing about what lies beyond its last row, and
 * no gap there is given up by it. A sequence that was set back breaks 2: positions that were given up are handed out again. It is
 * raised within a few seconds, and the rows are found by the look for what was overlooked, which follows.
 *
 * `pg_snapshot_xmax` would be wrong in 3: it is the greatest *completed* id + 1, and an open transaction may be newer.
 */
export class Finder {
  #high: number;
  #gaps: Gap[];
  /** Positions that the sealer itself sealed together with their control row. */
  readonly #own = new Set<number>();
  /** The first row that was set aside. */
  #aside = Number.POSITIVE_INFINITY;

  constructor(high: number, gaps: readonly PositionRange[]) {
    this.#high = high;
    this.#gaps = gaps.map((gap) => ({ ...gap, bound: undefined }));
  }

  get high(): number {
    return this.#high;
  }

  /** Ranges, not positions: a rolled-back statement of a million rows is one gap. */
  get gaps(): readonly PositionRange[] {
    return this.#gaps;
  }

  /** Every position up to here is settled. Save it only together with the entries of the reading it came from. */
  get low(): number {
    return this.#gaps.reduce((low, gap) => Math.min(low, gap.from - 1), Math.min(this.#high, this.#aside - 1));
  }

  /** True if some gap has no bound yet: ask the database for one NOW, after the reading, and hand it to `bind`. */
  get needsBound(): boolean {
    return this.#gaps.some((gap) => gap.bound === undefined);
  }

  bind(bound: bigint): void {
    for (const gap of this.#gaps) gap.bound ??= bound;
  }

  /** More positions to look for, below `high`. */
  reopen(ranges: readonly PositionRange[]): void {
    this.#gaps = [...this.#gaps, ...ranges.map((range) => ({ ...range, bound: undefined }))].toSorted(
      (a, b) => a.from - b.from,
    );
  }

  sealedByUs(positions: readonly number[]): void {
    for (const position of positions) this.#own.add(position);
  }

  /** These rows wait: `low` stays below them, so that the next term finds them again. They are not read again in this one. */
  setAside(rows: readonly CapturedRow[]): void {
    for (const { pos } of rows) this.#aside = Math.min(this.#aside, pos);
  }

  /** Takes in a reading of `gaps` and the tail above `high`, and returns the rows to seal, in the order of their positions. */
  take(reading: Reading): CapturedRow[] {
    // A reading that met its bound has seen nothing beyond its last row.
    const seenUpTo = reading.complete ? Number.POSITIVE_INFINITY : (reading.rows.at(-1) as CapturedRow).pos;
    const gaps: Gap[] = [];
    let next = 0; // index of the first row not yet taken
    for (const gap of this.#gaps) {
      let from = gap.from;
      for (; next < reading.rows.length; next += 1) {
        const { pos } = reading.rows[next] as CapturedRow;
        if (pos > gap.to) break;
        addGap(gaps, { from, to: pos - 1, bound: gap.bound }, reading.horizon, seenUpTo);
        from = pos + 1;
      }
      addGap(gaps, { from, to: gap.to, bound: gap.bound }, reading.horizon, seenUpTo);
    }
    for (; next < reading.rows.length; next += 1) {
      const { pos } = reading.rows[next] as CapturedRow;
      if (pos > this.#high + 1) gaps.push({ from: this.#high + 1, to: pos - 1, bound: undefined });
      this.#high = pos;
    }
    this.#gaps = gaps;
    return reading.rows.filter((row) => !this.#own.delete(row.pos));
  }
}

interface Gap extends PositionRange {
  bound: bigint | undefined;
}

/** Keeps what is left of a gap, unless this reading proves that nobody can fill it any more. */
function addGap(gaps: Gap[], gap: Gap, horizon: bigint, seenUpTo: number): void {
  if (gap.from > gap.to) return;
  const settled = gap.bound !== undefined && horizon > gap.bound;
  if (!settled) gaps.push(gap);
  else if (gap.to > seenUpTo) gaps.push({ ...gap, from: Math.max(gap.from, seenUpTo + 1) });
}
