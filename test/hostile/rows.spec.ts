import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { LIMITS, READ_LIMITS } from '../../src/event/limits.js';
import { FLAGS } from '../../src/event/types.js';
import { hostile } from '../support/hostile.js';
import { brokenChains, capture, openLog, sealed, type Log } from '../support/open-log.js';
import { sealTelling } from './sealing.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
});
afterAll(() => log.close());

const FULL = { full: true } as const;
const actor = Buffer.from('{"id":"u","type":"user"}').toString('hex');

/** Arguments of record(), in its order; each but the first a list with an element for each event. */
const fine: Readonly<Record<string, unknown>> = {
  batch: null,
  source: ['record'],
  at: ['1700000000000000'],
  group: [null],
  tenant: [null],
  key: [null],
  model: ['T'],
  id: ['1'],
  header: ['{"action":"x.y"}'],
  actor: [actor],
  data: ['{}'],
  flags: [null],
};
const LISTS = Object.keys(fine).filter((name) => name !== 'batch');
const all = (of: (list: unknown[]) => unknown[]): Record<string, unknown> =>
  Object.fromEntries(LISTS.map((name) => [name, of(fine[name] as unknown[])]));

async function record(given: Readonly<Record<string, unknown>>): Promise<void> {
  await log.pool.query(
    `select audit.record($1::text, $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])`,
    Object.values({ ...fine, ...given }),
  );
}

const written = async (): Promise<number> =>
  (await log.pool.query<{ n: number }>(`select count(*)::int as n from audit.content`)).rows[0]?.n ?? 0;

/** Refused as data, by an error that repeats nothing of it; and nothing was written. */
async function refused(given: Readonly<Record<string, unknown>>): Promise<void> {
  const before = await written();
  const error: Error & { code?: string } = await record(given).then(
    () => new Error('it was taken'),
    (thrown: Error) => thrown,
  );
  expect(error).toMatchObject({ code: expect.stringMatching(/^22/) });
  expect(error.message.length).toBeLessThan(300);
  repeatsNothing(error);
  expect(await written()).toBe(before);
}

/** What reaches whoever reads the server's log: some inputs have this word at the place where they cannot be read. */
const SECRET = '5ec3e7';
function repeatsNothing(error: object): void {
  expect(['message', 'detail', 'hint', 'where', 'internalQuery'].map((part) => String(Reflect.get(error, part))).join(' ')).not.toContain(SECRET); // prettier-ignore
}

/** Second of two events, so that the error can say which. */
const second = (given: Record<string, unknown>): Record<string, unknown> => ({ ...all((list) => [list[0], list[0]]), ...given }); // prettier-ignore

const REPEATED: [string, Record<string, unknown>, string][] = [
  ['a header with a bare word', second({ header: ['{}', `{"token": ${SECRET}`] }), 'a header'],
  ['a header that ends too early', second({ header: ['{}', `{"token": "${SECRET}`] }), 'a header'],
  ['a header that is text', second({ header: ['{}', SECRET] }), 'a header'],
  ['a header of a read with an escape that is no text', second({ source: ['record', 'read'], header: ['{"a":"\\u0000"}', `{"a":"${SECRET}\\u0000"}`] }), 'a header'],
  ['data with a bare word', second({ data: ['{}', `{"token": ${SECRET}}`] }), 'data'],
  ['data with a control character', second({ data: ['{}', `{"token": "${SECRET}\n"}`] }), 'data'],
  ['data with half an escape', second({ data: ['{}', `{"token": "${SECRET}\\u12"}`] }), 'data'],
  ['data nested too deep', second({ data: ['{}', `{"token":"${SECRET}","a":${'['.repeat(300_000)}`] }), 'data'],
  ['an actor that is no hex', second({ actor: [actor, SECRET.replace('7', 'z')] }), 'an actor'],
  ['a group of hex that is no UUID', second({ group: [null, `${SECRET}-${SECRET}-${SECRET}-${SECRET}-${SECRET}`] }), 'a group'],
]; // prettier-ignore

const REFUSED: [string, Record<string, unknown>, { full?: boolean }?][] = [
  ['flags of 150 million commas', { flags: [','.repeat(150_000_000)] }, FULL],
  ['flags of 300 commas', { flags: [','.repeat(300)] }],
  ['flags outside the list', { flags: ['strange'] }],
  ['an empty flag', { flags: ['gap,'] }],
  ['flags as one empty text', { flags: [''] }],
  ['flags in capitals', { flags: ['GAP'] }],
  ['flags with a line feed', { flags: ['gap\n'] }],
  ['a known flag 100 times', { flags: [`${'gap,'.repeat(100)}gap`] }],
  ['source change', { source: ['change'] }],
  ['source change and a time of 2255', { source: ['change'], at: ['9007199254740000'] }],
  ['source change.client without a gap', { source: ['change.client'] }],
  ['source change.client with another flag', { source: ['change.client'], flags: ['redacted'] }],
  ['source control', { source: ['control'] }],
  ['source in capitals', { source: ['RECORD'] }],
  ['source with a space', { source: ['record '] }],
  ['an empty source', { source: [''] }],
  ['no source', { source: [null] }],
  ['a source of a megabyte', { source: ['r'.repeat(1_000_000)] }],
  ['a time before 1970', { at: ['-1'] }],
  ['the least bigint as a time', { at: ['-9223372036854775808'] }],
  ['the greatest bigint as a time, infinite after conversion', { at: ['9223372036854775807'] }],
  ['a time one microsecond too late', { at: ['9007199254740992'] }],
  ['no time', { at: [null] }],
  ['a group that is no UUID', { group: ['nonsense'] }],
  ['a group in braces', { group: ['{00000000-0000-0000-0000-000000000001}'] }],
  ['a group of a megabyte', { group: ['0'.repeat(1_000_000)] }],
  ['a group of hyphens', { group: ['-'.repeat(36)] }],
  ['a tenant of 2,000 bytes', { tenant: ['t'.repeat(2_000)] }],
  ['a tenant of 10 MB', { tenant: ['t'.repeat(10_000_000)] }, FULL],
  ['an event key of 2,000 bytes', { key: ['k'.repeat(2_000)] }],
  ['an event key that no index can hold', { key: [randomBytes(4_000).toString('hex')] }],
  ['an empty event key', { key: [''] }],
  ['a model of 2,000 bytes', { model: ['M'.repeat(2_000)] }],
  ['a model of 10 MB', { model: ['M'.repeat(10_000_000)] }, FULL],
  ['an empty model', { model: [''] }],
  ['a resource id of more than a MiB', { id: ['r'.repeat(1_048_577)] }],
  ['a header of 5,000 bytes', { header: [`{"action":"${'a'.repeat(5_000)}"}`] }],
  ['a header of 100 MB', { header: ['['.repeat(100_000_000)] }, FULL],
  ['a header that is a list', { header: ['[]'] }],
  ['a header that is null', { header: ['null'] }],
  ['no header', { header: [null] }],
  ['a header that is not JSON', { header: ['{'] }],
  ['a header nested 800 deep', { header: ['{"a":'.repeat(800)] }],
  ['an actor of 40 KiB', { actor: ['7b'.repeat(40_000)] }],
  ['an actor of 100 MB', { actor: ['7b'.repeat(50_000_000)] }, FULL],
  ['an actor that is no hex', { actor: ['zz'] }],
  ['an actor of half a byte', { actor: ['7'] }],
  ['data of 2 MiB', { data: [JSON.stringify({ a: 'x'.repeat(2_097_152) })] }],
  ['data of 200 MB', { data: [`{"a":"${'x'.repeat(200_000_000)}"}`] }, FULL],
  ['data that is a list', { data: ['[]'] }],
  ['data that is null', { data: ['null'] }],
  ['data that is not JSON', { data: ['{"a":}'] }],
  ['empty data', { data: [''] }],
  ['data nested half a million deep', { data: ['['.repeat(500_000)] }],
  ['data and id that are too large together', { data: [`{"a":"${'x'.repeat(600_000)}"}`], id: ['r'.repeat(600_000)] }],
  ['an empty name of the batch', { batch: '' }],
  ['a name of the batch of 1,000 bytes', { batch: 'b'.repeat(1_000) }],
  ['a name of the batch of 10 MB', { batch: 'b'.repeat(10_000_000) }, FULL],
  ['one list of lists', { source: [['record']] }],
  ['lists of lists throughout', all((list) => [list])],
  ['10,001 events', all((list) => Array.from({ length: 10_001 }, () => list[0]))],
];

const TAKEN: [string, Record<string, unknown>][] = [
  ['nothing at all', all(() => [])],
  ['each flag of the list', { flags: [FLAGS.join(',')] }],
  ['a gap of engine client', { source: ['change.client'], flags: ['no-context,gap'] }],
  ['the last time that a body can hold', { at: ['9007199254740991'] }],
  ['a group without hyphens', { group: [`${'0'.repeat(31)}1`] }],
  ['a tenant at its limit', { tenant: ['ü'.repeat(LIMITS.tenantLength)] }],
  ['a resource id of a megabyte', { id: ['r'.repeat(1_000_000)] }],
  ['a header with escapes of NUL and half a pair', { header: ['{"action":"a\\u0000\\ud800"}'] }],
  ['no actor', { actor: [null] }],
  ['an actor that is no UTF-8', { actor: ['ff00fe'] }],
];

hostile('arguments of record()', (holds) => {
  for (const [name, given, options] of REFUSED) holds(`${name}: refused`, () => refused(given), options);
  for (const [name, given, says] of REPEATED)
    holds(`${name}: refused, by its argument and its place, and not repeated`, async () => {
      await refused(given);
      await expect(record(given)).rejects.toMatchObject({ code: '22023', message: expect.stringMatching(new RegExp(`^audit: ${says} .*\\(event 2 of the batch\\)$`)) }); // prettier-ignore
    });
  for (const name of LISTS) {
    const list = fine[name] as unknown[];
    holds(`no list for ${name}: refused`, () => refused({ [name]: null }));
    holds(`an empty list for ${name}: refused`, () => refused({ [name]: [] }), FULL);
    holds(`one more element for ${name}: refused`, () => refused({ [name]: [...list, ...list] }), FULL);
    if (name !== 'at') holds(`NUL in ${name}: refused`, () => refused({ [name]: ['a\0b'] }), FULL);
  }
  for (const [name, given] of TAKEN) {
    holds(`${name}: taken and sealed`, async () => {
      await record(given);
      expect(await sealTelling(log)).toEqual([]);
      expect(await brokenChains(log.pool)).toEqual([]);
      expect(await log.store.overlooked(1e9)).toEqual([]);
    });
  }

  holds('what is said under standard_conforming_strings = off: taken', async () => {
    const client = await log.pool.connect();
    try {
      await client.query('set standard_conforming_strings = off');
      await client.query(
        `select audit.record(null, array['record'], array[1::bigint], array[null], array[null], array[null], array[null], array[null], array['{"action":"a.b"}'], array[null], array['{"details":{"id":1}}'], array[null])`,
      );
    } finally {
      client.release(true);
    }
  });

  holds('of the year 2255, before a change in one transaction: the change keeps its time', async () => {
    const late = (source: string): string =>
      `select audit.record(null, array['${source}'], array[9007199254740000::bigint], array[null], array['acme'], array[null], array['X'], array['1'], array['{"action":"x.y"}'], array['7b7d'], array['{}'], array[null])`;
    const client = await log.pool.connect();
    try {
      await client.query('begin; savepoint s');
      await expect(client.query(late('change'))).rejects.toMatchObject({ code: '22023' });
      await client.query('rollback to s');
      await client.query(late('record'));
      await capture(client, 'in time', 'acme');
      await client.query('commit');
    } finally {
      client.release();
    }
    await sealTelling(log);
    const { rows } = await log.pool.query<{ id: string }>(`select id from audit.entry where resource_id = 'in time'`);
    const mintedAt = Number.parseInt(rows[0]?.id.replaceAll('-', '').slice(0, 12) ?? '', 16);
    expect(Math.abs(mintedAt - Date.now())).toBeLessThan(600_000);
  });
});

/** Columns as SQL. A superuser can write them: the table has no such bounds. */
const ROWS: [string, Record<string, string>, { full?: boolean }?][] = [
  ['flags of 150 million commas', { flags: `repeat(',', 150000000)` }, FULL],
  ['flags of a million commas', { flags: `repeat(',', 1000000)` }],
  ['flags of a known name, a million times', { flags: `repeat('gap,', 1000000)` }],
  ['a header of 60 MB', { source: `'record'`, header: `repeat('[', 60000000)` }],
  ['a header of 400 MB', { source: `'record'`, header: `repeat('{"a":', 80000000)` }, FULL],
  ['a header just above the limit', { header: `'{"action":"' || repeat('y', ${READ_LIMITS.header}) || '"}'` }],
  ['an actor of 60 MB', { actor: `convert_to(repeat('[', 60000000), 'UTF8')` }],
  ['an actor just above the limit', { actor: `convert_to('{"id":"' || repeat('x', 65536) || '"}', 'UTF8')` }],
  ['an actor of 600 MB, more than is hashed', { actor: `convert_to(repeat('x', 600000000), 'UTF8')` }, FULL],
  ['data of 600 MB, more than is hashed', { data: `repeat('x', 600000000)` }, FULL],
  ['a model of 60 MB', { model: `repeat('M', 60000000)` }, FULL],
  ['an operation of 60 MB', { op: `repeat('o', 60000000)` }, FULL],
  ['a source of 60 MB', { source: `repeat('s', 60000000)` }, FULL],
  ['a resource id of 60 MB', { resource_id: `repeat('r', 60000000)` }, FULL],
  ['a tenant of 60 MB', { tenant_key: `repeat('t', 60000000)` }, FULL],
  ['a tenant of 60 MB in emoji', { tenant_key: `repeat('😀', 15000000)` }, FULL],
  ['everything of 20 MB', Object.fromEntries(['source', 'op', 'model', 'resource_id', 'tenant_key', 'header', 'data', 'flags'].map((name) => [name, `repeat('z', 20000000)`])), FULL],
  ['a time in infinity', { at: `'infinity'` }],
  ['a time before all times', { at: `'-infinity'` }],
  ['a time in the year 290000', { at: `'290000-01-01'` }],
  ['a position below zero', { pos: '-5' }],
  ['the position zero', { pos: '0' }],
  ['the greatest position', { pos: '9223372036854775807' }],
  ['a position beyond what a number counts', { pos: '9007199254740993' }],
  ['a position that no sequence reaches in a lifetime', { pos: '4611686018427387904' }],
]; // prettier-ignore

async function insert(columns: Readonly<Record<string, string>>): Promise<void> {
  const row = { source: `'change'`, op: `'update'`, model: `'Thing'`, ...columns };
  await log.pool.query(
    `insert into audit.content (${Object.keys(row).join(', ')}) values (${Object.values(row).join(', ')})`,
  );
}

hostile('rows of content', (holds) => {
  for (const [name, columns, options] of ROWS) {
    const run = async (): Promise<void> => {
      await insert(columns);
      await capture(log.pool, `after ${name}`);
      expect(await sealTelling(log)).toEqual([]);
      expect(await brokenChains(log.pool)).toEqual([]);
      expect((await sealed(log.pool)).map(({ resourceId }) => resourceId)).toContain(`after ${name}`);
      const { rows } = await log.pool.query(
        `select c.pos from audit.content c where c.pos between 1 and 1e12 and not exists (select from audit.entry e where e.pos = c.pos)`,
      );
      expect(rows).toEqual([]);
    };
    holds(`${name}: sealed, and what comes after it`, run, { ...options, timeoutMs: 180_000 });
  }

  const inPieces = async (): Promise<void> => {
    await log.pool.query(
      `insert into audit.content (source, op, model, actor) select 'change', 'update', 'Large', convert_to(repeat('a', 1000000), 'UTF8') from generate_series(1, 400)`,
    );
    const { rows } = await log.pool.query<{ low: string }>(
      `select min(pos) - 1 as low from audit.content where model = 'Large'`,
    );
    const reading = await log.store.read([], Number(rows[0]?.low), 1_000);
    expect(reading.complete).toBe(false);
    expect(reading.rows.length).toBeGreaterThan(0);
    const bytes = reading.rows.reduce((sum, row) => sum + (row.actor?.length ?? 0), 0);
    expect(bytes).toBeLessThan(2 * READ_LIMITS.reading);
    await sealTelling(log);
    const entries = await log.pool.query(`select count(*)::int as n from audit.entry where resource_type = 'Large'`);
    expect(entries.rows).toEqual([{ n: 400 }]);
  };
  holds('400 of a megabyte: read in pieces, and all sealed', inPieces, { timeoutMs: 180_000, full: true });
});
