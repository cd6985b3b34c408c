import { describe, expect, it } from '@jest/globals';
import type { ShownEntry } from '../../../src/viewer/answers.js';
import { blameOf, placeOf, versionsOf } from '../../../src/viewer/page/versions.js';
import { madeEntry, updated } from './made-entry.js';

const create = (values: ShownEntry['new'], seq: number) =>
  updated(undefined, values, { action: 'Invoice.create', seq });
const update = (old: ShownEntry['old'], after: ShownEntry['new'], seq: number) => updated(old, after, { seq });
const blame = (entries: readonly ShownEntry[]) =>
  Object.fromEntries([...blameOf(versionsOf(entries, undefined))].map(([field, { entry }]) => [field, entry.seq]));

describe('the versions of a record', () => {
  it('are its changes alone', () => {
    const entries = [
      create({ a: 1 }, 1),
      madeEntry({ source: 'read', action: 'Invoice.read' }),
      madeEntry({ source: 'request', action: 'invoice.approve' }),
      updated({ a: 1 }, undefined, { action: 'Invoice.delete', seq: 4 }),
      madeEntry({ action: 'Invoice.update', seq: 5 }),
      madeEntry({ action: 'Invoice.update', seq: 6, abridged: true, changes: [{ field: 'a' }] }),
    ];
    expect(versionsOf(entries, undefined).map(({ entry, is }) => [entry.seq, is])).toEqual([[1, 'there'], [4, 'gone'], [5, 'unknown'], [6, 'large']]); // prettier-ignore
  });

  it('are found by the number that an address has', () => {
    const versions = versionsOf([create({ a: 1 }, 7), update({ a: 1 }, { a: 2 }, 9)], undefined);
    expect([placeOf(versions, '7'), placeOf(versions, '9'), placeOf(versions, undefined), placeOf(versions, 'x'), placeOf([], '7')]).toEqual([0, 1, 1, 1, -1]); // prettier-ignore
  });
});

describe('who set a field', () => {
  it.each<[string, readonly ShownEntry[], Record<string, number>]>([
    ['whoever created it', [create({ a: 1, b: 1 }, 1)], { a: 1, b: 1 }],
    ['whoever changed it last', [create({ a: 1, b: 1 }, 1), update({ a: 1, b: 1 }, { a: 2, b: 1 }, 2), update({ a: 2, b: 1 }, { a: 3, b: 1 }, 3)], { a: 3, b: 1 }],
    ['nobody in the log, of what was there before it', [update({ a: 1, b: 1 }, { a: 2, b: 1 }, 2)], { a: 2 }],
    ['nobody, of what changed unseen in between', [create({ a: 1, b: 1 }, 1), update({ a: 1, b: 5 }, { a: 2, b: 5 }, 2)], { a: 2 }],
    ['nobody of before, where it was deleted in between', [create({ a: 1 }, 1), updated({ a: 1 }, undefined, { action: 'Invoice.delete', seq: 2 }), create({ a: 1 }, 3)], { a: 3 }],
    ['nobody, where it is gone', [create({ a: 1 }, 1), updated({ a: 1 }, undefined, { action: 'Invoice.delete', seq: 2 })], {}],
    ['nobody, behind a change whose values are erased', [create({ a: 1, b: 1 }, 1), madeEntry({ action: 'Invoice.update', seq: 2 }), update({ a: 1, b: 1 }, { a: 2, b: 1 }, 3)], { a: 3 }],
  ])('%s', (_, entries, expected) => expect(blame(entries)).toEqual(expected)); // prettier-ignore
});
