import type { Digest } from '../chain/hashing.js';
import type { FrontierBuilder } from '../chain/merkle.js';
import type { Micros } from '../event/clock.js';

/** Sizes of a chain whose tree hash somebody wants to know. */
export interface Wanted {
  /** In ascending order; of one that the chain never has, because it ends before or has a hole there, nothing is told. */
  readonly sizes: Iterable<number>;
  /** Called once for each size, when the chain has it. */
  readonly root: (size: number, root: Digest, sealedAt: Micros) => void;
}

/** Tells the tree hashes of a growing chain at wanted sizes: one comparison for each entry, however many sizes there are. */
export class RootsAt {
  readonly #sizes: Iterator<number>;
  readonly #tell: Wanted['root'];
  #next = -1;

  constructor({ sizes, root }: Wanted) {
    this.#sizes = sizes[Symbol.iterator]();
    this.#tell = root;
    this.#advance();
  }

  /**
   * @param tree with as many leaves as were appended without a hole; `size` may be more
   * @param sealedAt when the last of them was sealed
   */
  at(size: number, tree: FrontierBuilder, sealedAt: Micros): void {
    if (size < this.#next) return;
    while (this.#next < size) this.#advance();
    if (this.#next !== size) return;
    this.#tell(size, tree.root(), sealedAt);
    while (this.#next === size) this.#advance();
  }

  #advance(): void {
    const { done, value } = this.#sizes.next();
    this.#next = done === true ? Number.POSITIVE_INFINITY : value;
  }
}

/** @param next the least size beyond another, as long as there is one */
export function* ascending(next: (above: number) => number | undefined): Generator<number> {
  for (let size = next(0); size !== undefined; size = next(size)) yield size;
}

export function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
