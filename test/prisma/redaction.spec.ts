import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import {
  COVERAGE,
  createQuickstart,
  lastPosition,
  readContent,
  SHAPES,
  type ClientOptions,
  type Quickstart,
} from '../support/quickstart.js';

const EXTRA = `
create table document (id text primary key, body json, secret text);
create table pair ("a b" text, c int, "tenantId" text, note text, primary key ("a b", c));
create table heap (n int, token text);
create table code (code text not null unique, "by" int, "select" text, xml xml, point point);
create table vault (id int primary key, pin text, data json, kept_token text);
create table aged (id int primary key, note text);
create table aged_secret (id int primary key, token text);
create table renamed (id int primary key, password text, note text);
create table renamed_pair (a int, b int, note text, primary key (a, b));`;

let quickstart: Quickstart;
let start = 0;
beforeAll(async () => {
  const models = { ...COVERAGE.models, vault: { redact: ['data'], keep: ['kept_token'] } };
  quickstart = await createQuickstart({ sql: EXTRA, coverage: { ...COVERAGE, models } });
});
afterAll(() => quickstart.close());
beforeEach(async () => {
  start = await lastPosition(quickstart.pool);
});
const read = () => readContent(quickstart.pool, start);

describe.each(SHAPES)('a secret column, written by a client made by %s', (_shape, connect) => {
  it.each<[string, ClientOptions]>([
    ['', {}],
    [', and what a global omit hides from the caller is', { omit: { user: { passwordHash: true, name: true } } }],
  ])('is in no row of the log, whatever is done to it%s', async (_how, options) => {
    const prisma = quickstart.keep(connect(quickstart.url, options));
    const SECRET = 'hunter2-äöü';
    const data = { tenantId: 't', name: 'Ann', passwordHash: `${SECRET}-1` };
    const where = { email: `${Math.random()}@example.com` };
    await withContext({ actor: { id: 'ann' } }, async () => {
      await prisma.user.create({ data: { ...data, ...where } });
      await prisma.user.update({ where, data: { passwordHash: `${SECRET}-2` } });
      await prisma.user.updateMany({ where, data: { passwordHash: `${SECRET}-3`, name: 'Bob' } });
      await prisma.user.update({ where, data: { name: 'Cyd' } });
      await prisma.user.upsert({ where, create: { ...data, ...where }, update: { passwordHash: `${SECRET}-4` } });
      await prisma.$executeRaw`update "User" set "passwordHash" = ${`${SECRET}-5`} where email = ${where.email}`;
      await prisma.user.delete({ where });
    });

    const changes = await read();
    expect(changes.map(({ op, data: { redacted, redactedChanged } }) => [op, redacted, redactedChanged])).toEqual([
      ['insert', ['passwordHash'], undefined],
      ['update', ['passwordHash'], ['passwordHash']],
      ['update', ['passwordHash'], ['passwordHash']],
      ['update', ['passwordHash'], undefined],
      ['update', ['passwordHash'], ['passwordHash']],
      ['update', ['passwordHash'], ['passwordHash']],
      ['delete', ['passwordHash'], undefined],
    ]);
    expect(changes.map(({ data: sides }) => (sides.new ?? sides.old)?.['name']).join()).toBe(
      'Ann,Ann,Bob,Cyd,Cyd,Cyd,Cyd',
    );
    for (const { flags, data: sides } of changes) {
      expect(flags).toEqual(['redacted']);
      for (const side of [sides.old, sides.new]) expect(side?.['passwordHash'] ?? null).toBeNull();
    }
    const whole = await quickstart.pool.query(
      `select coalesce(string_agg(c::text || convert_from(c.actor, 'UTF8'), ''), '') as text from audit.content c`,
    );
    expect(whole.rows[0].text).toContain('passwordHash');
    for (const piece of ['hunter2', Buffer.from('hunter2').toString('hex')]) {
      expect(whole.rows[0].text).not.toContain(piece);
    }
  });
});

describe('capture', () => {
  const sql = (text: string, ...values: unknown[]) => quickstart.pool.query(text, values);

  it('redacts what the configuration adds and keeps what it excepts', async () => {
    await sql(`insert into vault values (1, '1234', '{"deep": "1234"}', 'kept')`);
    await sql(`update vault set data = '{"deep": "5678"}', kept_token = 'other'`);
    const [insert, update] = await read();
    expect(insert?.data.new).toEqual({ id: 1, pin: null, data: null, kept_token: 'kept' });
    expect(update?.data).toMatchObject({ redacted: ['data', 'pin'], redactedChanged: ['data'] });
    expect(insert?.text + String(update?.text)).not.toMatch(/1234|5678/);
  });

  it('takes what a json column may hold although no jsonb can, the escape of NUL', async () => {
    const body = String.raw`{"a":"\u0000","b":"\ud83d", "a":1e400}`;
    await sql(`insert into document values ('d1', $1, 's')`, body);
    await sql(`update document set body = $1 where id = 'd1'`, body.replace('1e400', '2'));
    await sql(`update document set secret = 't' where id = 'd1'`);
    await sql(`delete from document where id = 'd1'`);
    const changes = await read();
    expect(changes.map(({ op, resourceId }) => [op, resourceId])).toEqual(
      ['insert', 'update', 'update', 'delete'].map((op) => [op, 'd1']),
    );
    expect(changes[0]?.text).toContain(`"body":${body}`);
  });

  it.each(['plain', 'quote " \\ slash', 'new\nline\ttab', '\\u0000', 'ünï 👍', '\u0001', ''])(
    'gives the key %j as it is',
    async (id) => {
      await sql(`insert into document (id) values ($1)`, id);
      await sql(`insert into pair values ($1, -7, 't1', null)`, id);
      const [single, pair] = await read();
      expect([single?.resourceId, single?.data.id]).toEqual([id, id]);
      expect(JSON.parse(pair?.resourceId ?? '')).toEqual([id, '-7']);
      expect([pair?.data.id, pair?.tenant]).toEqual([pair?.resourceId, 't1']);
    },
  );

  it('gives the new key after a change of the key', async () => {
    await sql(`insert into pair values ('old', 1)`);
    await sql(`update pair set "a b" = 'new' where "a b" = 'old'`);
    expect((await read()).map(({ resourceId }) => resourceId)).toEqual(['["old","1"]', '["new","1"]']);
  });

  it('logs the rows of a table without a key, each change with no id', async () => {
    await sql(`insert into heap values (1, 's'), (1, 's')`);
    await sql(`update heap set n = 2`);
    await sql(`delete from heap`);
    const changes = await read();
    expect(changes.map(({ op }) => op)).toEqual(['insert', 'insert', 'update', 'update', 'delete', 'delete']);
    for (const { resourceId, data, model } of changes) {
      expect([model, resourceId, data.id, data.redacted]).toEqual(['heap', null, undefined, ['token']]);
    }
  });

  it('logs a table whose key is unique only, with types that have no equality and names that are keywords', async () => {
    await sql(`insert into code values ('c', 1, 's', '<a/>', '(1,2)')`);
    await sql(`update code set xml = '<b/>', point = '(1,3)'`);
    await sql(`update code set xml = '<b/>', point = '(1,3)'`);
    expect((await read()).map(({ op, resourceId, data }) => [op, resourceId, data.new])).toEqual([
      ['insert', 'c', { code: 'c', by: 1, select: 's', xml: '<a/>', point: '(1,2)' }],
      ['update', 'c', { code: 'c', by: 1, select: 's', xml: '<b/>', point: '(1,3)' }],
    ]);
  });

  it.each(['aged', 'aged_secret'])(
    'knows the default of a column of %s that is younger than the row',
    async (table) => {
      await sql(`insert into ${table} values (1, 's'), (2, 's')`);
      await sql(`alter table ${table} add column extra int default 5, add column late timestamp default '2026-01-01'`);
      await sql(`update ${table} set extra = 6 where id = 1`);
      await sql(`delete from ${table} where id = 2`);
      const [, , update, gone] = await read();
      const late = '2026-01-01T00:00:00';
      expect(update?.data).toMatchObject({ old: { id: 1, extra: 5, late }, new: { id: 1, extra: 6, late } });
      expect(gone?.data).toMatchObject({ old: { id: 2, extra: 5, late } });
    },
  );

  it('lets writes go on when columns were added, dropped and renamed after it was installed', async () => {
    await sql(`insert into renamed values (1, 'p', 'n')`);
    await sql(`alter table renamed add column extra int default 5, drop column note`);
    await sql(`alter table renamed rename column id to key`);
    await sql(`alter table renamed_pair rename column b to c`);
    await sql(`update renamed set extra = 6`);
    await sql(`insert into renamed_pair values (1, 2, 'x')`);
    await sql(`delete from renamed`);
    const [, update, pair, gone] = await read();
    expect(update).toMatchObject({ op: 'update', data: { old: { key: 1, extra: 5 }, new: { key: 1, extra: 6 } } });
    expect(pair).toMatchObject({ model: 'renamed_pair', resourceId: null, flags: ['no-context', 'malformed'] });
    expect(gone).toMatchObject({ op: 'delete', data: { old: { key: 1, extra: 6 } } });
  });

  it('lets writes go on when a secret column was renamed after it was installed', async () => {
    await sql(`create table if not exists secretive (id int primary key, password text)`);
    const rules = '{"blank":{"password":null},"redact":["password"],"mask":{},"ignore":[],"json":[]}';
    await sql(`select audit.attach('public.secretive', array['secretive', 'id', '', '${rules}', '', '{"password":null}', '', '{password}', '', '', '', ''])`); // prettier-ignore
    await sql(`insert into secretive values (1, 'p')`);
    await sql(`alter table secretive rename column password to word`);
    await sql(`update secretive set word = 'q'`);
    expect((await read()).map(({ op, resourceId }) => [op, resourceId])).toEqual([
      ['insert', '1'],
      ['update', '1'],
    ]);
  });

  it('depends on no setting of the session', async () => {
    const client = await quickstart.pool.connect();
    await client.query(`set bytea_output = escape; set "TimeZone" = 'Asia/Tokyo'; set "DateStyle" = 'SQL, DMY'`);
    await client.query(`set extra_float_digits = -10; set "IntervalStyle" = sql_standard; set search_path = ''`);
    await client.query(`create temp table old_style as select 1`);
    await client.query(`insert into public."User" ("tenantId", email, name, "passwordHash", avatar)
                        values ('t', 'bytes', 'n', 'h', '\\x00ff')`);
    client.release(true);
    expect((await read())[0]?.data.new).toMatchObject({ avatar: '\\x00ff' });
  });
});
