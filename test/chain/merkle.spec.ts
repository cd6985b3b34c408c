import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EMPTY_ROOT, leafHash, nodeHash, type Digest } from '../../src/chain/hashing.js';
import {
  decodeFrontier,
  EMPTY_FRONTIER,
  encodeFrontier,
  FrontierBuilder,
  rootOf,
  type Frontier,
} from '../../src/chain/merkle.js';
import { full } from '../support/full.js';

/** RFC 6962 §2.1, word for word, on bytes. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  const sha256 = (...parts: Uint8Array[]): Buffer => Buffer.from(hash('sha256', Buffer.concat(parts)), 'hex');
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

const naiveRoot = (leaves: readonly Digest[]): Digest =>
  treeHash(leaves.map((leaf) => Buffer.from(leaf, 'hex'))).toString('hex');
const leaves = (count: number, of = 'leaf'): Digest[] =>
  Array.from({ length: count }, (_, i) => leafHash(`${of} ${i}`));
const grown = (from: Frontier, more: readonly Digest[]): FrontierBuilder => {
  const tree = new FrontierBuilder(from);
  for (const leaf of more) tree.append(leaf);
  return tree;
};

describe('the tree hash', () => {
  // From the tests of Certificate Transparency: the inputs, and the roots of the first 1, 2, … of them.
  const inputs = ['', '\0', '\x10', '\x20\x21', '\x30\x31', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('is that of RFC 6962, by the vectors of Certificate Transparency', () => {
    const tree = new FrontierBuilder();
    expect(tree.root()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const [i, input] of inputs.entries()) {
      tree.append(leafHash(input));
      expect(tree.root()).toBe(roots[i]);
    }
  });

  it('is the recursive one, for every size', () => {
    const all = leaves(full ? 2000 : 300);
    const tree = new FrontierBuilder();
    for (const [i, leaf] of all.entries()) {
      tree.append(leaf);
      expect(tree.root()).toBe(naiveRoot(all.slice(0, i + 1)));
    }
  });

  it('is the recursive one, for any leaves', () => {
    const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(fc.array(digest, { maxLength: 70 }), (list) => {
        expect(grown(EMPTY_FRONTIER, list).root()).toBe(naiveRoot(list));
      }),
    );
  });

  it('changes with every leaf, and with their order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), fc.nat(), (size, a, b) => {
        const list = leaves(size);
        const root = grown(EMPTY_FRONTIER, list).root();
        const [i, j] = [a % size, b % size];
        const other = list.with(i, leafHash('other'));
        const swapped = list.with(i, list[j] as Digest).with(j, list[i] as Digest);
        expect(grown(EMPTY_FRONTIER, other).root()).not.toBe(root);
        expect(grown(EMPTY_FRONTIER, swapped).root() === root).toBe(i === j);
        expect(grown(EMPTY_FRONTIER, list.slice(0, -1)).root()).not.toBe(root);
      }),
    );
  });

  it('takes no node for a leaf', () => {
    const [left, right] = leaves(2) as [Digest, Digest];
    const concatenated = Buffer.from(left + right, 'hex').toString('latin1');
    expect(leafHash(concatenated)).not.toBe(nodeHash(left, right));
    expect(rootOf([])).toBe(EMPTY_ROOT);
  });
});

describe('a frontier', () => {
  it('is the roots of the complete subtrees, largest first, one for each set bit of the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), (size) => {
        const list = leaves(size);
        const nodes: Digest[] = [];
        let from = 0;
        for (const bit of [256, 128, 64, 32, 16, 8, 4, 2, 1]) {
          if ((size & bit) === 0) continue;
          nodes.push(naiveRoot(list.slice(from, from + bit)));
          from += bit;
        }
        expect(grown(EMPTY_FRONTIER, list).frontier()).toEqual({ size, nodes });
      }),
    );
  });

  it('is all that is needed to go on, however often it is stored and read back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }), (batches) => {
        const all: Digest[] = [];
        let stored = { size: 0, text: '' };
        for (const [i, count] of batches.entries()) {
          const batch = leaves(count, `batch ${i}`);
          all.push(...batch);
          const tree = grown(decodeFrontier(stored.size, stored.text), batch);
          stored = { size: tree.size, text: encodeFrontier(tree.frontier()) };
        }
        expect(stored.size).toBe(all.length);
        expect(rootOf(decodeFrontier(stored.size, stored.text).nodes)).toBe(naiveRoot(all));
      }),
    );
  });

  it('is not changed by those who were given it, nor changes what they were given', () => {
    const from = grown(EMPTY_FRONTIER, leaves(5)).frontier();
    const copy = structuredClone(from);
    const tree = new FrontierBuilder(from);
    const early = tree.frontier();
    for (const leaf of leaves(20)) tree.append(leaf);
    expect(from).toEqual(copy);
    expect(early).toEqual(copy);
    expect(EMPTY_FRONTIER).toEqual({ size: 0, nodes: [] });
  });

  it('counts beyond 32 bits', () => {
    // 2^40 - 1 leaves: 40 subtrees, and one more leaf merges them all.
    const nodes = leaves(40, 'subtree');
    const tree = new FrontierBuilder({ size: 2 ** 40 - 1, nodes });
    const [last] = leaves(1);
    tree.append(last as Digest);
    expect(tree.frontier()).toEqual({ size: 2 ** 40, nodes: [rootOf([...nodes, last as Digest])] });
    expect(decodeFrontier(2 ** 52, 'a'.repeat(64)).nodes).toHaveLength(1);
  });

  it.each<[string, number, string]>([
    ['too short', 3, 'a'.repeat(64)],
    ['too long', 2, 'a'.repeat(128)],
    ['cut off', 1, 'a'.repeat(63)],
    ['of nothing', 0, 'a'.repeat(64)],
    ['empty', 1, ''],
    ['not hex', 1, 'g'.repeat(64)],
    ['in upper case', 1, 'A'.repeat(64)],
    ['with a line feed at the end', 1, `${'a'.repeat(63)}\n`],
    ['of less than nothing', -1, ''],
    ['of half a leaf', 0.5, ''],
    ['of more leaves than can be counted', 2 ** 53, 'a'.repeat(64)],
  ])('is refused when it is %s', (_, size, text) => {
    expect(() => decodeFrontier(size, text)).toThrow(RangeError);
  });

  it('is refused when its nodes do not fit its size', () => {
    expect(() => new FrontierBuilder({ size: 4, nodes: [] })).toThrow(RangeError);
    expect(() => new FrontierBuilder({ size: 0, nodes: leaves(1) })).toThrow(RangeError);
  });
});
