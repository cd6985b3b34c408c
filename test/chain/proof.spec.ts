import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatCheckpoint, signCheckpoint } from '../../src/chain/checkpoint.js';
import { leafHash, nodeHash, type Digest } from '../../src/chain/hashing.js';
import { formatProof, parseProof } from '../../src/chain/inclusion.js';
import { rootOf, treeHash } from '../../src/chain/merkle.js';
import {
  consistencyPlan,
  inclusionPlan,
  proofOf,
  rootPlan,
  verifyConsistency,
  verifyInclusion,
} from '../../src/chain/proof.js';
import { formatTlogProof, parseTlogProof } from '../../src/chain/tlog-proof.js';
import { full } from '../support/full.js';
import { refusal, signerOf } from './support/keys.js';
import { mangled, RUNS, taken } from './support/mangled.js';

const SIZE = 300;
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(`leaf ${i}`));
const levels: Digest[][] = [leaves];
for (let level = 0; (levels[level] as Digest[]).length > 1; level += 1) {
  const below = levels[level] as Digest[];
  const pairs = Array.from({ length: Math.floor(below.length / 2) }, (_, i) => below.slice(i * 2, i * 2 + 2));
  levels.push(pairs.map(([left, right]) => nodeHash(left as Digest, right as Digest)));
}
const read = (level: number, index: number): Digest => {
  const hash = levels[level]?.[index];
  if (hash === undefined) throw new Error(`no complete subtree ${index} of level ${level}`);
  return hash;
};
const roots = Array.from({ length: SIZE + 1 }, (_, size) => treeHash(leaves.slice(0, size)));
const at = (size: number): { size: number; root: Digest } => ({ size, root: roots[size] as Digest });

/** RFC 6962 §2.1.1, word for word. */
function path(index: number, list: readonly Digest[]): Digest[] {
  if (list.length === 1) return [];
  let k = 1;
  while (k * 2 < list.length) k *= 2;
  return index < k
    ? [...path(index, list.slice(0, k)), treeHash(list.slice(k))]
    : [...path(index - k, list.slice(k)), treeHash(list.slice(0, k))];
}

/** RFC 6962 §2.1.2, word for word. */
function subproof(from: number, list: readonly Digest[], whole: boolean): Digest[] {
  if (from === list.length) return whole ? [] : [treeHash(list)];
  let k = 1;
  while (k * 2 < list.length) k *= 2;
  return from <= k
    ? [...subproof(from, list.slice(0, k), whole), treeHash(list.slice(k))]
    : [...subproof(from - k, list.slice(k), false), treeHash(list.slice(0, k))];
}

/** For which proofs the short run tries more than that they hold. */
const isTampered = (size: number, index: number): boolean => full || (size * 31 + index) % 11 === 0;

/** Everything that is nearly that proof. */
function* nearly(proof: readonly Digest[]): Generator<Digest[]> {
  const flipped = (hash: Digest): Digest => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);
  for (const [i, hash] of proof.entries()) {
    yield proof.with(i, flipped(hash));
    yield proof.toSpliced(i, 1);
    yield proof.toSpliced(i, 0, hash);
    if (i > 0) yield proof.with(i, proof[i - 1] as Digest).with(i - 1, hash);
  }
  yield [...proof, leafHash('more')];
  yield [leafHash('more'), ...proof];
}

describe('an inclusion proof', () => {
  it('is that of RFC 6962, for each leaf of each size', () => {
    const sizes = full ? 130 : 40;
    for (let size = 1; size <= sizes; size += 1)
      for (let index = 0; index < size; index += 1)
        expect(proofOf(inclusionPlan(index, size), read)).toEqual(path(index, leaves.slice(0, size)));
  });

  it('holds for each leaf of each size, and for no other leaf, index, size or root', () => {
    let tried = 0;
    for (let size = 1; size <= SIZE; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = proofOf(inclusionPlan(index, size), read);
        const given = { leaf: leaves[index] as Digest, index, ...at(size) };
        const other = (index + 1 + (size % 7)) % size;
        const wrong = [
          { ...given, leaf: leafHash('other') },
          { ...given, root: roots[size - 1] as Digest },
          ...(other === index ? [] : [{ ...given, index: other }]),
        ];
        if (!verifyInclusion(proof, given)) throw new Error(`${index} of ${size} is not proven`);
        for (const said of isTampered(size, index) ? wrong : [])
          if (verifyInclusion(proof, said)) throw new Error(`${index} of ${size} is proven as ${JSON.stringify(said)}`);
        tried += 1;
      }
    }
    expect(tried).toBe((SIZE * (SIZE + 1)) / 2);
  });

  it('holds in no other form', () => {
    for (const size of [1, 2, 3, 5, 8, 13, 64, 65, 100, 255, 256, 257, 300]) {
      for (let index = 0; index < size; index += full ? 1 : 1 + Math.floor(size / 9)) {
        const proof = proofOf(inclusionPlan(index, size), read);
        const given = { leaf: leaves[index] as Digest, index, ...at(size) };
        for (const wrong of nearly(proof)) expect(verifyInclusion(wrong, given)).toBe(false);
      }
    }
  });

  it('is not a proof of a node as a leaf', () => {
    // The root of two leaves as a "leaf" of a tree of half the size.
    const [, ...shorter] = proofOf(inclusionPlan(0, 4), read);
    const given = { leaf: read(1, 0), index: 0, size: 2, root: roots[4] as Digest };
    // It does hold: what keeps a node from being a leaf is the hash of a leaf's bytes, which begins with another byte.
    expect(verifyInclusion(shorter, given)).toBe(true);
    expect(leafHash(Buffer.from(`${leaves[0]}${leaves[1]}`, 'hex'))).not.toBe(read(1, 0));
  });

  it('holds in trees that cannot be counted in 32 bits', () => {
    const size = 2 ** 52 + 3;
    const hashAt = (level: number, index: number): Digest => leafHash(`${level} ${index}`);
    for (const index of [0, 1, 2 ** 33 + 5, 2 ** 52 - 1, 2 ** 52, 2 ** 52 + 2]) {
      const proof = proofOf(inclusionPlan(index, size), hashAt);
      // No tree has these hashes; so take for its root what the proof leads to.
      let [hash, place, last] = [leafHash('x'), index, size - 1];
      for (const sibling of proof) {
        while (place % 2 === 0 && place === last) [place, last] = [place / 2, last / 2];
        hash = place % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
        [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
      }
      expect(verifyInclusion(proof, { leaf: leafHash('x'), index, size, root: hash })).toBe(true);
    }
  });

  it.each([
    [0, 0],
    [1, 1],
    [-1, 5],
    [0.5, 5],
    [Number.NaN, 5],
    [5, Number.POSITIVE_INFINITY],
    [0, 2 ** 53],
  ])('is neither made nor believed of leaf %p among %p', (index, size) => {
    expect(() => inclusionPlan(index, size)).toThrow(RangeError);
    expect(verifyInclusion([], { leaf: leaves[0] as Digest, index, size, root: leaves[0] as Digest })).toBe(false);
  });

  it('is not believed with what is no hash', () => {
    const given = { leaf: leaves[0] as Digest, index: 0, ...at(2) };
    for (const wrong of ['', 'ab', (leaves[1] as Digest).toUpperCase(), `${leaves[1]}00`, `${leaves[1]}\n`])
      expect(verifyInclusion([wrong], given)).toBe(false);
  });
});

describe('a consistency proof', () => {
  it('is that of RFC 6962, between each two sizes', () => {
    const sizes = full ? 130 : 40;
    for (let to = 1; to <= sizes; to += 1)
      for (let from = 1; from <= to; from += 1)
        expect(proofOf(consistencyPlan(from, to), read)).toEqual(subproof(from, leaves.slice(0, to), true));
  });

  it('holds between each two sizes, and for no other root or size', () => {
    let tried = 0;
    for (let to = 1; to <= SIZE; to += 1) {
      for (let from = 1; from <= to; from += 1) {
        const proof = proofOf(consistencyPlan(from, to), read);
        if (!verifyConsistency(proof, at(from), at(to))) throw new Error(`${from} to ${to} is not proven`);
        const forged = leafHash('forged');
        const wrong = [
          [{ size: from, root: forged }, at(to)],
          [at(from), { size: to, root: forged }],
          ...(from < to ? [[at(from), { size: to, root: roots[to - 1] as Digest }]] : []),
          ...(from > 1 ? [[at(from - 1), at(to)]] : []),
        ] as const;
        for (const [old, now] of isTampered(to, from) ? wrong : [])
          if (old && now && verifyConsistency(proof, old, now)) throw new Error(`${from} to ${to} proves too much`);
        tried += 1;
      }
    }
    expect(tried).toBe((SIZE * (SIZE + 1)) / 2);
  });

  it('holds in no other form', () => {
    for (const to of [2, 3, 5, 8, 13, 64, 65, 100, 256, 257, 300])
      for (let from = 1; from < to; from += full ? 1 : 1 + Math.floor(to / 9))
        for (const wrong of nearly(proofOf(consistencyPlan(from, to), read)))
          expect(verifyConsistency(wrong, at(from), at(to))).toBe(false);
  });

  it('finds a leaf that was changed after the first head, whatever is shown', () => {
    const forged = leaves.with(10, leafHash('forged'));
    const proof = subproof(20, forged.slice(0, 40), true);
    expect(verifyConsistency(proof, at(20), { size: 40, root: treeHash(forged.slice(0, 40)) })).toBe(false);
  });

  it.each([
    [0, 0],
    [0, 5],
    [6, 5],
    [-1, 5],
    [1.5, 5],
    [1, 2 ** 53],
  ])('is neither made nor believed from %p to %p', (from, to) => {
    expect(() => consistencyPlan(from, to)).toThrow(RangeError);
    expect(
      verifyConsistency([], { size: from, root: roots[1] as Digest }, { size: to, root: roots[1] as Digest }),
    ).toBe(false);
  });
});

describe('a plan of a root', () => {
  it('is that of a frontier', () => {
    for (let size = 0; size <= SIZE; size += 1)
      expect(rootOf(rootPlan(size).map(({ level, index }) => read(level, index)))).toBe(roots[size]);
    expect(() => rootPlan(-1)).toThrow(RangeError);
  });
});

describe('the text of a proof', () => {
  const inclusion = { index: 7, hashes: proofOf(inclusionPlan(7, 100), read) };

  it('comes back as it was written, and is refused in every other form', () => {
    const text = formatProof(inclusion);
    expect(parseProof(text)).toEqual(inclusion);
    fc.assert(
      fc.property(fc.oneof(mangled(fc.constant(Buffer.from(text))).map(String), fc.string()), (said) => {
        const proof = taken(() => parseProof(said));
        if (proof !== undefined) expect(formatProof(proof)).toBe(said);
      }),
      RUNS,
    );
    expect(formatProof({ index: 0, hashes: [] })).toBe('audit-proof/v1\nindex 0\n');
  });

  it('comes back with its checkpoint', async () => {
    const checkpoint = await signCheckpoint({ origin: 'a/1', ...at(100) }, [signerOf('a/1')]);
    const text = formatTlogProof({ ...inclusion, checkpoint });
    expect(text.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 7']);
    expect(parseTlogProof(Buffer.from(text))).toEqual({ ...inclusion, checkpoint });
    fc.assert(
      fc.property(fc.oneof(mangled(fc.constant(Buffer.from(text))), fc.uint8Array({ maxLength: 200 })), (said) => {
        const proof = taken(() => parseTlogProof(said));
        if (proof !== undefined) expect(formatTlogProof(proof)).toBe(Buffer.from(said).toString());
      }),
      RUNS,
    );
  });

  const note = `\n${formatCheckpoint({ origin: 'a', size: 1, root: roots[1] as Digest })}\n\u2014 a AAAAAAE=\n`;
  it.each([
    ['without a checkpoint', 'c2sp.org/tlog-proof@v1\nindex 0\n'],
    ['of another version', `c2sp.org/tlog-proof@v2\nindex 0\n${note}`],
    ['with extra data', `c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n${note}`],
    ['without an index', `c2sp.org/tlog-proof@v1\n${note}`],
    ['with an index that has a zero in front', `c2sp.org/tlog-proof@v1\nindex 00\n${note}`],
    ['with an index below 0', `c2sp.org/tlog-proof@v1\nindex -1\n${note}`],
    ['with a hash that is none', `c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n${note}`],
    ['with too many hashes', `c2sp.org/tlog-proof@v1\nindex 0\n${`${'A'.repeat(43)}=\n`.repeat(54)}${note}`],
    ['endless', `c2sp.org/tlog-proof@v1\nindex 0\n${`${'A'.repeat(43)}=\n`.repeat(5_000)}${note}`],
  ])('is refused %s', (_, text) => {
    expect(() => parseTlogProof(Buffer.from(text))).toThrow(expect.objectContaining(refusal('proof')));
  });
});
