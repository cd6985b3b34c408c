import type { Claim } from './claims.js';
import type { Restores } from './restores.js';

/** Checkpoints that are not what the registry is: the one of the least size, the one of the greatest, how many. */
export interface ApartSum {
  readonly first: Claim;
  readonly last: Claim;
  readonly count: number;
}

/** Two histories of one size. @property seqs of what is apart: the restore that left it behind */
interface Fork {
  readonly size: number;
  readonly seqs: readonly number[];
}

const NO_RESTORE = Number.POSITIVE_INFINITY;
const KEPT = 1_000;

/**
 * Checkpoints that a trusted key signed and to which the registry does not lead, summed up by the first restore that says it left them
 * behind: whether that restore counts is known when all are read, and one that no restore names is never lost among thousands that one does.
 */
export class Apart {
  readonly #restores: Restores;
  readonly #sums = new Map<number, ApartSum>();
  readonly #forks: Fork[] = [];

  constructor(restores: Restores) {
    this.#restores = restores;
  }

  /** Ascending by size. */
  add(claim: Claim): void {
    const seq = this.#seqOf(claim);
    const { first = claim, count = 0 } = this.#sums.get(seq) ?? {};
    this.#sums.set(seq, { first, last: claim, count: count + 1 });
  }

  /** All that was signed of one size. @param root that the registry has there */
  fork(size: number, claims: readonly Claim[], root: string): void {
    const roots = new Map(claims.map((claim) => [claim.root, claim]));
    if (roots.size < 2 || this.#forks.length >= KEPT) return;
    const seqs = [...roots.values()].map((claim) => (claim.root === root ? NO_RESTORE : this.#seqOf(claim)));
    // What no later reading could tell takes no room.
    if (seqs.filter((seq) => seq === NO_RESTORE).length > 1 || this.#restores.all.length > 0)
      this.#forks.push({ size, seqs });
  }

  /** What was left behind by no restore before this size of the registry. */
  left(signedSize: number): ApartSum | undefined {
    const sums = [...this.#sums].flatMap(([seq, sum]) => (seq < signedSize ? [] : [sum]));
    return sums.length === 0
      ? undefined
      : sums.reduce((a, b) => ({
          first: b.first.size < a.first.size ? b.first : a.first,
          last: b.last.size > a.last.size ? b.last : a.last,
          count: a.count + b.count,
        }));
  }

  /** Sizes of which a key has signed more than one history, with how many. */
  forks(signedSize: number): readonly (readonly [size: number, histories: number])[] {
    return this.#forks.flatMap(({ size, seqs }) => {
      const histories = seqs.filter((seq) => seq >= signedSize).length;
      return histories > 1 ? [[size, histories] as const] : [];
    });
  }

  #seqOf(claim: Claim): number {
    return this.#restores.firstOf(claim) ?? NO_RESTORE;
  }
}
