import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withContext } from '../../../src/context/index.js';
import { auditAdapter } from '../../../src/prisma/index.js';
import type { DriverAdapter, Query } from '../../../src/prisma/driver-adapter.js';
import { PlainReads } from '../../../src/prisma/plain-read/plain-reads.js';
import { migrate, reconcileTriggers } from '../../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { readContent } from '../../support/quickstart.js';
import { recordingAdapter } from '../recording-adapter.js';

/** What writes whenever it is called: an audited row, with the actor of the statement. */
const WORLD = `
create table public.target (id serial primary key, who text);
create function public.write_it() returns int volatile language plpgsql as $$ begin insert into public.target (who) values ('x'); return 1; end $$;
create table public.plain (id int primary key, name text, amount numeric(10,2), at timestamptz default now(), tags text[], data jsonb, kind int default 1);
create type public.mood as enum ('sad', 'ok');
create table public.moods (id int primary key, mood public.mood, moods public.mood[]);
insert into public.plain (id, name) values (1, 'a'), (2, 'b'); insert into public.moods values (1, 'ok', '{ok,sad}');
create role reader_of_plain login; grant usage on schema public, audit to reader_of_plain;
grant select, insert on all tables in schema public to reader_of_plain; grant usage on all sequences in schema public to reader_of_plain;`;

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
  await pool.query(WORLD);
  await reconcileTriggers(pool, { models: { plain: false, moods: false } });
});
afterAll(async () => {
  await pool.query('drop owned by reader_of_plain; drop role reader_of_plain');
  await pool.end();
  await database.drop();
});

const url = (): string => {
  const address = new URL(database.url);
  address.username = 'reader_of_plain';
  return address.href;
};
const query = (sql: string, args: unknown[] = []): Query => ({ sql, args, argTypes: args.map(() => ({ scalarType: 'int', arity: 'scalar' })) }); // prettier-ignore

interface World {
  readonly adapter: DriverAdapter & { dispose(): Promise<void> };
  readonly sent: string[];
}

async function connect(max = 2, as = url()): Promise<World> {
  const inner = recordingAdapter(as, max);
  const adapter = (await auditAdapter(inner).connect()) as World['adapter'];
  return { adapter, sent: inner.sent };
}

const as = <T>(id: string, work: () => Promise<T>): Promise<T> => withContext({ actor: { id } }, work);
const PLAIN =
  'SELECT "public"."plain"."id", "public"."plain"."name" FROM "public"."plain" WHERE "public"."plain"."id" = $1';
const isAsked = (sent: readonly string[]): boolean => sent.some((text) => text.includes('pg_catalog.pg_operator'));

/** Sends a text until the database has been asked, and has answered. Gives the text as it is sent from then on. */
async function settled({ adapter, sent }: World, sql: string, args: unknown[] = []): Promise<string> {
  for (let i = 0; i < 25; i++) await as('warm', () => adapter.queryRaw(query(sql, args)));
  for (let i = 0; i < 500 && !isAsked(sent); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  await adapter.queryRaw(query('select 1')); // behind the question: one more statement on each connection
  await new Promise((resolve) => setTimeout(resolve, 100));
  await as('ann', () => adapter.queryRaw(query(sql, args)));
  return sent.at(-1) ?? '';
}

let world: World;
const opened: World[] = [];
beforeEach(async () => {
  await Promise.all(opened.splice(0).map(({ adapter }) => adapter.dispose()));
});
const open = async (max?: number): Promise<World> => {
  world = await connect(max);
  opened.push(world);
  return world;
};
afterAll(() => Promise.all(opened.map(({ adapter }) => adapter.dispose())));

describe('a read that Prisma generates', () => {
  it.each([
    ['of a plain table', PLAIN, [1]],
    [
      'of every kind of column',
      'SELECT "public"."plain"."amount", "public"."plain"."at", "public"."plain"."tags", "public"."plain"."data" FROM "public"."plain" WHERE ("public"."plain"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3',
      [1, 1, 0],
    ],
    [
      'of an enum',
      'SELECT "public"."moods"."mood"::text, "public"."moods"."moods"::text FROM "public"."moods" WHERE 1=1',
      [],
    ],
  ])('carries no comment, %s', async (_what, sql, args) => {
    expect(await settled(await open(), sql, args)).toBe(sql);
  });

  it('needs no other connection, and does not wait for one', async () => {
    expect(await settled(await open(1), PLAIN, [1])).toBe(PLAIN);
  });

  it('carries it as ever while few have been sent: no statement is added to those of a script', async () => {
    const { adapter, sent } = await open();
    for (let i = 0; i < 10; i++) await as('ann', () => adapter.queryRaw(query(PLAIN, [1])));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sent).toHaveLength(10);
    for (const text of sent) expect(text).toContain('/*audit1:');
  });

  it('has the error of the driver itself', async () => {
    const { adapter } = await open();
    await settled(world, PLAIN, [1]);
    await expect(adapter.queryRaw(query(PLAIN, ['x']))).rejects.toMatchObject({ cause: { originalCode: '22P02' } });
  });

  it('carries it again as soon as the same client has changed a table, until the database has said more', async () => {
    const { adapter, sent } = await open();
    await settled(world, PLAIN, [1]);
    await adapter.executeRaw(query('comment on table public.target is null')).catch(() => undefined);
    await adapter.queryRaw(query(PLAIN, [1]));
    expect(sent.at(-1)).toContain('/*audit1:');
  });
});

/** Each makes reading write. `read`: what the client sends; a superuser has made the database so before it asked, and undoes it. */
const CASES: [what: string, make: string, read: string, undo: string, inSelect?: boolean][] = [
  ['a view with a function', 'create view public.v as select 1 as id, public.write_it() as name', 'SELECT "public"."v"."name" FROM "public"."v"', 'drop view public.v'],
  ['a table that became a view by name', 'create view public.renamed as select id, public.write_it() as name from public.plain', 'SELECT "public"."renamed"."name" FROM "public"."renamed" WHERE "public"."renamed"."id" = 1', 'drop view public.renamed'],
  ['a policy with a function', 'create table public.secured (id int); insert into public.secured values (1); alter table public.secured enable row level security; create policy p on public.secured using (public.write_it() = 1); grant select on public.secured to reader_of_plain', 'SELECT "public"."secured"."id" FROM "public"."secured" WHERE 1=1', 'drop table public.secured'],
  ['a function of a row that looks like a column', 'create function public.computed(public.plain) returns int volatile language sql as $$ select public.write_it() $$', 'SELECT "public"."plain"."computed" FROM "public"."plain" WHERE "public"."plain"."id" = 1', 'drop function public.computed'],
  ['a function of any element that looks like a column', 'create function public.anything(anyelement) returns int volatile language sql as $$ select public.write_it() $$', 'SELECT "public"."plain"."anything" FROM "public"."plain" WHERE "public"."plain"."id" = 1', 'drop function public.anything'],
  ['an operator in front of the system’s', "create function public.eq(int4, int4) returns bool volatile language plpgsql as $$ begin perform public.write_it(); return true; end $$; create operator public.= (leftarg = int4, rightarg = int4, function = public.eq); alter role reader_of_plain set search_path = public, pg_catalog", 'SELECT "public"."plain"."id" FROM "public"."plain" WHERE "public"."plain"."id" = 1', 'alter role reader_of_plain reset search_path; drop operator public.= (int4, int4); drop function public.eq'],
  ['an operator of a type that has none of its own', "create function public.eqv(varchar, varchar) returns bool volatile language plpgsql as $$ begin perform public.write_it(); return true; end $$; create operator public.= (leftarg = varchar, rightarg = varchar, function = public.eqv); create table public.va (id varchar); insert into public.va values ('1'); grant select on public.va to reader_of_plain", 'SELECT "public"."va"."id" FROM "public"."va" WHERE "public"."va"."id" = $1', 'drop operator public.= (varchar, varchar); drop function public.eqv; drop table public.va'],
  ['a cast of an enum to text', 'create type public.e as enum (\'x\'); create function public.e_text(public.e) returns text volatile language plpgsql as $$ begin perform public.write_it(); return \'\'; end $$; create cast (public.e as text) with function public.e_text(public.e); create table public.en (id public.e); insert into public.en values (\'x\'); grant select on public.en to reader_of_plain', 'SELECT "public"."en"."id"::text FROM "public"."en" WHERE 1=1', 'drop table public.en; drop type public.e cascade'],
  ['a type named text', "create domain public.text as pg_catalog.varchar check (public.write_it() = 1); alter role reader_of_plain set search_path = public, pg_catalog", 'SELECT "public"."plain"."id"::text FROM "public"."plain" WHERE 1=1', 'alter role reader_of_plain reset search_path; drop domain public.text'],
  ['a cast from text to a domain in a view of the same name as a table', 'create domain public.d as int4 check (public.write_it() = 1); create view public.dv as select id::public.d as id from public.plain', 'SELECT "public"."dv"."id" FROM "public"."dv" WHERE 1=1', 'drop view public.dv; drop domain public.d'],
  ['a child table that is a view in disguise: a parent with children', 'create table public.parent (id int); create table public.child () inherits (public.parent); insert into public.child values (1); create view public.pv as select public.write_it() as id from public.parent; grant select on public.pv to reader_of_plain', 'SELECT "public"."pv"."id" FROM "public"."pv" WHERE 1=1', 'drop view public.pv; drop table public.parent cascade'],
  ['raw SQL that calls a function', 'select 1', 'SELECT "public"."write_it"()', 'select 1'],
  ['raw SQL with a function behind the table', 'select 1', 'SELECT "public"."plain"."id" FROM "public"."plain", "public"."write_it"()', 'select 1'],
  ['raw SQL with a function in its condition', 'select 1', 'SELECT "public"."plain"."id" FROM "public"."plain" WHERE public.write_it() = 1', 'select 1'],
  ['raw SQL with a comment in front', 'select 1', '/**/SELECT "public"."write_it"()', 'select 1'],
  ['raw SQL that writes in WITH', 'select 1', 'WITH w AS (INSERT INTO "public"."target" ("who") VALUES (\'x\') RETURNING 1) SELECT 1', 'select 1'],
  ['raw SQL that forges a comment', 'select 1', 'SELECT "public"."write_it"() /*audit1:00000000000000000000000000000000*/', 'select 1'],
]; // prettier-ignore

describe('whatever the database lets write', () => {
  it.each(CASES)('keeps its actor: %s', async (_what, make, read, undo) => {
    await pool.query(make);
    try {
      await pool.query('grant select on all tables in schema public to reader_of_plain');
      await settled(await open(), PLAIN, [1]); // whatever can be known is known
      const args = read.includes('$1') ? [1] : [];
      // A plain read would be known by now; this one has been asked about as well.
      const { rows } = await pool.query<{ pos: number }>('select coalesce(max(pos), 0)::int as pos from audit.content');
      const before = rows[0]?.pos ?? 0;
      await settled(world, read, args);
      for (let i = 0; i < 3; i++) await as('ann', () => world.adapter.queryRaw(query(read, args)));
      const written = await readContent(pool, before);
      expect(written.length).toBeGreaterThan(0);
      expect(written.filter(({ actor }) => !['ann', 'warm'].includes(String(actor['id'])))).toEqual([]);
    } finally {
      await pool.query(undo);
    }
  });

  it('is not read in a transaction that has changed tables, nor right behind it', async () => {
    await pool.query('create table public.later (id int); insert into public.later values (1); grant select on public.later to reader_of_plain; alter table public.later owner to reader_of_plain; grant create on schema public to reader_of_plain'); // prettier-ignore
    const read = 'SELECT "public"."later"."id" FROM "public"."later" WHERE 1=1';
    expect(await settled(await open(3), read)).toBe(read);
    const transaction = (await as('ann', () => world.adapter.startTransaction())) as DriverAdapter & { commit(): Promise<void> }; // prettier-ignore
    await transaction.queryRaw(query(read));
    expect(world.sent.at(-1)).toBe(read);
    await transaction.executeRaw(query('alter table public.later enable row level security'));
    await transaction.executeRaw(query('create policy p on public.later using (public.write_it() = 1)'));
    await transaction.executeRaw(query('alter table public.later force row level security'));
    await as('ann', () => transaction.queryRaw(query(read)));
    expect(world.sent.at(-1)).toContain('/*audit1:');
    for (let i = 0; i < 30; i++) await as('ben', () => world.adapter.queryRaw(query(PLAIN, [1])));
    expect(world.sent.at(-1)).toContain('/*audit1:');
    await transaction.executeRaw(query('COMMIT'));
    await transaction.commit();
    const after = await as('ann', () => world.adapter.queryRaw(query(read)));
    expect(after).toBeDefined();
    expect(world.sent.at(-1)).toContain('/*audit1:');
    await pool.query('drop table public.later');
  });
});

describe('what the database has said', () => {
  const answer = {
    columnNames: [],
    columnTypes: [],
    rows: ['id', 'name'].map((column) => ['public', 'plain', column]),
  };

  it('holds for ten seconds, and is asked for again before', async () => {
    let time = 0;
    const reads = new PlainReads(() => time);
    for (let i = 0; i < 20; i++) expect(reads.has(PLAIN)).toBe(false);
    expect(reads.isDue).toBe(true);
    await reads.ask(() => Promise.resolve(answer));
    expect(reads.has(PLAIN)).toBe(true);
    time = 4_900;
    expect([reads.has(PLAIN), reads.isDue]).toEqual([true, false]);
    time = 5_100;
    expect([reads.has(PLAIN), reads.isDue]).toEqual([true, true]);
    time = 10_000;
    expect(reads.has(PLAIN)).toBe(false);
  });

  it('is not believed where tables were changed while it was on its way, or where there is no answer', async () => {
    const reads = new PlainReads(() => 0);
    for (let i = 0; i < 20; i++) reads.has(PLAIN);
    await reads.ask(() => {
      reads.has('alter table x add y int');
      return Promise.resolve(answer);
    });
    expect(reads.has(PLAIN)).toBe(false);
    await reads.ask(() => Promise.reject(new Error('away')));
    expect(reads.has(PLAIN)).toBe(false);
  });
});
