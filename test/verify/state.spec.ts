import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrontierBuilder } from '../../src/chain/index.js';
import { formatState, parseState, type ChainState, type VerifyState } from '../../src/verify/index.js';

const AT = '2026-01-02T03:04:05.678Z';
const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const chain = fc.record({ chain: fc.integer({ min: 0, max: 2_147_483_647 }), leaves: fc.array(hex, { minLength: 1, maxLength: 20 }) }); // prettier-ignore

function stateOf(deployment: string, chains: readonly { chain: number; leaves: readonly string[] }[]): VerifyState {
  const states = chains.map(({ chain: number, leaves }): ChainState => {
    const tree = new FrontierBuilder();
    for (const leaf of leaves) tree.append(leaf);
    return { origin: `${deployment}/${number}`, chain: number, size: leaves.length, hash: leaves.at(-1) as string, frontier: tree.frontier() }; // prettier-ignore
  });
  return { verifiedAt: AT, deployment, level: 'L2', chains: states.toSorted((a, b) => a.chain - b.chain) };
}

const WHOLE = formatState(stateOf('example.com/a', [{ chain: 1, leaves: ['a'.repeat(64)] }, { chain: 2, leaves: ['b'.repeat(64), 'c'.repeat(64)] }])); // prettier-ignore
const change = (from: string | RegExp, to: string): string => WHOLE.replace(from, to);

describe('a state', () => {
  it('comes back as it was, and is written in one way', () => {
    const chains = fc.uniqueArray(chain, { selector: (each) => each.chain, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom('a', 'example.com/audit'), chains, (deployment, all) => {
        const state = stateOf(deployment, all);
        const text = formatState(state);
        expect(parseState(text)).toEqual(state);
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
    );
  });

  it('is refused, or was written by us, whatever is done to its text', () => {
    const edit = fc.tuple(
      fc.nat(WHOLE.length),
      fc.nat(3),
      fc.constantFrom('', '0', '"', ',', '\n', '}', 'é', '\0', ' '),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = WHOLE;
        for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        let state: VerifyState;
        try {
          state = parseState(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'AUDIT_STATE_INVALID', facts: { line: expect.any(Number) } });
          return;
        }
        expect(formatState(state)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['nothing', '', 1],
    ['a report', '{"verdict":"VERIFIED"}\n', 1],
    ['another format', change('state/v2', 'state/v3'), 1],
    ['a time that is none', change(AT, '2026-13-02T03:04:05.678Z'), 1],
    ['a deployment that is none', change('"deployment":"example.com/a"', '"deployment":"Example"'), 1],
    ['another deployment', change('"deployment":"example.com/a"', '"deployment":"example.com/b"'), 2],
    ['a size of 0', change('"size":1', '"size":0'), 2],
    ['a size that is text', change('"size":1', '"size":"1"'), 2],
    ['a size that its frontier does not have', change('"size":2', '"size":3'), 3],
    ['a hash in capitals', change('"hash":"aaa', '"hash":"AAA'), 2],
    ['a member too many', change('"chain":1,', '"chain":1,"more":1,'), 2],
    ['spaces', change('"chain":2', '"chain": 2'), 3],
    ['chains in another order', change('"chain":1,', '"chain":7,'), 3],
    ['a comma too few', change('},\n', '}\n'), 2],
    ['its end cut off', WHOLE.slice(0, -3), 4],
    ['something behind it', `${WHOLE}x`, 5],
    ['a line of a megabyte', change('aaaa', 'a'.repeat(1_000_000)), 2],
  ])('with %s is refused, with the line to mend', (_name, text, line) => {
    expect(() => parseState(text)).toThrow(
      expect.objectContaining({ code: 'AUDIT_STATE_INVALID', facts: { line }, message: expect.stringContaining(`line ${line} of the state`) }), // prettier-ignore
    );
  });
});
