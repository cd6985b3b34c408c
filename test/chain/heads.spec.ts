import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBody } from '../../src/chain/body.js';
import { EMPTY_ROOT, leafHash } from '../../src/chain/hashing.js';
import { headLine, Heads, isHeadsMember, parseHeadLine, type Head } from '../../src/chain/heads.js';
import { treeHash } from '../../src/chain/merkle.js';
import { verifyInclusion } from '../../src/chain/proof.js';
import { refusal } from './support/keys.js';
import { mangled, RUNS, taken } from './support/mangled.js';

const headsOf = (count: number): Head[] =>
  Array.from({ length: count }, (_, i) => ({ origin: `a.example/${i + 1}`, size: i + 1, root: leafHash(`root ${i}`) }));

describe('a line of heads', () => {
  it('comes back as it was written, and is refused in every other form', () => {
    const head = headsOf(12)[11] as Head;
    const line = headLine(head);
    expect(line).toBe(`a.example/12 12 ${Buffer.from(head.root, 'hex').toString('base64')}`);
    expect(parseHeadLine(line)).toEqual(head);
    fc.assert(
      fc.property(fc.oneof(mangled(fc.constant(Buffer.from(line))).map(String), fc.string()), (said) => {
        const read = taken(() => parseHeadLine(said));
        if (read !== undefined) expect(headLine(read)).toBe(said);
      }),
      RUNS,
    );
  });

  it.each([{ size: 0 }, { size: 0.5 }, { origin: 'a b' }, { origin: '' }, { root: 'ab' }])(
    'is not made of %p',
    (wrong) => {
      expect(() => headLine({ ...(headsOf(1)[0] as Head), ...wrong })).toThrow(
        expect.objectContaining(refusal('heads')),
      );
    },
  );
});

describe('heads', () => {
  it('are the tree of their lines in the order of bytes, whatever order they came in', () => {
    const order = fc.shuffledSubarray(headsOf(40));
    fc.assert(
      fc.property(order, (heads) => {
        const lines = heads.map(headLine).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(new Heads(heads).lines).toEqual(lines);
        expect(new Heads(heads).member()).toEqual({
          count: heads.length,
          root: treeHash(lines.map((l) => leafHash(l))),
        });
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  it('are in the order of their origins, of which one may begin with another', () => {
    const odd = ['a', 'a-b', 'a.b', 'a/1', 'a/10', 'a/2', 'a0', 'a~', 'a_'].map((origin) => ({
      origin,
      size: 9,
      root: leafHash(''),
    }));
    const origins = new Heads(odd).lines.map((line) => line.split(' ')[0]);
    expect(origins).toEqual(odd.map(({ origin }) => origin).toSorted());
  });

  it('prove each line, and no other', () => {
    for (let count = 1; count <= 40; count += 1) {
      const heads = new Heads(headsOf(count));
      const { root } = heads.member();
      for (const { origin } of headsOf(count)) {
        const proof = heads.prove(origin);
        if (proof === undefined) throw new Error(`${origin} is not among them`);
        expect(parseHeadLine(proof.line).origin).toBe(origin);
        const given = { leaf: leafHash(proof.line), index: proof.index, size: count, root };
        expect(verifyInclusion(proof.hashes, given)).toBe(true);
        expect(verifyInclusion(proof.hashes, { ...given, leaf: leafHash(`${proof.line} `) })).toBe(false);
      }
      expect(heads.prove('a.example/')).toBeUndefined();
    }
  });

  it('may be none, and never of one chain twice', () => {
    expect(new Heads([]).member()).toEqual({ count: 0, root: EMPTY_ROOT });
    const [head] = headsOf(1) as [Head];
    expect(() => new Heads([head, { ...head, size: 2 }])).toThrow(expect.objectContaining(refusal('heads')));
  });

  it('stand in a body, and a body without them has the bytes that it had', () => {
    const fields = {
      id: '019b76da-a800-7000-8000-000000000000',
      occurredAt: 0,
      source: 'control',
      action: 'heads',
      outcome: 'success',
      commit: { actor: null, data: null },
    } as const;
    const member = new Heads(headsOf(3)).member();
    const body = encodeBody({ ...fields, heads: member });
    expect(JSON.parse(body)).toHaveProperty('heads', member);
    expect(body.replace(/"heads":\{.*?\},/, '')).toBe(encodeBody(fields));
    expect(encodeBody({ ...fields, heads: undefined })).toBe(encodeBody(fields));
    expect(isHeadsMember(member)).toBe(true);
    for (const wrong of [
      null,
      [],
      'x',
      {},
      { count: 1 },
      { ...member, more: 1 },
      { ...member, count: -1 },
      { ...member, count: '3' },
      { ...member, root: member.root.toUpperCase() },
    ])
      expect(isHeadsMember(wrong)).toBe(false);
  });
});
