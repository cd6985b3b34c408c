import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withContext } from '../../src/context/index.js';
import { createPool, migrate, reconcileTriggers } from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { full } from '../support/full.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { lastPosition, readContent } from '../support/quickstart.js';
import { ENGINES } from './shapes/engine.js';
import type { Client } from './shapes/shape.js';
import { installWitness, sideBySide, summary, witnessed } from './shapes/witness.js';
import { ODD_NAMES } from './sql/names.js';
import type { Statement } from './sql/statement.js';
import { STATEMENTS } from './sql/statements.js';
import { THROUGH_PRISMA } from './sql/through-prisma.js';

const ENGINE = ENGINES[0]!;
const ROWS: readonly Statement[] = [...STATEMENTS, ...ODD_NAMES, ...THROUGH_PRISMA];
const PSQL = process.env['PATH']!.split(delimiter)
  .map((place) => join(place, 'psql'))
  .find((path) => existsSync(path));
/** What the witness cannot compare, having no way back from the JSON, or no trigger itself. */
const WITHOUT_WITNESS = `
create extension hstore; create table with_cast (id integer primary key, h hstore);
create table with_parts (id integer primary key) partition by range (id); create table with_parts_all partition of with_parts default;
create table with_parts_mid partition of with_parts for values from (-100) to (0) partition by range (id); create table with_parts_deep partition of with_parts_mid default;
insert into with_parts values (1);
create table by_psql (id integer primary key, v text);
create table altered (id integer primary key, v text, w text); insert into altered values (1, 'one', 'w'), (2, 'two', 'w')`;
/** `undefined`: the server of the test run, the newest. */
const MAJORS = full ? ([undefined, 14, 15, 16, 17] as const) : [undefined];

describe.each(MAJORS.map((major) => [major ?? 'of this run', major] as const))('PostgreSQL %s', (_label, major) => {
  let server: PostgresServer | undefined;
  let database: TestDatabase;
  let pool: pg.Pool;
  let own: pg.Pool;
  let sql: pg.Client;
  let prisma: Client;
  const rows = ROWS.filter(({ since }) => since === undefined || major === undefined || major >= since);

  beforeAll(async () => {
    if (major) server = await startPostgres({ major });
    database = await createDatabase(server ? { server: server.url } : {});
    pool = createPool(database.url, { max: 2, applicationName: 'test' });
    await pool.query(WITHOUT_WITNESS);
    for (const { setup } of rows) await pool.query(setup);
    await installWitness(pool);
    await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
    await reconcileTriggers(pool, { schemas: ['public', 'other'] });
    sql = new pg.Client({ connectionString: database.url, application_name: 'a tool of ours' });
    await sql.connect();
    own = new pg.Pool({ connectionString: database.url, max: 1 });
    prisma = ENGINE.clients[0]![1](own);
  });
  afterAll(async () => {
    await prisma?.$disconnect();
    await Promise.all([own?.end(), sql?.end(), pool?.end()]);
    await database?.drop();
    await server?.stop();
  });

  async function check(_name: string, { run, sees, fails, logs }: Statement): Promise<void> {
    await pool.query('delete from witness.change');
    const mark = await lastPosition(pool);
    const end = await withContext({ actor: { id: 'the actor' } }, async () => {
      const done = typeof run === 'string' ? sql.query(run) : run({ sql, prisma });
      return await done.then(
        () => undefined,
        async (error: pg.DatabaseError) => {
          await sql.query('rollback');
          return error.code ?? error.message;
        },
      );
    });
    expect(end).toBe(fails);
    const changes = await witnessed(pool);
    expect(summary(changes)).toEqual(sees === '' ? [] : sees.split(', ').sort());
    const caught = await ENGINE.captured(pool, mark);
    const [really, said] = sideBySide(changes, caught);
    expect(said).toEqual(really);
    if (logs) expect(await readContent(pool, mark)).toMatchObject(logs);
  }

  const battery = (known: boolean): [string, Statement][] =>
    rows.filter(({ knownBug }) => (knownBug !== undefined) === known).map((row) => [row.name, row]);
  it.each(battery(false))('captures %s', check);
  const holes = battery(true);
  if (holes.length > 0) it.failing.each(holes)('a known hole: %s', check);

  it('captures a type with a cast to json as what that cast makes of it, not as text', async () => {
    const mark = await lastPosition(pool);
    await sql.query(`insert into with_cast values (1, '"a b"=>"1", c=>NULL')`);
    expect(await readContent(pool, mark)).toMatchObject([{ data: { new: { h: { 'a b': '1', c: null } } } }]);
  });

  it('captures columns that are added, dropped and renamed after the triggers were installed, old rows too', async () => {
    const mark = await lastPosition(pool);
    await sql.query(`alter table altered add x integer not null default 7; update altered set v = 'a' where id = 1;
      alter table altered drop w; delete from altered where id = 2; alter table altered rename v to renamed; update altered set x = 8`);
    expect((await readContent(pool, mark)).map(({ data }) => [data.old, data.new])).toEqual([
      [
        { id: 1, v: 'one', w: 'w', x: 7 },
        { id: 1, v: 'a', w: 'w', x: 7 },
      ],
      [{ id: 2, v: 'two', x: 7 }, undefined],
      [
        { id: 1, renamed: 'a', x: 7 },
        { id: 1, renamed: 'a', x: 8 },
      ],
    ]);
  });

  // COPY from the client, which no driver of ours speaks; psql is in most places, and of no release in particular.
  (PSQL ? it : it.skip)(
    'captures what psql does, COPY FROM STDIN too, as the operating system’s own tool',
    async () => {
      const mark = await lastPosition(pool);
      const script = `copy by_psql from stdin;\n7\tby copy\n8\t\\N\n\\.\nbegin;\ndelete from by_psql where id = 7;\nrollback;\n`;
      const psql = spawn(PSQL!, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', database.url], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      psql.stdin.end(script);
      expect(await once(psql, 'exit')).toEqual([0, null]);
      expect(await readContent(pool, mark)).toMatchObject(
        [7, 8].map((id) => ({
          op: 'insert',
          resourceId: String(id),
          flags: ['no-context'],
          actor: { id: 'db:postgres', application: 'psql', ip: '127.0.0.1' },
        })),
      );
    },
  );

  // Statement triggers are not passed on to partitions: each has one of its own, and is silent when the whole table was named.
  it.each<[string, string, ...unknown[]]>([
    ['a partition by its own name', 'truncate with_parts_all', 'with_parts_all'],
    ['a partition of a partition', 'truncate with_parts_deep', 'with_parts_deep'],
    ['a partition that is partitioned', 'truncate with_parts_mid', 'with_parts_mid'],
    ['the whole table once', 'truncate with_parts', undefined],
    ['the whole table and then an empty partition once', 'truncate with_parts; truncate with_parts_all', undefined],
    ['a partition before the whole table', 'truncate with_parts_all; truncate with_parts', 'with_parts_all', undefined],
    ['a partition twice', 'truncate with_parts_all; truncate with_parts_all', 'with_parts_all', 'with_parts_all'],
    ['a partition beside another', 'truncate with_parts_all, with_parts_deep', 'with_parts_all', 'with_parts_deep'],
    [
      'a partition that was filled again after it',
      'do $$ begin truncate with_parts; insert into with_parts values (1); truncate with_parts_all; end $$',
      undefined,
      'with_parts_all',
    ],
    [
      'a partition after the whole was rolled back',
      'begin; savepoint s; truncate with_parts; rollback to s; truncate with_parts_all; commit',
      'with_parts_all',
    ],
  ])('captures TRUNCATE of %s', async (_which, statement, ...partitions) => {
    await sql.query('insert into with_parts values (1), (-1) on conflict do nothing');
    const mark = await lastPosition(pool);
    await sql.query(statement);
    const truncated = (await readContent(pool, mark)).filter(({ op }) => op === 'truncate');
    expect(truncated.map(({ data }) => (data as { details: { partition?: string } }).details.partition)).toEqual(
      partitions.map((name) => (name === undefined ? undefined : `public.${name as string}`)),
    );
    expect(truncated.every(({ model }) => model === 'with_parts')).toBe(true);
  });

  it('captures nothing of a session with session_replication_role = replica, which fires no trigger', async () => {
    const mark = await lastPosition(pool);
    const { rowCount } = (await sql
      .query(`begin; set local session_replication_role = replica; update s_plain set v = 'r'; commit`)
      .then((results) => (results as unknown as pg.QueryResult[])[2]))!; // one result for each statement of the text
    expect(rowCount).toBe(2);
    expect(await readContent(pool, mark)).toEqual([]);
  });
});
