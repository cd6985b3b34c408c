import { EMPTY_ROOT, nodeHash, type Digest } from './hashing.js';

/**
 * The frontier of an RFC 6962 tree of `size` leaves: the roots of its complete subtrees, largest first, one for each set
 * bit of `size`. It is all that is needed to append a leaf or to compute the root.
 */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly Digest[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] };

/** Appends leaves one at a time; amortised one node hash each. */
export class FrontierBuilder {
  #size: number;
  readonly #nodes: Digest[];

  constructor(from: Frontier = EMPTY_FRONTIER) {
    if (from.nodes.length !== setBits(from.size)) throw new RangeError(`not a frontier of ${from.size} leaves`);
    this.#size = from.size;
    this.#nodes = [...from.nodes];
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Digest): void {
    let node = leaf;
    // Each trailing one bit of the old size is a complete subtree as large as `node`: merge.
    for (let n = this.#size; n % 2 === 1; n = Math.floor(n / 2)) node = nodeHash(this.#nodes.pop() as Digest, node);
    this.#nodes.push(node);
    this.#size += 1;
  }

  frontier(): Frontier {
    return { size: this.#size, nodes: [...this.#nodes] };
  }

  /** RFC 6962 §2.1, the Merkle tree hash of all leaves so far. */
  root(): Digest {
    return rootOf(this.#nodes);
  }
}

/** The tree hash from the roots of the complete subtrees: fold from the smallest, at the right, to the left. */
export function rootOf(nodes: readonly Digest[]): Digest {
  const last = nodes.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  return nodes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** RFC 6962 §2.1 of leaf hashes that are all there. */
export function treeHash(leaves: Iterable<Digest>): Digest {
  const tree = new FrontierBuilder();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** Stored form: the digests one after the other, in hex. */
export function encodeFrontier(frontier: Frontier): string {
  return frontier.nodes.join('');
}

/** @throws RangeError if the text is not the frontier of a tree of `size` leaves. */
export function decodeFrontier(size: number, text: string): Frontier {
  if (!Number.isSafeInteger(size) || size < 0 || text.length !== setBits(size) * 64 || !/^[0-9a-f]*$/.test(text))
    throw new RangeError(`not a frontier of ${size} leaves`);
  const nodes: Digest[] = [];
  for (let i = 0; i < text.length; i += 64) nodes.push(text.slice(i, i + 64));
  return { size, nodes };
}

function setBits(size: number): number {
  let count = 0;
  for (let n = size; n > 0; n = Math.floor(n / 2)) count += n % 2;
  return count;
}
