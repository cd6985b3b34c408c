import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatSectionLine, parseSectionLine } from '../../src/chain/section-line.js';
import { refusal } from './support/keys.js';
import { mangled, RUNS, taken } from './support/mangled.js';

const id = '019b76da-a800-7000-8000-000000000000';
const line = formatSectionLine({
  seq: 3,
  id,
  section: 'actor',
  salt: 'ab'.repeat(16),
  bytes: Buffer.from('{"id":"a"}'),
});

describe('a line of a section file', () => {
  it('comes back as it was written', () => {
    const opened = fc.record({
      seq: fc.maxSafeNat(),
      id: fc.uuid(),
      section: fc.constantFrom('actor' as const, 'data' as const),
      salt: fc.stringMatching(/^[0-9a-f]{32}$/),
      bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    });
    const erased = opened.map((section) => ({ ...section, salt: null, bytes: null }));
    fc.assert(
      fc.property(fc.oneof(opened, erased), (section) => {
        expect(parseSectionLine(formatSectionLine(section))).toEqual(section);
      }),
      RUNS,
    );
    expect(line).toBe(
      `{"seq":3,"id":"${id}","section":"actor","salt":"${'ab'.repeat(16)}","bytes":"eyJpZCI6ImEifQ=="}\n`,
    );
  });

  it('is refused in every other form', () => {
    fc.assert(
      fc.property(fc.oneof(mangled(fc.constant(Buffer.from(line))).map(String), fc.json(), fc.string()), (said) => {
        const read = taken(() => parseSectionLine(said));
        if (read !== undefined) expect(formatSectionLine(read)).toBe(said);
      }),
      RUNS,
    );
  });

  it.each([
    ['nothing', ''],
    ['null', 'null\n'],
    ['a list', '[]\n'],
    ['without an end', line.slice(0, -1)],
    ['with a salt alone', line.replace(/"bytes":.*\}/, '"bytes":null}')],
    ['with bytes alone', line.replace(/"salt":"[^"]*"/, '"salt":null')],
    ['of a third section', line.replace('actor', 'other')],
    ['with another order', line.replace(/"seq":3,(.*)\}/, '$1,"seq":3}')],
    ['with a member twice', line.replace('"seq":3', '"seq":3,"seq":3')],
    ['with a blank', line.replace(',', ', ')],
    ['before the first', line.replace('3', '-1')],
    ['at minus zero', line.replace('3', '-0')],
    ['of a prototype', line.replace('"seq"', '"__proto__"')],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseSectionLine(text)).toThrow(expect.objectContaining(refusal('section')));
  });
});
