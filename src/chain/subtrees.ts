import { nodeHash, type Digest } from './hashing.js';
import { rootOf } from './merkle.js';
import type { HashReader, ProofPlan } from './proof.js';

/** Takes the leaf hashes of a tree one after the other, and keeps those of its complete subtrees that a proof is made of. */
export class Subtrees {
  /** By level: numbers of those that are wanted, with their hashes once they are complete. */
  readonly #wanted: Map<number, Digest | undefined>[] = [];
  readonly #nodes: Digest[] = [];
  #size = 0;

  constructor(plan: ProofPlan) {
    for (const { level, index } of plan.flat()) (this.#wanted[level] ??= new Map()).set(index, undefined);
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Digest): void {
    let node = leaf;
    this.#keep(0, this.#size, node);
    for (let [level, n] = [1, this.#size]; n % 2 === 1; [level, n] = [level + 1, Math.floor(n / 2)]) {
      node = nodeHash(this.#nodes.pop() as Digest, node);
      this.#keep(level, Math.floor(n / 2), node);
    }
    this.#nodes.push(node);
    this.#size += 1;
  }

  root(): Digest {
    return rootOf(this.#nodes);
  }

  /** @throws RangeError for a subtree that was not asked for, or that is not complete yet */
  readonly read: HashReader = (level, index) => {
    const hash = this.#wanted[level]?.get(index);
    if (hash === undefined) throw new RangeError(`no subtree ${index} of level ${level}`);
    return hash;
  };

  #keep(level: number, index: number, hash: Digest): void {
    const wanted = this.#wanted[level];
    if (wanted?.has(index) === true) wanted.set(index, hash);
  }
}
