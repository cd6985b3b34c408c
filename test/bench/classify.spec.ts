import { expect, it } from '@jest/globals';
import { classify, type Change, type LogEntry, type Row } from '../../bench/compare/classify.mjs';

const ROW: Row = {
  id: '1',
  name: 'new',
  role: 'staff-member',
  amount: '1.50',
  at: '2026-01-02T03:04:05+00:00',
  tags: '[]',
};
const OLD: Row = { ...ROW, name: 'old' };
const KEY = { id: '1' };
const actor = 'ann';

const inserted: Change = { op: 'insert', table: 't', new: ROW };
const updated: Change = { op: 'update', table: 't', old: OLD, new: ROW };
const deleted: Change = { op: 'delete', table: 't', old: ROW };
const entry = (change: Change, more: Partial<LogEntry> = {}): LogEntry => ({ ...change, key: KEY, actor, ...more });

type Case = readonly [verdict: string, when: string, changes: Change[], entries: LogEntry[], left?: Row[]];

const CASES: Case[] = [
  ['fully', 'nothing changed and nothing is logged', [], []],
  ['fully', 'each change has its entry', [inserted, updated], [entry(updated), entry(inserted)]],
  [
    'fully',
    'values are written another way',
    [inserted],
    [entry({ ...inserted, new: { ...ROW, role: 'STAFF', amount: '1.5', at: '2026-01-02T03:04:05.000Z', tags: null } })],
  ],
  [
    'fully',
    'an update names what changed alone',
    [updated],
    [entry({ op: 'update', table: 't', old: { name: 'old' }, new: { name: 'new' } })],
  ],
  ['fully', 'a write of the values that are there is logged', [], [entry(updated)]],
  ['partly', 'one of two changes has no entry', [inserted, deleted], [entry(inserted)], []],
  ['partly', 'a value is not there', [inserted], [entry({ ...inserted, new: { id: '1', name: 'new' } })]],
  ['partly', 'a value is another one', [inserted], [entry({ ...inserted, new: { ...ROW, amount: '1.51' } })]],
  ['partly', 'the old value is not there', [updated], [entry({ op: 'update', table: 't', new: ROW })]],
  ['partly', 'old and new are swapped', [updated], [entry({ op: 'update', table: 't', old: ROW, new: OLD })]],
  ['partly', 'it does not say who', [inserted], [entry(inserted, { actor: undefined })]],
  ['partly', 'it says somebody else', [inserted], [entry(inserted, { actor: 'bob' })]],
  ['partly', 'it does not say which record', [inserted], [entry(inserted, { key: undefined })]],
  ['missed', 'there is no entry', [inserted], []],
  [
    'missed',
    'the entry is of another record',
    [inserted],
    [entry(inserted, { key: { id: '2' } })],
    [ROW, { ...ROW, id: '2' }],
  ],
  ['missed', 'the entry is of another kind', [inserted], [entry(updated)]],
  ['invented', 'an insert that was undone is logged', [], [entry(inserted)], []],
  ['invented', 'an update that was undone is logged', [], [entry(updated)], [OLD]],
  ['invented', 'a delete that was undone is logged', [], [entry(deleted)], [ROW]],
  [
    'invented',
    'one change has an entry, and another did not happen',
    [inserted],
    [entry(inserted), entry(deleted)],
    [ROW],
  ],
];

it.each(CASES)('%s: %s', (verdict, _when, changes, entries, left = [ROW]) => {
  const shape = { changes, entries, left: { t: left }, keys: { t: ['id'] }, enums: { STAFF: 'staff-member' }, actor };
  expect(classify({ ...shape, oldValues: 'in the entry' }).capture).toBe(verdict);
});

it('a log that keeps whole states has the old one in the revision before', () => {
  const shape = { changes: [updated], entries: [entry({ op: 'update', table: 't', new: ROW })], left: { t: [ROW] } };
  const rest = { keys: { t: ['id'] }, enums: {}, actor, oldValues: 'in the revision before' } as const;
  expect(classify({ ...shape, ...rest }).capture).toBe('fully');
});
