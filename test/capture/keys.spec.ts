import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { lastPosition, readContent } from '../support/quickstart.js';

// Of many rows the id is cut out of the front of their JSON where it is simple; it must be what parsing gives.
const TABLES = `
create table whole (id bigint primary key, n int);
create table alone (id int primary key);
create table alone_text (id text primary key);
create table exact (id numeric primary key, n int);
create table words (id text primary key, n int);
create table later (n int, id text primary key);
create table "a,b" ("i,""d" text primary key, n int);
create table truth (id boolean primary key, n int);
create table documents (id jsonb primary key, n int);
create table lists (id text[] primary key, n int);
create table pairs (id text, other text, n int, primary key (id, other));`;

let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(TABLES);
  await reconcileTriggers(log.pool, {});
});
afterAll(() => log.close());

const text = fc
  .array(fc.constantFrom('a', '1', '-', ',', '"', '\\', '}', '{', ':', ' ', 'é', '🦉', '\n', "'", '["'), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const textKeys = fc.sample(text, 200);

it.each<[string, string, readonly unknown[], ((key: unknown) => string)?]>([
  ['whole', 'bigint', ['0', '-7', '9223372036854775807', '12']],
  ['alone', 'int', ['1', '-2']],
  ['alone_text', 'text', textKeys],
  ['exact', 'numeric', ['1.50', '-0.000000000001', '123456789012345678901234567890']],
  ['words', 'text', textKeys],
  ['later', 'text', textKeys],
  ['"a,b"', 'text', textKeys],
  ['truth', 'boolean', ['true', 'false']],
  ['documents', 'jsonb', ['{"a": 1, "b": 2}', '[1, 2]', '7', '"x, y"', 'null'], (key) => (key === '"x, y"' ? 'x, y' : String(key))], // prettier-ignore
])('the id of many rows of %s', async (table, type, keys, idOf = String) => {
  const column = table === '"a,b"' ? '"i,""d"' : 'id';
  // A JSON null as a key is no id that could be told from a column that is not there.
  const given = [...new Set(keys)];
  const expected = new Set(given.filter((key) => key !== 'null').map((key) => idOf(key)));
  const start = await lastPosition(log.pool);
  await log.pool.query(`insert into ${table} (${column}) select * from unnest($1::${type}[])`, [given]);
  if (!table.startsWith('alone')) await log.pool.query(`update ${table} set n = 1`);
  await log.pool.query(`delete from ${table}`);
  const rows = await readContent(log.pool, start);
  for (const op of table.startsWith('alone') ? ['insert', 'delete'] : ['insert', 'update', 'delete']) {
    const ids = rows.filter((row) => row.op === op && row.resourceId !== null).map((row) => row.resourceId);
    expect({ op, ids: new Set(ids) }).toEqual({ op, ids: expected });
    expect(rows.filter((row) => row.op === op)).toHaveLength(given.length);
  }
  for (const row of rows) if (row.resourceId !== null) expect(row.data).toMatchObject({ id: row.resourceId });
});

it('the id of many rows whose key is a list or a pair', async () => {
  const start = await lastPosition(log.pool);
  await log.pool.query(`insert into lists values ('{a,b}', 1), ('{}', 2)`);
  await log.pool.query(`insert into pairs values ('a', 'b,"', 1), ('', 'c', 2)`);
  const ids = (await readContent(log.pool, start)).map((row) => row.resourceId);
  expect(ids).toEqual(['["a","b"]', '[]', '["a","b,\\""]', '["","c"]']);
});
