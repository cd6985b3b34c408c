import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rowJson } from '../../src/export/row-json.js';

/** As `Prisma.JsonNull` and a Decimal are made. */
class JsonNull {
  _getNamespace(): string {
    return 'JsonNull';
  }
}
class Decimal {
  toJSON(): string {
    return '1.50';
  }
}

describe('a value as JSON on a line', () => {
  it.each<readonly [string, unknown, string]>([
    ['a bigint', 9_007_199_254_740_993n, '"9007199254740993"'],
    ['a negative zero', -0, '"-0"'],
    ['no number', Number.NaN, '"NaN"'],
    ['an infinite one', Number.NEGATIVE_INFINITY, '"-Infinity"'],
    ['bytes', new Uint8Array([0, 255]), String.raw`"\\x00ff"`],
    ['a JSON null of Prisma', new JsonNull(), 'null'],
    ['a Decimal', new Decimal(), '"1.50"'],
    ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['a Date that is none', new Date(Number.NaN), 'null'],
    ['a document with a member that Prisma has, too', { _getNamespace: 'x' }, '{"_getNamespace":"x"}'],
    ['a member __proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    ['an escape', '\u001b', String.raw`"\u001b"`],
  ])('of %s', (_what, value, json) => {
    expect(rowJson(value)).toBe(json);
    expect(rowJson([{ deep: [value], other: 'x' }])).toBe(`[{"deep":[${json}],"other":"x"}]`);
    expect(rowJson({ absent: undefined, a: 1, value })).toBe(`{"a":1,"value":${json}}`);
  });

  it('of JSON is that JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (any) => {
        const value: unknown = JSON.parse(JSON.stringify(any)); // which has no negative zero
        expect(JSON.parse(rowJson(value))).toEqual(value);
      }),
    );
  });
});
