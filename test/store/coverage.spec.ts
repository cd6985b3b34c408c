import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { examine } from '../../src/store/postgres/health.js';
import { planTriggers, reconcileTriggers, type Coverage } from '../../src/store/postgres/index.js';

const TABLES = `
create domain secret as text not null;
create table one (id int primary key, "apiKey" text);
create table two (a int not null, b int not null, c text, unique (c), unique (a, b));
create table none (x int, unique (x));
create table "odd ""name'" ("the id" int primary key);
create table partitioned (id int primary key) partition by range (id);
create table part partition of partitioned for values from (0) to (10);
create table _prisma_migrations (id int primary key);
create view seen as select 1 as id;
create schema app;
create table app.one (id int primary key);
`;
let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(TABLES);
});
afterAll(() => log.close());

const steps = async (coverage: Coverage = {}): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await planTriggers(log.pool, coverage)).map(({ table, step }) => [`${table.schema}.${table.name}`, step]),
  );
const captured = async (sql: string): Promise<number> => {
  const count = `select count(*)::int as n from audit.content`;
  const before = (await log.pool.query(count)).rows[0].n as number;
  await log.pool.query(sql);
  return ((await log.pool.query(count)).rows[0].n as number) - before;
};

describe('the tables of a database', () => {
  it('are all audited at first, but Prisma’s own, partitions and views', async () => {
    const expected = ['odd "name\'', 'none', 'one', 'partitioned', 'two'].map((name) => [`public.${name}`, 'add']);
    expect(await steps()).toEqual(Object.fromEntries(expected));
    expect(await steps({ schemas: ['app'] })).toEqual({ 'app.one': 'add' });
  });

  it('are known with their keys: primary, else unique without NULL, else none', async () => {
    const plan = await planTriggers(log.pool, {});
    expect(Object.fromEntries(plan.map(({ table }) => [table.name, table.key]))).toEqual({
      one: ['id'],
      two: ['a', 'b'],
      none: [],
      'odd "name\'': ['the id'],
      partitioned: ['id'],
    });
  });

  it('get their triggers, once', async () => {
    const done = await reconcileTriggers(log.pool, {});
    expect(done.map(({ step }) => step)).toEqual(['add', 'add', 'add', 'add', 'add']);
    expect(new Set(Object.values(await steps()))).toEqual(new Set(['keep']));
    expect((await reconcileTriggers(log.pool, {})).map(({ step }) => step)).not.toContain('add');
    expect(await captured(`insert into one values (1, 'x'); insert into "odd ""name'" values (1); insert into partitioned values (1); truncate none`)).toBe(4); // prettier-ignore
  });
});

const insertTrigger = (call: string, when = ''): string =>
  `create or replace trigger "!audit_insert" after insert on one referencing new table as new_rows for each statement ${when} execute function ${call}`;

describe('drift is seen by plan and doctor, and mended:', () => {
  it.each([
    ['a trigger switched off', 'alter table one disable trigger "!audit_update"'],
    ['all triggers switched off', 'alter table one disable trigger all'],
    ['a trigger for replicas alone', 'alter table one enable replica trigger "!audit_delete"'],
    ['the trigger for TRUNCATE switched off', 'alter table one disable trigger "!audit_truncate"'],
    ['the trigger for TRUNCATE dropped', 'drop trigger "!audit_truncate" on one'],
    ['one trigger dropped', 'drop trigger "!audit_insert" on one'],
    ['other arguments', insertTrigger(`audit.capture('one', 'id', '', '', '')`)],
    ['a condition', insertTrigger(`audit.capture('one', 'id', '', '', '')`, 'when (pg_trigger_depth() > 9)')],
    ['a function of somebody else', `create function nothing() returns trigger language plpgsql as 'begin return null; end'; ${insertTrigger('nothing()')}`], // prettier-ignore
    [
      'a trigger for each row as well',
      `create trigger "!audit" after insert on one for each row execute function audit.capture('one', 'id', '', '', '')`,
    ],
    ['an application’s row trigger, behind which order needs row level', `create function also() returns trigger language plpgsql as 'begin return null; end'; create trigger also after insert on one for each row execute function also()`], // prettier-ignore
    ['no application’s row trigger any more', 'drop trigger also on one'],
  ])('%s', async (_name, sql) => {
    await log.pool.query(sql);
    expect((await steps())['public.one']).toBe('replace');
    expect((await examine(log.pool, 'audit', {})).problems).toContain(
      'one has a capture trigger that is not what audit.config says, or is switched off: run "nestjs-prisma-audit migrate"',
    );
    await reconcileTriggers(log.pool, {});
    expect((await steps())['public.one']).toBe('keep');
    expect(
      await captured(`update one set "apiKey" = "apiKey" || 'x'; truncate one; insert into one values (1, 'x')`),
    ).toBe(3);
    expect((await examine(log.pool, 'audit', {})).problems).toEqual([expect.stringMatching(/no sealer is alive/)]);
  });
});

describe('a partition that came after the triggers', () => {
  const told = async () =>
    (await examine(log.pool, 'audit', {})).checks
      .filter(({ name, state }) => /^(trigger|partitions):/.test(name) && state !== 'ok')
      .map(({ state, message }) => [state, message]);

  it('is warned of by doctor, and given its trigger by migrate', async () => {
    await log.pool.query('create table later partition of partitioned for values from (10) to (20)');
    const message = 'partitioned: a TRUNCATE of its partition later by its own name would not be captured';
    expect(await told()).toEqual([['warn', message]]);
    expect(await captured('insert into partitioned values (11); truncate later')).toBe(1);
    await reconcileTriggers(log.pool, {});
    expect((await steps())['public.partitioned']).toBe('keep');
    expect(await told()).toEqual([]);
    expect(await captured('insert into partitioned values (11); truncate later')).toBe(2);
  });

  it('loses it with the others when the model is left out', async () => {
    await reconcileTriggers(log.pool, { models: { partitioned: false } });
    expect(await captured('insert into partitioned values (11); truncate later, partitioned')).toBe(0);
    await reconcileTriggers(log.pool, {});
  });
});

describe('reconciling', () => {
  it('takes a trigger away when its model is left out, and says so', async () => {
    const coverage: Coverage = { models: { two: false } };
    expect((await steps(coverage))['public.two']).toBe('remove');
    await reconcileTriggers(log.pool, coverage);
    expect(await steps(coverage)).toMatchObject({ 'public.two': 'skip', 'public.one': 'keep' });
    expect(await captured(`insert into two values (1, 1, 'x'); truncate two`)).toBe(0);
    expect((await steps())['public.two']).toBe('add');
  });

  it('changes nothing when one model is wrong', async () => {
    await log.pool.query('create table three (id secret primary key, token secret)');
    await expect(reconcileTriggers(log.pool, {})).rejects.toMatchObject({
      code: 'AUDIT_CONFIG_INVALID',
      message: expect.stringMatching(/model three: token cannot be redacted/),
    });
    expect((await steps({ models: { three: false } }))['public.two']).toBe('add');
    await log.pool.query('drop table three');
  });

  it('gives up a table that stays locked, and names it and who holds it', async () => {
    const client = await log.pool.connect();
    await client.query('begin; lock table two in row exclusive mode');
    await expect(reconcileTriggers(log.pool, {}, { attemptMs: 20, timeoutMs: 100 })).rejects.toMatchObject({
      code: 'AUDIT_TABLE_LOCKED',
      message: expect.stringMatching(
        /^"public"\."two" was in use .*held by pid \d+ \(postgres, test, idle in transaction, since /,
      ),
    });
    await client.query('rollback');
    client.release();
    expect((await steps())['public.two']).toBe('add');
  });
});
