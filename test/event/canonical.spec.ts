import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, type CanonicalObject, type CanonicalValue } from '../../src/event/canonical.js';
import { LIMITS } from '../../src/event/limits.js';

// Text whose UTF-16 units are all possible, well-formed or not made so.
const text = fc.string({ unit: 'binary', maxLength: 20 });
const key = fc.string({ unit: 'grapheme-ascii', maxLength: 8 });
const scalar = fc.oneof(text, fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
const object = fc.letrec<{ value: CanonicalValue; object: CanonicalObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: LIMITS.bodyDepth - 1, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 6 }),
})).object;
const plain = fc.dictionary(key, fc.oneof(scalar, fc.array(scalar), fc.dictionary(key, scalar)), { maxKeys: 6 });

describe('canonical JSON', () => {
  it('says the same as JSON.stringify, and is a fixpoint', () => {
    fc.assert(
      fc.property(fc.oneof(object, plain), (value) => {
        const once = canonicalJson(value);
        expect(JSON.parse(once)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(once) as CanonicalObject)).toBe(once);
      }),
    );
  });

  it('does not depend on the order in which members were set', () => {
    const reversed = (value: CanonicalValue): CanonicalValue => {
      if (Array.isArray(value)) return value.map((item: CanonicalValue) => reversed(item));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([name, member]) => [name, reversed(member as CanonicalValue)]),
      );
    };
    fc.assert(
      fc.property(fc.oneof(object, plain), (value) => {
        expect(canonicalJson(reversed(value) as CanonicalObject)).toBe(canonicalJson(value));
      }),
    );
  });

  it('differs for values that differ', () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(canonicalJson(a) === canonicalJson(b)).toBe(same);
      }),
    );
  });

  it('contains no line feed, whatever the text: a body is the last line of a leaf', () => {
    fc.assert(fc.property(text, (value) => expect(canonicalJson({ value, list: [value] })).not.toContain('\n')));
  });

  it('leaves out members that are undefined, and refuses undefined in a list', () => {
    expect(canonicalJson({ b: undefined, a: 1, c: { d: undefined } })).toBe('{"a":1,"c":{}}');
    expect(() => canonicalJson({ a: [1, undefined] } as never)).toThrow('$.a[1] holds a undefined');
    expect(() => canonicalJson({ a: Array(2) })).toThrow('$.a[0] holds a undefined');
  });

  it('ignores what is inherited, and takes objects without a prototype', () => {
    const bare = Object.assign(Object.create(null) as CanonicalObject, { b: 1, a: 2 });
    expect(canonicalJson(bare)).toBe('{"a":2,"b":1}');
    const inherited = Object.create({ a: 1 }) as CanonicalObject;
    expect(() => canonicalJson(inherited)).toThrow('AUDIT_NOT_PLAIN_JSON');
  });

  it.each<[string, unknown, string]>([
    ['the root itself', Number.NaN, '$ holds the number NaN'],
    ['a member', { a: 1.5 }, '$.a holds the number 1.5'],
    ['a member of a member', { a: { b: { c: 2 ** 53 } } }, '$.a.b.c holds the number 9007199254740992'],
    ['an item', { a: [0, [1, -0]] }, '$.a[1][1] holds the number -0'],
    ['a member of an item', { list: [{}, { at: new Date(0) }] }, '$.list[1].at holds a Date'],
    ['the object of a key', { a: { ü: 1 } }, '$.a holds a key that is not ASCII'],
    ['a string', { a: ['\ud800'] }, '$.a[0] holds a string with a lone surrogate'],
    ['a Map', { a: new Map() }, '$.a holds a Map'],
    ['a bigint', { a: 1n }, '$.a holds a bigint'],
  ])('names the path of what it refuses: %s', (_, value, message) => {
    expect(() => canonicalJson(value as CanonicalObject)).toThrow(message);
  });

  it('allows eight levels and no more', () => {
    const nested = (levels: number): CanonicalObject => (levels === 1 ? {} : { a: nested(levels - 1) });
    expect(canonicalJson(nested(LIMITS.bodyDepth))).toContain('{}');
    expect(() => canonicalJson(nested(LIMITS.bodyDepth + 1))).toThrow('nesting deeper than 8');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => canonicalJson(cycle as CanonicalObject)).toThrow('nesting deeper than 8');
  });

  it('passes on the error of a getter as it is', () => {
    const own = new Error('from the application');
    const value = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw own;
      },
    });
    expect(() => canonicalJson(value)).toThrow(own);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}
