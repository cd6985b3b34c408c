import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leafHash } from '../../src/chain/hashing.js';
import { leafOf } from '../../src/chain/leaf.js';
import { FrontierBuilder } from '../../src/chain/merkle.js';
import { parseLeaf } from '../../src/chain/parse-leaf.js';
import { inclusionPlan, proofOf, verifyInclusion } from '../../src/chain/proof.js';
import { Subtrees } from '../../src/chain/subtrees.js';
import { MadeChain } from '../support/made-log.js';
import { mangled, RUNS, taken } from './support/mangled.js';
import { refusal } from './support/keys.js';

const chain = new MadeChain('audit.example/1');
while (chain.leaves.length < 20) chain.append('invoice.approve');
const leaf = chain.leaves[7] as Buffer;
const golden = JSON.parse(readFileSync(new URL('../golden/entries.json', import.meta.url), 'utf8')) as {
  chains: { origin: string; entries: { sealedAt: string; body: string; hash: string }[] }[];
};

describe('the bytes of an entry', () => {
  it('are taken apart as they were put together', () => {
    for (const { origin, entries } of golden.chains) {
      let prev = '0'.repeat(64);
      for (const [seq, { sealedAt, body, hash }] of entries.entries()) {
        const bytes = Buffer.from(leafOf({ origin, seq, sealedAt, prev }, body));
        expect(parseLeaf(bytes)).toMatchObject({ origin, seq, sealedAt, prev, hash });
        prev = hash;
      }
    }
  });

  it('are no entry when they were changed, but for what is one as well', () => {
    fc.assert(
      fc.property(mangled(fc.constantFrom(...chain.leaves)), (bytes) => {
        const parsed = taken(() => parseLeaf(bytes));
        if (parsed === undefined) return;
        const body = bytes.toString().split('\n').slice(5).join('\n');
        expect(leafOf(parsed, body)).toBe(bytes.toString());
        expect(parsed.hash).toBe(leafHash(bytes));
      }),
      RUNS,
    );
  });

  const put = (from: string | RegExp, to: string): Buffer => Buffer.from(leaf.toString().replace(from, to));
  it.each([
    ['nothing', Buffer.alloc(0), 'form'],
    ['too many bytes', Buffer.alloc(65_536), 'form'],
    ['what is no UTF-8', Buffer.concat([leaf, Buffer.of(0xff)]), 'form'],
    ['a line feed at the end', Buffer.concat([leaf, Buffer.from('\n')]), 'form'],
    ['a later version of the leaf', put('audit-entry/v1', 'audit-entry/v2'), 'later'],
    ['a later version of the body', put('"v":1', '"v":2'), 'later'],
    ['a version that is none', put('"v":1', '"v":"1"'), 'form'],
    ['a version before the first', put('"v":1', '"v":0'), 'form'],
    ['white space', put('{', '{ '), 'form'],
    ['a number with a zero before it', put('\n7\n', '\n07\n'), 'form'],
    ['a number that no number holds', put('\n7\n', '\n9007199254740993\n'), 'form'],
    ['an origin that is none', put('audit.example/1', 'audit.example//1'), 'form'],
    ['an id of another version', put(/-7(...)-/, '-4$1-'), 'form'],
    ['a commitment that is none', put(/"actor":("[^"]*"|null)/, '"actor":1'), 'form'],
    ['a prototype for a commitment', put(/"commit":\{[^}]*\}/, '"commit":{"__proto__":null,"data":null}'), 'form'],
  ])('are refused for %s', (_name, bytes, reason) => {
    expect(() => parseLeaf(bytes)).toThrow(expect.objectContaining(refusal('entry', reason)));
  });
});

it('subtrees make the proof of every leaf in one pass', () => {
  const hashes = chain.leaves.map((bytes) => leafHash(bytes));
  for (let size = 1; size <= hashes.length; size += 1)
    for (let index = 0; index < size; index += 1) {
      const plan = inclusionPlan(index, size);
      const tree = new Subtrees(plan);
      const all = new FrontierBuilder();
      for (const hash of hashes.slice(0, size)) {
        tree.append(hash);
        all.append(hash);
      }
      expect(tree.root()).toBe(all.root());
      const given = { leaf: hashes[index] as string, index, size, root: tree.root() };
      expect(verifyInclusion(proofOf(plan, tree.read), given)).toBe(true);
    }
  expect(() => new Subtrees([]).read(0, 0)).toThrow(RangeError);
});
