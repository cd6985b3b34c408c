import { nodeHash, type Digest } from './hashing.js';
import { rootOf } from './merkle.js';
import { isCount } from './count.js';

/** A complete subtree of 2^level leaves, the one with number `index` from the left. Level 0 is the leaves. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** Where the hashes of complete subtrees come from: a table, tiles, a list in memory. */
export type HashReader = (level: number, index: number) => Digest;

/** For each hash of a proof the complete subtrees that make it, largest first: a reader may fetch them all at once. */
export type ProofPlan = readonly (readonly TreeNode[])[];

/** RFC 6962 §2.1.1, PATH(index, D[size]): from the leaf's sibling up to a child of the root. */
export function inclusionPlan(index: number, size: number): ProofPlan {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError(`no leaf ${index} among ${size}`);
  const plan: TreeNode[][] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + largestPowerBelow(end - begin);
    plan.push(index < middle ? subtrees(middle, end) : subtrees(begin, middle));
    [begin, end] = index < middle ? [begin, middle] : [middle, end];
  }
  return plan.toReversed();
}

/** RFC 6962 §2.1.2, PROOF(from, D[to]); `from` is at least 1, since of an empty tree there is nothing to prove. */
export function consistencyPlan(from: number, to: number): ProofPlan {
  if (!isCount(from) || !isCount(to) || from < 1 || from > to) throw new RangeError(`no proof from ${from} to ${to}`);
  const plan: TreeNode[][] = [];
  let [begin, end] = [0, to];
  while (end !== from) {
    const middle = begin + largestPowerBelow(end - begin);
    plan.push(from <= middle ? subtrees(middle, end) : subtrees(begin, middle));
    [begin, end] = from <= middle ? [begin, middle] : [middle, end];
  }
  // The old tree ends in a subtree of the new one. If it is that subtree, its hash is the root that is given.
  if (begin > 0) plan.push(subtrees(begin, end));
  return plan.toReversed();
}

/** The complete subtrees of a tree, largest first: what a frontier holds, and of which `rootOf` makes the root. */
export function rootPlan(size: number): readonly TreeNode[] {
  if (!isCount(size)) throw new RangeError(`no tree of ${size}`);
  return subtrees(0, size);
}

export function proofOf(plan: ProofPlan, read: HashReader): readonly Digest[] {
  return plan.map((nodes) => rootOf(nodes.map(({ level, index }) => read(level, index))));
}

/** Whether the leaf with this hash is number `index` of the tree with this root. RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  proof: readonly Digest[],
  given: { readonly leaf: Digest; readonly index: number; readonly size: number; readonly root: Digest },
): boolean {
  const { leaf, index, size, root } = given;
  if (!isCount(index) || !isCount(size) || index >= size || !areDigests([leaf, root, ...proof])) return false;
  let [place, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      hash = nodeHash(sibling, hash);
      // At the right edge: levels at which there is no sibling.
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && hash === root;
}

/** Whether the tree of `from` leaves is the beginning of the tree of `to`. RFC 9162 §2.1.4.2. */
export function verifyConsistency(
  proof: readonly Digest[],
  from: { readonly size: number; readonly root: Digest },
  to: { readonly size: number; readonly root: Digest },
): boolean {
  if (!isCount(from.size) || !isCount(to.size) || from.size < 1 || from.size > to.size) return false;
  if (!areDigests([from.root, to.root, ...proof])) return false;
  if (from.size === to.size) return proof.length === 0 && from.root === to.root;
  let [place, last] = [from.size - 1, to.size - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  // A complete subtree at the left edge is not in the proof: it is the old root.
  const path = place === 0 ? [from.root, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      [old, now] = [nodeHash(sibling, old), nodeHash(sibling, now)];
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && old === from.root && now === to.root;
}

/** Complete subtrees from leaf `begin` up to `end`, largest first; `begin` is a multiple of the largest. */
function subtrees(begin: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  let from = begin;
  while (from < end) {
    let [level, width] = [0, 1];
    while (from + width * 2 <= end) [level, width] = [level + 1, width * 2];
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}

/** The largest power of two that is smaller than `size`, which is at least 2. */
function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

// Not by shifts: sizes go beyond 32 bits.
const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

function areDigests(list: readonly Digest[]): boolean {
  return list.every((digest) => /^[0-9a-f]{64}$/.test(digest));
}
