import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { postgresAnchor } from '../../src/checkpoint/anchors/postgres.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { checkpoint, listed } from './battery.js';

const ORIGIN = 'log-1/registry';
let database: TestDatabase;
let owner: pg.Pool;
let writer: pg.Pool;
const role = `anchor_writer_${process.pid}`;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Pool({ connectionString: database.url, max: 4 });
  await owner.query(`create role ${role} login`);
  const url = new URL(database.url);
  url.username = role;
  writer = new pg.Pool({ connectionString: url.href, max: 2 });
});
afterAll(async () => {
  await writer.end();
  await owner.end();
  await database.drop();
  const server = new pg.Client({ connectionString: process.env['AUDIT_TEST_SERVER_URL'] });
  await server.connect();
  await server.query(`drop role ${role}`);
  await server.end();
});

describe('the table of checkpoints in another PostgreSQL', () => {
  it('is made once, by however many come at once, and is written by whoever may insert and select', async () => {
    // Who reads makes none.
    expect(await listed(postgresAnchor(owner), ORIGIN)).toEqual([]);
    expect((await owner.query(`select to_regclass('audit_checkpoints') as made`)).rows).toEqual([{ made: null }]);
    // Who may make none says so, and later finds the one that was made.
    const late = postgresAnchor(writer);
    await expect(late.put(await checkpoint(ORIGIN, 1))).rejects.toMatchObject({ code: 'AUDIT_ANCHOR_UNAVAILABLE' });
    const anchors = Array.from({ length: 4 }, () => postgresAnchor(owner));
    await Promise.all(anchors.map(async (anchor, i) => anchor.put(await checkpoint(ORIGIN, i + 1))));
    await owner.query(`grant select, insert (origin, size, note) on audit_checkpoints to ${role}`);
    await late.put(await checkpoint(ORIGIN, 5));
    expect(await listed(late, ORIGIN)).toHaveLength(5);
  });

  it('is never changed, not even by its owner, and has its own clock', async () => {
    for (const statement of [
      `update audit_checkpoints set note = note`,
      `delete from audit_checkpoints`,
      `truncate audit_checkpoints`,
    ])
      await expect(owner.query(statement)).rejects.toThrow('checkpoints are never changed');
    const { note } = await checkpoint(ORIGIN, 6);
    await owner.query(`grant insert on audit_checkpoints to ${role}`);
    await writer.query(`insert into audit_checkpoints (origin, size, note, stored_at) values ($1, 6, $2, '2001-01-01')`, [ORIGIN, note]); // prettier-ignore
    for (const { storedAt = 0 } of await listed(postgresAnchor(owner), ORIGIN))
      expect(storedAt).toBeGreaterThan(Date.now() - 600_000);
  });

  it('gives each row its number, whatever number is inserted: nobody can take those that are to come', async () => {
    const origin = 'log-3/registry';
    const { note } = await checkpoint(origin, 1);
    await writer.query(`insert into audit_checkpoints (id, origin, size, note) overriding system value select g, $1, 1, $2 || g from generate_series(-5, 300) g`, [origin, note]); // prettier-ignore
    for (const size of [2, 3, 4]) await postgresAnchor(writer).put(await checkpoint(origin, size));
    expect(await listed(postgresAnchor(writer), origin)).toHaveLength(309);
    await expect(writer.query(`select nextval('audit_checkpoints_id_seq')`)).rejects.toThrow('permission denied');
  });

  it('gives all rows, of a table whose guard let them be numbered by anybody too', async () => {
    const origin = 'log-4/registry';
    await owner.query(`create table old (like audit_checkpoints including constraints including indexes)`);
    const ids = ['-9223372036854775808', '-7', '0', '1', '9223372036854775807'];
    for (const [i, id] of ids.entries())
      await owner.query(`insert into old values ($1, now(), $2, $3, $4)`, [id, origin, i + 1, (await checkpoint(origin, i + 1)).note]); // prettier-ignore
    expect(await listed(postgresAnchor(owner, { table: 'old' }), origin)).toHaveLength(ids.length);
  });

  it('is the one of the docs, which its owner can make by hand', async () => {
    const [, made = ''] =
      /^```sql\n(create table audit_checkpoints.*?)^```$/ms.exec(await readFile('docs/anchors.md', 'utf8')) ?? [];
    await owner.query(made.replaceAll('audit_checkpoints', 'by_hand'));
    const anchor = postgresAnchor(owner, { table: 'by_hand' });
    await anchor.put(await checkpoint(ORIGIN, 1));
    await expect(owner.query('delete from by_hand')).rejects.toThrow('checkpoints are never changed');
    const shape = async (table: string): Promise<unknown> => {
      const { rows } = await owner.query(
        `select (select array_agg(concat(attname, ' ', format_type(atttypid, atttypmod), attnotnull, attidentity) order by attnum) from pg_attribute where attrelid = c.oid and attnum > 0) as columns,
                (select array_agg(pg_get_triggerdef(oid) order by tgname) from pg_trigger where tgrelid = c.oid) as triggers,
                (select array_agg(pg_get_constraintdef(oid) order by conname) from pg_constraint where conrelid = c.oid) as constraints,
                (select array_agg(pg_get_indexdef(indexrelid) order by indexrelid) from pg_index where indrelid = c.oid) as indexes,
                (select array[regexp_replace(prosrc, '\\s+', ' ', 'g'), prosecdef::text, proconfig::text, (proacl = array[makeaclitem(proowner, proowner, 'EXECUTE', false)])::text] from pg_proc where proname = $1 || '_guard') as guard
           from pg_class c where relname = $1`,
        [table],
      );
      return JSON.parse(JSON.stringify(rows).replaceAll(table, 'T'));
    };
    expect(await shape('by_hand')).toEqual(await shape('audit_checkpoints'));
  });

  it('is read to its end, page by page', async () => {
    const anchor = postgresAnchor(owner);
    const origin = 'log-2/registry';
    const put = await Promise.all(Array.from({ length: 401 }, (_, i) => checkpoint(origin, i + 1)));
    await Promise.all(put.map((each) => anchor.put(each)));
    expect((await listed(anchor, origin)).map(({ note }) => note).toSorted()).toEqual(put.map(({ note }) => note).toSorted()); // prettier-ignore
  });

  it.each(['Checkpoints', 'a.b.c', 'x; drop table y', '"x"', '', 'x'.repeat(41), 'é'])('is not called %j', (table) => {
    expect(() => postgresAnchor(owner, { table })).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' }));
    expect(() => postgresAnchor({} as never)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' }));
  });
});
