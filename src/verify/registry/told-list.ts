import type { Digest } from '../../chain/hashing.js';
import type { ToldSize } from '../../chain/registry.js';
import type { Micros } from '../../event/clock.js';
import type { Wanted } from '../roots-at.js';
import type { ChainProofs } from '../walk.js';

/** What was told of some chains, as plain values that can be sent to another thread: ascending by chain and size. */
export interface ToldPart {
  readonly told: readonly ToldSize[];
  readonly lastHeadsAt: Micros | undefined;
}

/** A chain, a size, and the root that the chain had there. */
export type FoundRoot = readonly [chain: number, size: number, root: Digest];

/** More is walked by one thread: all of it would be in memory. */
export const MOST_SENT = 1_000_000;

/** Finds the roots of a list, for whoever compares them elsewhere. */
export class ToldList implements ChainProofs {
  readonly lastHeadsAt: Micros | undefined;
  readonly found: FoundRoot[] = [];
  readonly #told: readonly ToldSize[];
  #at = 0;

  constructor({ told, lastHeadsAt }: ToldPart) {
    this.#told = told;
    this.lastHeadsAt = lastHeadsAt;
  }

  wanted(chain: number): Wanted {
    return { sizes: this.#sizesOf(chain), root: (size, root) => void this.found.push([chain, size, root]) };
  }

  *#sizesOf(chain: number): Generator<number> {
    for (; this.#at < this.#told.length; this.#at += 1) {
      const [number, size] = this.#told[this.#at] as ToldSize; // it is not at the end
      if (number > chain) return;
      if (number === chain) yield size;
    }
  }
}

/** Hands over what others have found, in the order in which it would have been found here. */
export function handOver(found: readonly FoundRoot[], proofs: ChainProofs): void {
  for (let at = 0; at < found.length;) {
    const [chain] = found[at] as FoundRoot; // it is not at the end
    const { sizes, root } = proofs.wanted(chain);
    for (const size of sizes) {
      while (found[at]?.[0] === chain && (found[at]?.[1] ?? 0) < size) at += 1;
      const [number, is, digest] = found[at] ?? [];
      if (number === chain && is === size && digest !== undefined) root(size, digest, 0);
    }
    while (found[at]?.[0] === chain) at += 1;
  }
}
