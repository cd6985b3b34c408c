import { nodeHash, type Digest } from './hashing.js';
import { rootOf } from './merkle.js';
import type { HashReader, ProofPlan, TreeNode } from './proof.js';

/** Takes the leaf hashes of a tree one after the other, and keeps those of its complete subtrees that a proof is made of. */
export class Subtrees {
  readonly #wanted: ReadonlySet<string>;
  readonly #kept = new Map<string, Digest>();
  readonly #nodes: Digest[] = [];
  #size = 0;

  constructor(plan: ProofPlan) {
    this.#wanted = new Set(plan.flat().map(key));
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
    const hash = this.#kept.get(key({ level, index }));
    if (hash === undefined) throw new RangeError(`no subtree ${index} of level ${level}`);
    return hash;
  };

  #keep(level: number, index: number, hash: Digest): void {
    const name = key({ level, index });
    if (this.#wanted.has(name)) this.#kept.set(name, hash);
  }
}

const key = ({ level, index }: TreeNode): string => `${level}/${index}`;
