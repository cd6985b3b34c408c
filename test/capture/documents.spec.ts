import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secretNames, secretPatterns } from '../../src/event/redaction.js';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { lastPosition, readContent } from '../support/quickstart.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';

const TABLES = `
create table account (id int primary key, iban text, pin int, seen timestamptz, password text, note text, unit text, flag text, tg_argv text, n int, o int);
create table paper (id int primary key, meta jsonb, raw json, list jsonb[], note text, password text);`;
const MODELS = { account: { mask: { iban: 4, pin: 2 }, ignore: ['seen'] } };

let log: FilledLog;
let start = 0;
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(TABLES);
  await reconcileTriggers(log.pool, { models: MODELS });
});
afterAll(() => log.close());
beforeEach(async () => {
  start = await lastPosition(log.pool);
});
const after = async (...statements: string[]) => {
  for (const sql of statements) await log.pool.query(sql);
  return await readContent(log.pool, start);
};

describe('a masked column', () => {
  it('keeps its last characters, on either side, and none of a value that they would be half of', async () => {
    const [insert, update, remove] = await after(
      `insert into account values (1, 'DE02120300000000202051', 12345)`,
      `update account set iban = 'DE99000000000000002051', pin = 123, note = 'x'`,
      `delete from account`,
    );
    expect(insert?.data).toMatchObject({
      new: { iban: null, pin: null },
      masked: { new: { iban: '****2051', pin: '****45' } },
    });
    expect(update?.data).toMatchObject({
      masked: { old: { iban: '****2051', pin: '****45' }, new: { iban: '****2051', pin: '****' } },
      redactedChanged: ['iban', 'pin'],
    });
    expect(remove?.data).toMatchObject({ old: { iban: null }, masked: { old: { iban: '****2051', pin: '****' } } });
    expect(JSON.stringify([insert, update, remove])).not.toMatch(/DE02|DE99|12345/);
  });

  it('of nothing is nothing', async () => {
    const [insert] = await after(`insert into account (id) values (2)`);
    expect(insert?.data).not.toHaveProperty('masked');
  });
});

describe('an ignored column', () => {
  it('is never told, and a change of nothing else makes no entry', async () => {
    const changes = await after(
      `insert into account (id, seen) values (3, now()), (4, now())`,
      `update account set seen = now() + interval '1 day'`,
      `update account set seen = now() + interval '2 days', note = 'x' where id = 3`,
    );
    expect(changes.map(({ op, data }) => [op, data.new?.['seen'], (data as { ignored?: unknown }).ignored])).toEqual([
      ['insert', null, ['seen']],
      ['insert', null, ['seen']],
      ['update', null, ['seen']],
    ]);
  });
});

describe('a document', () => {
  it.each<[string, string, string]>([
    ['on its first level', `{"apiKey": "k", "a": 1}`, `{"a": 1, "apiKey": "[redacted]"}`],
    ['deeper', `{"a": [{"b": {"user_password": {"x": 1}}}, 2]}`, `{"a": [{"b": {"user_password": "[redacted]"}}, 2]}`],
    ['but null', `{"token": null}`, `{"token": null}`],
    ['with an escape in its name', `{"p\\u0061ssword": "k"}`, `{"password": "[redacted]"}`],
    ['of another name that has the word in it', `{"shipping": 1, "keyboard": 2}`, `{"keyboard": 2, "shipping": 1}`],
  ])('hides a secret %s', async (_where, document, shown) => {
    await log.pool.query('delete from paper');
    start = await lastPosition(log.pool);
    const [insert] = await after(
      `insert into paper (id, meta, raw, list) values (1, '${document}', '${document}', array['${document}'::jsonb])`,
    );
    const wanted: unknown = JSON.parse(shown);
    expect(insert?.data.new).toMatchObject({ meta: wanted, raw: wanted, list: [wanted] });
    if (shown.includes('redacted')) expect(insert?.flags).toContain('redacted');
  });

  it('says which secret changed, by its path, although nothing else did', async () => {
    const changes = await after(
      `insert into paper (id, meta) values (2, '{"a": {"token": "k"}}')`,
      `update paper set meta = '{"a": {"token": "l"}}' where id = 2`,
      `update paper set note = 'x' where id = 2`,
    );
    expect(changes.map(({ data }) => [data.redacted, data.redactedChanged])).toEqual([
      [['meta.a.token', 'password'], undefined],
      [['meta.a.token', 'password'], ['meta.a.token']],
      [['meta.a.token', 'password'], undefined],
    ]);
    expect(JSON.stringify(changes)).not.toMatch(/"[kl]"/);
  });

  it('that cannot be read is kept when there is no secret in what can be, and else not shown at all', async () => {
    const [kept, hidden] = await after(
      String.raw`insert into paper (id, raw) values (3, '{"a": "\u0000"}')`,
      String.raw`insert into paper (id, raw) values (4, '{"a": "\u0000", "pass\u0000word": "leak"}')`,
    );
    expect(kept?.text).toContain(String.raw`{"a": "\u0000"}`);
    expect(hidden?.data.new).toMatchObject({ raw: '[redacted]' });
    expect(hidden?.text).not.toContain('leak');
  });

  it('too deep to be walked is not shown at all, and the write goes through', async () => {
    const deep = `${'['.repeat(4000)}{"token":"leak"}${']'.repeat(4000)}`;
    const [insert] = await after(`insert into paper (id, raw) values (6, '${deep}')`);
    expect(insert?.data.new).toMatchObject({ id: 6, raw: '[redacted]' });
  });

  it('of JSON null is told from a column that is NULL', async () => {
    const [json, none] = await after(
      `insert into paper (id, meta, raw) values (7, 'null', null)`,
      `insert into paper (id) values (8)`,
    );
    expect(json?.data).toMatchObject({ new: { meta: null, raw: null }, jsonNull: { new: ['meta'] } });
    expect(none?.data).not.toHaveProperty('jsonNull');
  });
});

it('a value beyond 1 MiB is cut to its size and hash; one of a million characters is not', async () => {
  const [insert, update] = await after(
    `insert into paper (id, note) values (9, repeat('x', 1000000))`,
    `update paper set note = repeat('y', 1500000), meta = jsonb_build_object('token', 's3cret', 'big', repeat('z', 1200000)) where id = 9`,
  );
  expect(insert?.data.new?.['note']).toHaveLength(1_000_000);
  expect(update?.flags).toContain('truncated');
  expect(update?.data).toMatchObject({
    new: { note: null, meta: null },
    cut: {
      new: {
        note: { bytes: 1_500_000, sha256: createHash('sha256').update('y'.repeat(1_500_000)).digest('hex') },
        meta: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    },
  });
});

it('a domain that refuses what is put in the place of a value fails no write, and shows no value', async () => {
  await log.pool.query(`create table strict (id int primary key, password text, meta jsonb, note text)`);
  await reconcileTriggers(log.pool, { models: { ...MODELS, strict: { ignore: ['note'] } } });
  await log.pool.query(`create domain never_null as text not null;
    create domain open as jsonb not null check (value ->> 'token' <> '[redacted]');
    alter table strict alter password type never_null, alter meta type open, alter note type never_null`);
  start = await lastPosition(log.pool);
  const changes = await after(
    `insert into strict values (1, 'leak', '{"token": "leak"}', 'leak')`,
    `update strict set password = 'leak2' where id = 1`,
    `update strict set note = 'leak3', meta = 'null'`,
    `delete from strict`,
  );
  expect(changes.map(({ op, data }) => [op, (data.new ?? data.old)?.['password'], data.redactedChanged])).toEqual([
    ['insert', null, undefined],
    ['update', null, ['password']],
    ['update', null, ['meta.token']],
    ['delete', null, undefined],
  ]);
  expect(JSON.stringify(changes)).not.toContain('leak');
});

it('columns named like the variables of the trigger are columns', async () => {
  const [insert, , update] = await after(
    `insert into account (id, unit, flag, tg_argv, n, o) values (20, 'u', 'f', 'a', 1, 2), (21, 'u', 'f', 'a', 1, 2)`,
    `update account set n = n + 1 where id >= 20`,
  );
  expect(insert?.data.new).toMatchObject({ unit: 'u', flag: 'f', tg_argv: 'a', n: 1, o: 2 });
  expect(update?.data).toMatchObject({ old: { n: 1 }, new: { n: 2 } });
});

describe('the names of secrets', () => {
  const word = fc.constantFrom('password', 'Pass', 'word', 'api', 'Key', 'KEY', 's', 'SSN', 'user', 'x', 'otp', 'token', 'Tokens', 'hash', '2', '_', '-', '.', 'pin', 'sses', 'card', 'Number', 'secretkey', 'es'); // prettier-ignore
  const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(''));

  it('are the same in the database as in this process', async () => {
    const names = fc.sample(name, 3000);
    for (const options of [{}, { add: ['user x'], remove: ['token'] }, { add: ['pass'], replaceDefaults: true }]) {
      const { rows } = await log.pool.query<{ secret: boolean }>(
        `select audit.is_secret(n, $2::json) as secret from unnest($1::text[]) with ordinality as u (n, ord) order by ord`,
        [names, JSON.stringify(secretPatterns(options))],
      );
      const here = secretNames(options);
      expect(names.filter((each, i) => rows[i]?.secret !== here(each))).toEqual([]);
    }
  });

  it('are by default the ones that triggers are not told', async () => {
    const { words, ...rest } = secretPatterns();
    const { rows: known } = await log.pool.query(`select audit.secret_names() as names`);
    expect(known).toEqual([{ names: { words, ...rest } }]);
    const documents = [...fc.sample(name, 1000).map((each) => JSON.stringify({ [each]: 1 })), 'null', '{}'];
    const { rows } = await log.pool.query<{ document: string; byDefault: boolean; told: boolean }>(
      `select d as document, audit.suspect(d, null) as "byDefault", audit.suspect(d, $2) as told from unnest($1::text[]) d`,
      [documents, ['null%', ...words].map((pattern) => Buffer.from(pattern))],
    );
    expect(rows.filter(({ byDefault, told }) => byDefault !== told)).toEqual([]);
    expect(new Set(rows.map(({ byDefault }) => byDefault))).toEqual(new Set([true, false]));
    expect(rows.find(({ document }) => document === 'null')?.byDefault).toBe(true);
  });

  it('are looked for by the functions of PostgreSQL, whatever else has their names', async () => {
    const client = await log.pool.connect();
    try {
      await client.query(`begin;
        create schema hostile; set local search_path = hostile, pg_catalog;
        create function hostile.lower(text) returns text language sql immutable as 'select ''x''::text';
        create function hostile.replace(text, text, text) returns text language sql immutable as 'select ''x''::text';
        create function hostile.never(text, text) returns boolean language sql immutable as 'select false';
        create operator hostile.~~ (leftarg = text, rightarg = text, function = hostile.never)`);
      const { rows } = await client.query(`select audit.suspect('{"api_key":1}', null) as told, lower('A') as lured`);
      expect(rows).toEqual([{ told: true, lured: 'x' }]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
