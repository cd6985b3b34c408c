import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExactJson } from '../../src/event/exact-json.js';

describe('exact JSON', () => {
  it('is plain JSON, as long as JavaScript has every number', () => {
    const value = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(value, (written) => {
        const text = JSON.stringify(written);
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps every digit of any number', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?$/);
    fc.assert(
      fc.property(digits, (number) => {
        const { a } = parseExactJson(`{"a":${number}}`) as { a: unknown };
        expect(String(a)).toBe(number);
        expect(parseExactJson(`[0,${number},"${number}"]`)).toEqual([0, a, number]);
      }),
    );
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['9007199254740991', 9_007_199_254_740_991],
    ['10.00', '10.00'],
    ['10.5', 10.5],
    ['1e400', '1e400'],
    ['0.1', 0.1],
    ['0.10000000000000000555', '0.10000000000000000555'],
    ['-0', '-0'],
    ['1E5', '1E5'],
    ['0', 0],
    ['-12', -12],
  ])('%s', (text, value) => {
    expect(parseExactJson(text)).toBe(value);
    expect(parseExactJson(`{"n":[${text}, ${text}]}`)).toEqual({ n: [value, value] });
  });

  it.each([
    String.raw`{"a":"1.00"}`,
    String.raw`{"1.00":"x"}`,
    String.raw`{"a":"\"1.00\""}`,
    String.raw`{"a\\":"1.00\\","b\"":["\\\"","2.00"]}`,
    String.raw`["\u0031\u002e00","\u0000"]`,
    '["\u2028 1.00"]',
  ])('does not touch digits in a text: %s', (text) => {
    expect(parseExactJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    '',
    '{',
    '[1.00',
    '01',
    '[01]',
    '-01.50',
    '+1',
    '1.',
    '.5',
    '- 1',
    '1.00.00',
    '0x10',
    "{'a':1}",
    '"',
    '{"a":1.00e}',
    '[1.00"]',
    '\\',
  ])('refuses %j as JSON.parse does', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  it('reads a text of 16 MB, of escapes or not', () => {
    for (const piece of ['a', '\\n', '\\\\', '\\"', '1.00 ']) {
      const text = piece.repeat(16_000_000 / piece.length);
      const { a, b } = parseExactJson(`{"a":"${text}","b":1.00}`) as { a: string; b: unknown };
      expect(a.length).toBe(text.length - (piece.startsWith('\\') ? text.length / 2 : 0));
      expect(b).toBe('1.00');
    }
  });
});
