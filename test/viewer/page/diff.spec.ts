import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ShownEntry } from '../../../src/viewer/answers.js';
import type { Columns } from '../../../src/viewer/page/column-names.js';
import { compare, diffOf } from '../../../src/viewer/page/diff.js';
import { imageOf, type Shown } from '../../../src/viewer/page/image.js';
import { treeDiff, treeOf, type TreeRow } from '../../../src/viewer/page/tree.js';
import { MOST_TEXT, wordDiff } from '../../../src/viewer/page/words.js';
import { madeEntry, updated } from './made-entry.js';

const none = { redacted: [], masked: {}, cut: {}, ignored: [], asText: {} };
const change = (marks: object = {}) => ({ model: 'Invoice', operation: 'update' as const, ...none, ...marks });
const text = (of: string): Shown => ({ kind: 'text', text: of });

describe('what an entry changed', () => {
  it('stands before what it did not', () => {
    const { sides, changed, rest } = diffOf(updated({ a: 'x', b: 1 }, { a: 'y', b: 1 }), undefined);
    expect(sides).toBe('both');
    expect(changed).toEqual([{ field: 'a', is: 'changed', old: text('x'), new: text('y') }]);
    expect(rest).toEqual([
      { field: 'b', is: 'same', old: { kind: 'plain', text: '1' }, new: { kind: 'plain', text: '1' } },
    ]);
  });

  it.each<[string, unknown, Shown]>([
    ['digits that no number has', '12345678901234567890.10', text('12345678901234567890.10')],
    ['a number', 10.5, { kind: 'plain', text: '10.5' }],
    ['minus zero', -0, { kind: 'plain', text: '-0' }],
    ['nothing', null, { kind: 'null' }],
    ['false', false, { kind: 'plain', text: 'false' }],
    ['an empty text', '', text('')],
    ['bytes', String.raw`\x00ff00ff`, { kind: 'bytes', bytes: 4, hex: '00ff00ff' }],
    ['text that only looks like bytes', String.raw`\x00ff0`, text(String.raw`\x00ff0`)],
    ['a list', [1], { kind: 'json', value: [1] }],
    ['a secret', '[redacted]', { kind: 'hidden', why: 'redacted' }],
  ])('shows %s', (_, value, shown) => {
    expect(diffOf(updated({ f: 'before' }, { f: value as never }), undefined).changed[0]?.new).toEqual(shown);
  });

  it('shows what was not logged as such, by the names of fields', () => {
    const sealed = { pass_word: null, phone: null, seen: null, doc: null };
    const entry = madeEntry({
      old: sealed,
      new: sealed,
      changes: [
        { field: 'password', redacted: true },
        { field: 'phone', masked: true, old: '…11', new: '…22' },
        { field: 'doc', cut: { new: { bytes: 5, sha256: 'ab' } }, old: null },
      ],
      change: change({
        redacted: ['password'],
        ignored: ['seen'],
        masked: { old: { phone: '…11' }, new: { phone: '…22' } },
        cut: { new: { doc: { bytes: 5, sha256: 'ab' } } },
      }),
    });
    const { changed, rest } = diffOf(entry, { pass_word: 'password' });
    expect(changed).toEqual([
      {
        field: 'pass_word',
        label: 'password',
        is: 'changed',
        old: { kind: 'hidden', why: 'redacted' },
        new: { kind: 'hidden', why: 'redacted' },
      },
      { field: 'phone', is: 'changed', old: { kind: 'masked', text: '…11' }, new: { kind: 'masked', text: '…22' } },
      { field: 'doc', is: 'changed', old: { kind: 'null' }, new: { kind: 'cut', bytes: 5, sha256: 'ab' } },
    ]);
    expect(rest).toEqual([
      { field: 'seen', is: 'same', old: { kind: 'hidden', why: 'ignored' }, new: { kind: 'hidden', why: 'ignored' } },
    ]);
  });

  it('is what its old and new are, whatever the server calls the fields, or says of them', () => {
    const [old, after] = [
      { status: 'DRAFT', total: 10, note: 'a' },
      { status: 'PAID', total: 20, note: 'a' },
    ];
    const honest = updated(old, after);
    const columns = (entry: ShownEntry, of: Columns) => {
      const { changed, rest } = diffOf(entry, of);
      return [...changed, ...rest].map(({ field, label, is, old: from, new: to }) => [field, label, is, from, to]);
    };
    const sealed = columns(honest, undefined);
    const renamed = (names: readonly string[]) => ({ ...honest, changes: honest.changes.map((each, i) => ({ ...each, field: names[i] ?? '' })) }); // prettier-ignore
    expect(columns(renamed(['lockedByCourt', 'amountRefunded']), undefined)).toEqual(sealed);
    expect(columns({ ...honest, changes: [] }, undefined)).toEqual(sealed);
    expect(columns(renamed(['note', 'status']), undefined)).toEqual(sealed);
    // Names of others, or one name for two, are no names.
    expect(columns(renamed(['total', 'status']), { status: 'total', total: 'status' })).toEqual(sealed);
    expect(columns(renamed(['status', 'status']), { total: 'status' })).toEqual(sealed);
    expect(columns(renamed(['x', 'x']), { total: 'x', status: 'x' })).toEqual(sealed);
    expect(columns(renamed(['frozen', 'total']), { status: 'frozen' })).toEqual(sealed.map(([field, , ...values]) => [field, field === 'status' ? 'frozen' : undefined, ...values])); // prettier-ignore
  });

  it('is not said of values that are too large for where they are', () => {
    const entry = madeEntry({ abridged: true, changes: [{ field: 't' }, { field: 'c0' }] });
    expect(diffOf(entry, undefined)).toMatchObject({ sides: 'abridged', changed: [{ field: 't' }, { field: 'c0' }], rest: [] }); // prettier-ignore
  });

  it('is found of as many columns as a row can have', () => {
    const side = (n: number) => Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`c${i}`, i + n]));
    const diff = diffOf(updated(side(0), side(1), { change: change() }), undefined);
    expect(diff.changed).toHaveLength(50_000);
  });

  it('tells the two nulls of a document apart', () => {
    const entry = madeEntry({
      old: { doc: null },
      new: { doc: null },
      changes: [{ field: 'doc', old: null, new: null, jsonNull: ['new'] }],
    });
    expect(diffOf(entry, undefined).changed[0]).toMatchObject({ old: { kind: 'null' }, new: { kind: 'json-null' } });
  });

  it('is all of a record that came or went, but for what was empty', () => {
    const created = updated(undefined, { id: 1, note: null }, { action: 'Invoice.create' });
    expect(diffOf(created, undefined)).toMatchObject({
      sides: 'new',
      changed: [{ field: 'id' }],
      rest: [{ field: 'note' }],
    });
    const deleted = updated({ id: 1, note: null }, undefined, { action: 'Invoice.delete' });
    expect(diffOf(deleted, undefined)).toMatchObject({
      sides: 'old',
      changed: [{ field: 'id' }],
      rest: [{ field: 'note' }],
    });
  });

  it.each(['__proto__', 'constructor', 'toString', 'a.b', ''])('has a field that is called %j', (field) => {
    const side = (value: number) => Object.fromEntries([[field, value]]);
    const entry = madeEntry({ old: side(1), new: side(2), changes: [{ field, old: 1, new: 2 }], change: change() });
    expect(diffOf(entry, {}).changed).toEqual([
      { field, is: 'changed', old: { kind: 'plain', text: '1' }, new: { kind: 'plain', text: '2' } },
    ]);
  });

  it('is there where an entry has nothing of it', () => {
    expect(diffOf(madeEntry(), undefined)).toEqual({ sides: 'none', changed: [], rest: [] });
  });
});

it('two states differ in what differs, and nobody knows of what was not logged', () => {
  const entry = (values: object) =>
    madeEntry({ new: { ...values, secret: null }, change: change({ redacted: ['secret'] }) });
  const [a, b] = [entry({ x: 1, y: 1 }), entry({ x: 2, y: 1 })].map((each) => imageOf(each, 'new', undefined));
  expect(compare(a, b)).toMatchObject({
    sides: 'both',
    changed: [{ field: 'x' }],
    rest: [
      { field: 'y', is: 'same' },
      { field: 'secret', is: 'unknown' },
    ],
  });
  expect(compare(undefined, b).sides).toBe('new');
});

const lines = (old: unknown, after: unknown): string[] => [...treeDiff(old, after)].map(line);
const line = ({ depth, key, is, old, new: after, opens, count }: TreeRow): string =>
  `${'  '.repeat(depth)}${key ?? ''} ${is} ${old ?? ''}${after === undefined ? '' : ` > ${after}`}${opens ?? ''}${count ?? ''}`.trim();

describe('a document', () => {
  it.each<[string, unknown, unknown, string[]]>([
    [
      'a changed member',
      { a: 1, b: 2, c: 3 },
      { a: 1, b: 9, c: 3 },
      ['inside {3', 'folded 1', 'b changed 2 > 9', 'folded 1'],
    ],
    [
      'a member more and one less',
      { a: 1 },
      { b: { c: 1 } },
      ['inside {1', 'b added {1', 'c added  > 1', 'a removed 1'],
    ],
    ['an item put in front', [1, 2, 3], [0, 1, 2, 3], ['inside [4', '0 added  > 0', 'folded 3']],
    ['an item put in between', ['a', 'b'], ['a', 'x', 'b'], ['inside [3', 'folded 1', '1 added  > "x"', 'folded 1']],
    ['an item taken out', ['a', 'x', 'b'], ['a', 'b'], ['inside [2', 'folded 1', '1 removed "x"', 'folded 1']],
    ['one of two that are the same taken out', [1, 1], [1], ['inside [1', 'folded 1', '1 removed 1']],
    ['another type', { a: [1] }, { a: { 0: 1 } }, ['inside {1', 'a changed [1] > {"0":1}']],
    ['a number that became its text', { a: 1 }, { a: '1' }, ['inside {1', 'a changed 1 > "1"']],
    ['members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, ['folded 1']],
    [
      'names that would be one if they were joined',
      { 'a,"b"1': 1 },
      { a: 1 },
      ['inside {1', 'a added  > 1', 'a,"b"1 removed 1'],
    ],
  ])('%s', (_, old, after, expected) => {
    expect(lines(old, after)).toEqual(expected);
  });

  it('differs nowhere from itself, and anywhere from another', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(lines(a, structuredClone(a))).toEqual(['folded 1']);
        expect(lines(a, b).join() === 'folded 1').toBe(sorted(a) === sorted(b));
      }),
      { numRuns: 300 },
    );
  });

  it('of 1,000 levels and a million members is shown by its first lines', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1_000; level += 1) deep = { a: deep };
    const wide = Array.from({ length: 200_000 }, (_, i) => ({ i }));
    const first = (rows: Generator<TreeRow>): string[] =>
      Array.from({ length: 3 }, () => line(rows.next().value as TreeRow));
    expect(first(treeDiff({ deep, wide }, { deep: 2, wide: [...wide, 1] }))).toEqual([
      'inside {2',
      `deep changed ${JSON.stringify(deep)} > 2`,
      'wide inside [200001',
    ]);
    expect([...treeOf(deep)]).toHaveLength(1_001);
  });
});

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

describe('text by words', () => {
  const said = (old: string, after: string) => wordDiff(old, after)?.map(({ is, text: words }) => `${is[0]}:${words}`);
  it.each([
    ['the old fox', 'the new fox', ['s:the ', 'o:old', 'n:new', 's: fox']],
    ['a b c', 'a c', ['s:a ', 'o:b ', 's:c']],
    ['', 'a', ['n:a']],
    ['a', '', ['o:a']],
    ['same', 'same', ['s:same']],
    ['', '', []],
    ['10.00', '10.50', ['s:10.', 'o:00', 'n:50']],
  ])('%j became %j', (old, after, expected) => expect(said(old, after)).toEqual(expected));

  it('is both texts whole', () => {
    const few = fc
      .array(fc.constantFrom('a', 'b', ' ', '.', 'ü', '\n', '\u{1f600}', '\u202e'), { maxLength: 60 })
      .map((each) => each.join(''));
    fc.assert(
      fc.property(few, few, (old, after) => {
        const parts = wordDiff(old, after) ?? [];
        const of = (...kinds: string[]) =>
          parts
            .filter(({ is }) => kinds.includes(is))
            .map((part) => part.text)
            .join('');
        expect([of('same', 'old'), of('same', 'new')]).toEqual([old, after]);
      }),
      { numRuns: 500 },
    );
  });

  it('is not looked for where it is too long, or too different', () => {
    expect(wordDiff('a'.repeat(MOST_TEXT + 1), 'a')).toBeUndefined();
    expect(wordDiff('a '.repeat(9_000), 'b '.repeat(9_000))).toBeUndefined();
  });
});
