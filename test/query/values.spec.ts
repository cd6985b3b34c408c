import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RecordChange } from '../../src/event/record-change.js';
import { full } from '../support/full.js';
import { THING } from './values/arbitrary.js';
import { openWorld, Prisma, type World } from './values/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** Prisma reads both nulls of a document as `null`; the log tells them apart, as what was written. */
function asRead(values: RecordChange['new'], written: Record<string, unknown>): Record<string, unknown> {
  const read: Record<string, unknown> = { ...values };
  for (const field of ['json', 'jsonb']) {
    expect(read[field] === Prisma.JsonNull).toBe(written[field] === Prisma.JsonNull);
    if (read[field] === Prisma.JsonNull) read[field] = null;
  }
  return read;
}

it('comes back as Prisma gave it: every type, created, updated and deleted', async () => {
  await fc.assert(
    fc.asyncProperty(THING, THING, async (first, second) => {
      const hidden = { omit: { phone: true, pet: true, password: true } } as const;
      const created = await world.prisma.thing.create({ data: first, ...hidden });
      const { id } = created;
      const before = await world.prisma.thing.findUniqueOrThrow({ where: { id }, ...hidden });
      await world.prisma.thing.update({ where: { id }, data: second });
      const after = await world.prisma.thing.findUniqueOrThrow({ where: { id }, ...hidden });
      await world.prisma.thing.delete({ where: { id } });
      const entries = await world.history(id);
      const [create, update, remove] = entries.map(({ change }) => change);
      const { phone: _1, ...made } = asRead(create?.new, first);
      expect(made).toEqual(before);
      if (update?.operation === 'update') {
        const { phone: _2, ...old } = asRead(update.old, first);
        const { phone: _3, ...now } = asRead(update.new, second);
        expect(old).toEqual(before);
        expect(now).toEqual(after);
        for (const change of entries[1]?.changes ?? []) {
          expect({ [change.field]: change.old }).toEqual({ [change.field]: update.old?.[change.field] });
          expect({ [change.field]: change.new }).toEqual({ [change.field]: update.new?.[change.field] });
        }
        const { phone: _4, ...gone } = asRead(remove?.old, second);
        expect(gone).toEqual(after);
      }
      expect(create?.asText).toEqual({});
    }),
    { numRuns: full ? 300 : 5 },
  );
});

/** What cannot be written, or not be read, through Prisma: straight into the table. */
async function insert(columns: string, values: string): Promise<RecordChange> {
  const { rows } = await world.pool.query<{ id: number }>(
    `insert into things (${columns}) values (${values}) returning id`,
  );
  const [entry] = await world.history(rows[0]?.id ?? 0);
  return entry?.change as RecordChange;
}

const decimal = (text: string): Prisma.Decimal => new Prisma.Decimal(text);

it.each<[string, string, string, unknown]>([
  ['2^53+1', 'big', '9007199254740993', 9_007_199_254_740_993n],
  ['1e-20', '"decimal"', '1e-20', decimal('1e-20')],
  [
    'numeric(38,10)',
    'exact',
    '1234567890123456789012345678.0123456789',
    decimal('1234567890123456789012345678.0123456789'),
  ],
  ['NaN as a Decimal', 'exact', `'NaN'`, decimal('NaN')],
  ['-0 as a Float', 'double', `'-0'`, -0],
  ['NaN as a Float', 'double', `'NaN'`, Number.NaN],
  ['infinity as a Float', 'double', `'-infinity'`, -Infinity],
  ['money below zero', 'money', `'-$1,234.50'`, decimal('-1234.5')],
  ['year 10000', 'at', `'10000-02-03 04:05:06.789'`, new Date('+010000-02-03T04:05:06.789Z')],
  ['44 BC', 'date', `'0044-03-15 BC'`, new Date('-000043-03-15T00:00:00Z')],
  ['year 1', 'zoned', `'0001-01-01 00:00:00+00'`, new Date('0001-01-01T00:00:00Z')],
  ['microseconds', 'at6', `'1960-01-01 00:00:00.123999'`, new Date('1960-01-01T00:00:00.123Z')],
  ['24 o’clock', 'time', `'24:00:00'`, new Date('1970-01-02T00:00:00Z')],
  ['a time with an offset, which Prisma leaves out', 'timetz', `'12:00:00+02'`, new Date('1970-01-01T12:00:00Z')],
  ['NUL in Bytes', 'bytes', `'\\x00ff00'`, Uint8Array.of(0, 255, 0)],
  ['an enum by its name in the client', 'mood', `'HAPPY!'`, 'SAD'],
  ['1 MB of text', 'text', `repeat('é', 500000)`, 'é'.repeat(500_000)],
  [
    'a document with numbers that JavaScript rounds, as Prisma reads it',
    'json',
    `'{"n": 9007199254740993, "m": 1.50}'`,
    { n: 9_007_199_254_740_992, m: 1.5 },
  ],
  ['a document with NUL', 'json', `'{"a": "\\u0000"}'`, { a: '\0' }],
  ['a document with __proto__, which Prisma drops', 'json', `'{"__proto__": {"a": 1}}'`, { ['__proto__']: { a: 1 } }],
])('comes back as it was: %s', async (_, field, sql, value) => {
  const columns: Record<string, string> = { at: 'happened_at', text: '"the text"', json: 'json_text' };
  const change = await insert(columns[field] ?? field, sql);
  expect(change.new?.[field.replaceAll('"', '')]).toEqual(value);
  expect(change.asText).toEqual({});
});

it.each<[string, string, string, string, string]>([
  ['infinity as a Date', 'at', 'happened_at', `'infinity'`, 'infinity'],
  ['a year beyond those of a Date', 'at', 'happened_at', `'290000-01-01'`, '290000-01-01T00:00:00'],
  ['a list with infinity in it', 'ats', 'ats', `'{infinity,2024-01-01}'`, '["infinity","2024-01-01T00:00:00"]'],
])('comes back as text, and says so: %s', async (_, field, column, sql, text) => {
  const change = await insert(column, sql);
  expect(change.asText).toEqual({ new: { [field]: text } });
  expect(change.new).not.toHaveProperty(field);
  const { entries } = await world.reader.find({ limit: 1 });
  expect(entries[0]?.changes).toContainEqual({ field, new: text, asText: ['new'] });
});

it('says of each value that is not there why: redacted, masked, cut, ignored; and which null a document is', async () => {
  const { prisma } = world;
  const large = 'x'.repeat(1_100_000);
  const first = {
    text: large,
    phone: '+49 170 1234567',
    pet: 'cat',
    password: 'hunter2',
    json: { apiKey: 'k-1', a: 1 },
  };
  const { id } = await prisma.thing.create({ data: { ...first, jsonb: Prisma.DbNull }, select: { id: true } });
  const second = {
    phone: '+49 170 7654321',
    password: 'hunter3',
    json: { apiKey: 'k-2', a: 1 },
    jsonb: Prisma.JsonNull,
  };
  await prisma.thing.update({ where: { id }, data: second, select: { id: true } });
  await prisma.thing.update({ where: { id }, data: { text: `${large}y`, pet: 'dog' }, select: { id: true } });
  await prisma.thing.update({ where: { id }, data: { pet: 'cow' }, select: { id: true } });

  const entries = await world.history(id);
  const hash = (text: string): { bytes: number; sha256: string } => ({
    bytes: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
  });
  expect(entries).toHaveLength(3); // a change of an ignored field is none
  const [made, changed, cut] = entries;
  expect(made?.change).toMatchObject({
    redacted: ['json.apiKey', 'password'],
    masked: { new: { phone: '****4567' } },
    cut: { new: { text: hash(large) } },
    ignored: ['pet'],
  });
  for (const field of ['text', 'phone', 'pet', 'password']) expect(made?.change?.new).not.toHaveProperty(field);
  expect(made?.change?.new).toMatchObject({ json: { apiKey: '[redacted]', a: 1 }, jsonb: null });
  expect(made?.changes).toEqual(
    expect.arrayContaining([
      { field: 'text', cut: { new: hash(large) } },
      { field: 'phone', new: '****4567', masked: true },
      { field: 'pet', ignored: true },
      { field: 'password', redacted: true },
      { field: 'json', new: { apiKey: '[redacted]', a: 1 }, redactedInside: ['apiKey'] },
      { field: 'jsonb', new: null },
    ]),
  );
  const document = { apiKey: '[redacted]', a: 1 };
  expect(changed?.changes).toEqual([
    { field: 'jsonb', old: null, new: Prisma.JsonNull, jsonNull: ['new'] },
    { field: 'json', old: document, new: document, redactedInside: ['apiKey'] },
    { field: 'phone', old: '****4567', new: '****4321', masked: true },
    { field: 'password', redacted: true },
  ]);
  expect(changed?.change?.new?.['jsonb']).toBe(Prisma.JsonNull);
  expect(cut?.changes).toEqual([{ field: 'text', cut: { old: hash(large), new: hash(`${large}y`) } }]);
  expect(JSON.stringify(entries.map(({ change, changes }) => ({ change, changes })))).not.toMatch(
    /hunter|k-1|k-2|12345|cat/,
  );
});

it('comes back as it is stored where there is no catalogue', async () => {
  const { id } = await world.prisma.thing.create({ data: { big: 2n ** 53n + 1n, at: new Date(0), mood: 'SO_SO' } });
  const [entry] = await world.history(id, world.plain);
  expect(entry?.change?.new).toMatchObject({
    big: '9007199254740993',
    happened_at: '1970-01-01T00:00:00',
    mood: 'so-so',
  });
  expect(entry?.changes).toContainEqual({ field: 'happened_at', new: '1970-01-01T00:00:00' });
});

it('comes back as text where the catalogue is stale: a column of another type, an enum with a new value', async () => {
  await world.pool.query(
    `alter type "Mood" add value if not exists 'new one'; alter table things alter column small type text`,
  );
  const change = await insert('small, mood', `'not a number', 'new one'`);
  expect(change.asText).toEqual({ new: { small: 'not a number', mood: 'new one' } });
});
