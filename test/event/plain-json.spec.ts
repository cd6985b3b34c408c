import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../src/event/limits.js';
import { plainJson } from '../../src/event/plain-json.js';
import { secretNames } from '../../src/event/redaction.js';

const nothingSecret = (): boolean => false;
const json = (value: unknown): string => plainJson(value, 'details', nothingSecret).json;
const refusal = (code: string, path: string) =>
  expect.objectContaining({ name: 'AuditError', code, facts: expect.objectContaining({ path }) });

describe('what it accepts', () => {
  it('is what JSON.stringify would have written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
        expect(json(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('comes back from JSON.parse as it went in, or was refused', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withUnicodeString: true,
      maxDepth: 3,
      maxKeys: 4,
    });
    let accepted = 0;
    fc.assert(
      fc.property(anything, (value) => {
        let text: string;
        try {
          text = json(value);
        } catch (error) {
          expect(error).toMatchObject({ name: 'AuditError' });
          return;
        }
        accepted += 1;
        expect(JSON.parse(text)).toEqual(expected(value));
        expect(json(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it.each<[string, unknown, string]>([
    ['a Date', { at: new Date(Date.UTC(2026, 0, 1)) }, '{"at":"2026-01-01T00:00:00.000Z"}'],
    ['an invalid Date', { at: new Date(Number.NaN) }, '{"at":null}'],
    ['a bigint', { big: 2n ** 70n, list: [-1n] }, '{"big":"1180591620717411303424","list":["-1"]}'],
    ['what has toJSON, such as a Decimal', { amount: { toJSON: () => '10.00' } }, '{"amount":"10.00"}'],
    ['an instance of a class with toJSON', { url: new URL('https://a.example/b') }, '{"url":"https://a.example/b"}'],
    ['toJSON that gives a structure', { toJSON: () => ({ a: [{ toJSON: () => 1 }] }) }, '{"a":[1]}'],
    ['undefined members', { a: undefined, b: { c: undefined } }, '{"b":{}}'],
    ['no prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ['the plain object of another realm', runInNewContext('({ a: [{ b: 1 }] })'), '{"a":[{"b":1}]}'],
    [
      'one object twice, which is no cycle',
      ((o) => ({ a: o, b: [o, o] }))({ x: 1 }),
      '{"a":{"x":1},"b":[{"x":1},{"x":1}]}',
    ],
    ['NUL', { a: '\0' }, String.raw`{"a":"\u0000"}`],
    ['-0', { a: -0 }, '{"a":0}'],
    ['a scalar', 'text', '"text"'],
  ])('%s', (_, value, text) => {
    expect(json(value)).toBe(text);
  });

  it('can have members named like those of every object', () => {
    const text = '{"__proto__":{"a":1},"constructor":2,"hasOwnProperty":3}';
    expect(json(JSON.parse(text))).toBe(text);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it('is a copy: what changes later does not change it', () => {
    const value = { list: [1] };
    const { json: text } = plainJson(value, 'details', nothingSecret);
    value.list.push(2);
    expect(text).toBe('{"list":[1]}');
  });
});

describe('what it refuses', () => {
  class Money {
    amount = 1;
  }
  const cycle: Record<string, unknown> = { a: {} };
  (cycle['a'] as Record<string, unknown>)['b'] = cycle;
  const ring: unknown[] = [];
  ring.push(ring);

  it.each<[string, unknown, string]>([
    ['a Map', { a: new Map([[1, 2]]) }, 'details.a'],
    ['a Set', { a: [new Set([1])] }, 'details.a[0]'],
    ['a function', { a: { b: () => 1 } }, 'details.a.b'],
    ['a symbol', { a: Symbol('s') }, 'details.a'],
    ['undefined in a list', { a: [1, undefined] }, 'details.a[1]'],
    ['a hole in a list', { a: Array(1) }, 'details.a[0]'],
    ['NaN', { a: [[Number.NaN]] }, 'details.a[0][0]'],
    ['Infinity', { a: Number.NEGATIVE_INFINITY }, 'details.a'],
    ['a lone surrogate', { a: ['x', '\udc00'] }, 'details.a[1]'],
    ['a key with a lone surrogate', { a: { '\ud800': 1 } }, 'details.a'],
    ['bytes', { a: new Uint8Array(3) }, 'details.a'],
    ['a class', { a: new Money() }, 'details.a'],
    ['an error', { a: new Error('x') }, 'details.a'],
    ['a regular expression', { a: /x/ }, 'details.a'],
    ['a promise', { a: Promise.resolve() }, 'details.a'],
    ['a boxed string', { a: Object('x') }, 'details.a'],
    ['toJSON that gives nothing', { a: { toJSON: () => undefined } }, 'details.a'],
    ['toJSON that gives a Map', { a: { toJSON: () => new Map() } }, 'details.a'],
    ['a cycle', cycle, 'details.a.b'],
    ['a list in itself', { ring }, 'details.ring[0]'],
    ['the top itself', undefined, 'details'],
  ])('%s', (_, value, path) => {
    expect(() => json(value)).toThrow(refusal('AUDIT_NOT_PLAIN_JSON', path));
  });

  it('more than sixteen levels, of objects, lists or toJSON', () => {
    const nest = (wrap: (inner: unknown) => unknown, levels: number): unknown =>
      Array.from({ length: levels }).reduce<unknown>((inner) => wrap(inner), 1);
    for (const wrap of [(i: unknown) => ({ i }), (i: unknown) => [i], (i: unknown) => ({ toJSON: () => i })]) {
      expect(() => json(nest(wrap, LIMITS.detailsDepth))).not.toThrow();
      expect(() => json(nest(wrap, LIMITS.detailsDepth + 1))).toThrow('nesting deeper than 16');
      expect(() => json(nest(wrap, 100_000))).toThrow('nesting deeper than 16');
    }
  });

  it('says what to write instead', () => {
    expect(() => json({ a: Number.NaN })).toThrow(
      'details.a holds the number NaN, which JSON cannot say: pass null or a string',
    );
    expect(() => json({ a: '\ud800' })).toThrow('use value.toWellFormed()');
    expect(() => json(cycle)).toThrow('pass the id instead');
  });
});

describe('the limit', () => {
  it('is in bytes of the JSON, to the byte', () => {
    const fits = (value: unknown, limit: number): boolean => {
      try {
        plainJson(value, 'new', nothingSecret, limit);
        return true;
      } catch (error) {
        expect(error).toEqual(refusal('AUDIT_EVENT_TOO_LARGE', 'new'));
        return false;
      }
    };
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'grapheme' })), (value) => {
        const size = Buffer.byteLength(JSON.stringify(value));
        expect(fits(value, size)).toBe(true);
        expect(fits(value, size - 1)).toBe(false);
      }),
    );
  });

  it('names itself in the error, whatever it is and wherever it was found', () => {
    for (const value of ['x'.repeat(200), 'x'.repeat(90)]) {
      expect(() => plainJson(value, 'old', nothingSecret, 64)).toThrow('old is larger than 64 bytes of JSON');
    }
    expect(() => json('x'.repeat(100_000))).toThrow(`larger than ${64 * 1024} bytes`);
  });

  it('stops a huge value early, instead of walking all of it and then serialising it', () => {
    let touched = 0;
    const endless = new Proxy([], {
      get: (_, name) => (name === 'length' ? 1e9 : name === 'toJSON' ? undefined : (touched += 1)),
      has: () => false,
    });
    const multiplying = Array.from({ length: 15 }).reduce<unknown>((inner) => Array(10).fill(inner), {
      toJSON: () => (touched += 1),
    });
    for (const value of [endless, { a: [endless] }, multiplying, 'x'.repeat(100_000_000)]) {
      touched = 0;
      expect(() => json(value)).toThrow('AUDIT_EVENT_TOO_LARGE');
      expect(touched).toBeLessThan(100_000);
    }
  });
});

describe('secrets', () => {
  const plain = (value: unknown) => plainJson(value, 'details', secretNames());

  it('are replaced by name at every depth, and their paths are told', () => {
    const { json: text, redacted } = plain({
      password: 'hunter2',
      user: { apiKey: { nested: 'k' }, name: 'Ann' },
      list: [{ token: ['t'] }, { pin: 1234 }],
    });
    expect(JSON.parse(text)).toEqual({
      password: '[redacted]',
      user: { apiKey: '[redacted]', name: 'Ann' },
      list: [{ token: '[redacted]' }, { pin: '[redacted]' }],
    });
    expect(redacted).toEqual([
      'details.password',
      'details.user.apiKey',
      'details.list[0].token',
      'details.list[1].pin',
    ]);
  });

  it('are not even looked at', () => {
    const looked = { valueOf: 0 };
    const secret = new Proxy({}, { get: () => (looked.valueOf += 1), ownKeys: () => ((looked.valueOf += 1), []) });
    expect(plain({ secret, clientSecret: new Map(), token: () => 1 }).redacted).toHaveLength(3);
    expect(looked.valueOf).toBe(0);
  });

  it('that are null or undefined are no secret: that there is none is a fact worth keeping', () => {
    expect(plain({ password: null, token: undefined })).toEqual({ json: '{"password":null}', redacted: [] });
  });

  it('are found in what toJSON gives', () => {
    expect(plain({ user: { toJSON: () => ({ password: 'x' }) } }).json).toBe('{"user":{"password":"[redacted]"}}');
  });
});

describe("the application's own errors", () => {
  const own = new Error('from the application');
  const fail = (): never => {
    throw own;
  };

  it.each<[string, unknown]>([
    ['a getter', Object.defineProperty({}, 'a', { enumerable: true, get: fail })],
    ['a getter in a list', [Object.defineProperty({}, 'a', { enumerable: true, get: fail })]],
    ['toJSON', { a: { toJSON: fail } }],
    ['a proxy', { a: new Proxy({}, { ownKeys: fail }) }],
  ])('of %s come out as they are', (_, value) => {
    let thrown: unknown;
    try {
      json(value);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(own);
  });
});

/** What a value should be after a round trip: the conversions of JSON that lose nothing by surprise. */
function expected(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toJSON();
  if (Array.isArray(value)) return value.map((item) => expected(item));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, expected(member)]));
}
