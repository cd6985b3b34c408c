import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projected, resourceId } from '../../src/event/identity.js';
import { LIMITS } from '../../src/event/limits.js';
import type { Resource } from '../../src/event/types.js';

describe('the id of a record', () => {
  it.each<[string, Resource['id'], string | undefined]>([
    ['none', undefined, undefined],
    ['null', null, undefined],
    ['a bigint', 9_007_199_254_740_993n, '9007199254740993'],
    ['a Date', new Date(1), '1970-01-01T00:00:00.001Z'],
    ['a Date of another realm', runInNewContext('new Date(1)'), '1970-01-01T00:00:00.001Z'],
    [
      'a composite key of many types',
      ['a', 1, 2n, true, new Date(1)],
      '["a","1","2","true","1970-01-01T00:00:00.001Z"]',
    ],
  ])('%s', (_, id, text) => {
    expect(resourceId(id)).toBe(text);
  });

  it('differs for composite keys that differ', () => {
    const key = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '[', ']', '\n') }), { maxLength: 4 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(resourceId(a) === resourceId(b)).toBe(a.length === b.length && a.every((part, i) => part === b[i]));
      }),
    );
  });
});

describe('the projection of an id', () => {
  it('fits a btree key and a PostgreSQL text, whatever the id', () => {
    const id = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 700 }),
      fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\udc00', 'ü') }),
    );
    fc.assert(
      fc.property(id, (text) => {
        const projection = projected(text) as string;
        expect(Buffer.byteLength(projection)).toBeLessThanOrEqual(LIMITS.projectionBytes);
        expect(projection.isWellFormed() && !projection.includes('\0')).toBe(true);
      }),
    );
  });

  it('is the id itself as long as that is possible', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        fc.pre(Buffer.byteLength(text) <= LIMITS.projectionBytes);
        expect(projected(text)).toBe(text);
      }),
    );
  });

  it('of none is null', () => {
    expect(projected(undefined)).toBeNull();
  });
});
