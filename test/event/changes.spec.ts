import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changedFields } from '../../src/event/changes.js';
import type { JsonObject } from '../../src/event/types.js';

describe('changed fields', () => {
  it.each<[string, Parameters<typeof changedFields>, ReturnType<typeof changedFields>]>([
    [
      'one of two',
      [
        { a: 1, b: 2 },
        { a: 1, b: 3 },
      ],
      [{ field: 'b', old: 2, new: 3 }],
    ],
    ['none', [{ a: 1 }, { a: 1 }], []],
    [
      'null and back',
      [
        { a: null, b: 1 },
        { a: 1, b: null },
      ],
      [
        { field: 'a', old: null, new: 1 },
        { field: 'b', old: 1, new: null },
      ],
    ],
    ['a number that became its text', [{ a: 1 }, { a: '1' }], [{ field: 'a', old: 1, new: '1' }]],
    ['0 and false', [{ a: 0 }, { a: false }], [{ field: 'a', old: 0, new: false }]],
    [
      'inside a list',
      [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }],
      [{ field: 'a', old: [1, { b: 2 }], new: [1, { b: 3 }] }],
    ],
    [
      'all of a new record',
      [undefined, { a: 1, b: null }],
      [
        { field: 'a', new: 1 },
        { field: 'b', new: null },
      ],
    ],
    ['all of a deleted record', [{ a: 1 }, undefined], [{ field: 'a', old: 1 }]],
    [
      'a column that was added or dropped',
      [{ a: 1 }, { b: 1 }],
      [
        { field: 'a', old: 1 },
        { field: 'b', new: 1 },
      ],
    ],
    ['a null column that was added', [{}, { b: null }], [{ field: 'b', new: null }]],
    [
      'a field named like a member of every object',
      [{}, { constructor: 1, ['__proto__']: 2 }],
      [
        { field: 'constructor', new: 1 },
        { field: '__proto__', new: 2 },
      ],
    ],
    ['neither image', [undefined, undefined], []],
  ])('%s', (_, args, changes) => {
    expect(changedFields(...args)).toEqual(changes);
  });

  it.each<[string, Parameters<typeof changedFields>, ReturnType<typeof changedFields>]>([
    [
      'one that changed',
      [{ a: null }, { a: null }, { redacted: ['a'], redactedChanged: ['a'] }],
      [{ field: 'a', redacted: true }],
    ],
    ['one that did not', [{ a: null }, { a: null }, { redacted: ['a'], redactedChanged: [] }], []],
    ['one of a new record', [undefined, { a: null }, { redacted: ['a'] }], [{ field: 'a', redacted: true }]],
    ['one of a deleted record', [{ a: null }, undefined, { redacted: ['a'] }], [{ field: 'a', redacted: true }]],
    [
      'one whose values are there although they should not be',
      [{ a: 'x' }, { a: 'y' }, { redacted: ['a'], redactedChanged: ['a'] }],
      [{ field: 'a', redacted: true }],
    ],
  ])('redacted, %s: never the values', (_, args, changes) => {
    expect(changedFields(...args)).toEqual(changes);
  });

  it('lead from one image to the other', () => {
    const image = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.jsonValue({ maxDepth: 2 }),
    ) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(image, image, (before, after) => {
        const moved = { ...before };
        for (const change of changedFields(before, after)) {
          expect(JSON.stringify(change.old)).not.toBe(JSON.stringify(change.new));
          if (change.new === undefined) delete moved[change.field];
          else moved[change.field] = change.new;
        }
        expect(JSON.parse(JSON.stringify(moved))).toEqual(JSON.parse(JSON.stringify(after)));
      }),
    );
  });
});
