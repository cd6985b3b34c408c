import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import {
  createPool,
  migrate,
  planTriggers,
  reconcilePrivileges,
  reconcileTriggers,
  type Coverage,
  type LogLockOptions,
} from '../../src/store/postgres/index.js';
import { run, type Ran } from '../cli/run.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { createLog, type TestLog } from '../support/log.js';

const TABLES = `create table one (id int primary key); create table two (id int primary key, password text); create table "Drei" (id int)`;
const steps = async (pool: pg.Pool, coverage: Coverage = {}): Promise<string[]> =>
  (await planTriggers(pool, coverage)).map(({ table, step }) => `${table.name} ${step}`);
const controls = async (pool: pg.Pool): Promise<number> =>
  (await pool.query<{ n: number }>(`select count(*)::int as n from audit.content where source = 'control'`)).rows[0]
    ?.n ?? -1;

describe('migrate, while an application writes', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await createLog();
    await log.pool.query(TABLES);
  });
  afterEach(() => log.close());

  /** Until somebody waits, or has waited, for a lock on the table. */
  async function untilTried(table: string): Promise<void> {
    const asked = `select from pg_locks where relation = $1::regclass and mode = 'ShareRowExclusiveLock' and not granted`;
    while ((await log.pool.query(asked, [table])).rowCount === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('holds up neither other writers nor readers of a table that a long transaction holds, and goes on when that ends', async () => {
    const [long, other] = [await log.connect(), await log.connect()];
    await long.query('begin; insert into two values (1)');
    const migrating = reconcileTriggers(log.pool, {}, { attemptMs: 50, timeoutMs: 20_000 });
    await untilTried('two');
    await other.query('insert into two values (2)'); // the long transaction has not ended
    await other.query('select * from two');
    await long.query('insert into one values (1)'); // a table that is done is free again: no deadlock
    await long.query('commit');
    await migrating;
    expect(await steps(log.pool)).toEqual(['Drei keep', 'one keep', 'two keep']);
  });

  it('keeps what it did when it gives up, and does the rest the next time', async () => {
    const long = await log.connect();
    await long.query('begin; insert into two values (1)');
    await expect(reconcileTriggers(log.pool, {}, { attemptMs: 20, timeoutMs: 60 })).rejects.toMatchObject({
      code: 'AUDIT_TABLE_LOCKED',
      facts: { table: '"public"."two"', holders: [expect.stringMatching(/^pid \d+ \(postgres, idle in transaction/)] },
      message: expect.stringMatching(/Run it again at a quieter moment, or end the transaction/),
    });
    expect(await steps(log.pool)).toEqual(['Drei keep', 'one keep', 'two add']);
    await long.query('commit');
    await reconcileTriggers(log.pool, {});
    expect(await steps(log.pool)).toEqual(['Drei keep', 'one keep', 'two keep']);
  });

  it('waits for readers only where triggers have to be dropped', async () => {
    await reconcileTriggers(log.pool, {});
    const reader = await log.connect();
    await reader.query('begin; select * from one; select * from two');
    const quick = { attemptMs: 20, timeoutMs: 60 };
    await reconcileTriggers(log.pool, { models: { one: { redact: ['id'] } } }, quick);
    await expect(reconcileTriggers(log.pool, { models: { two: false } }, quick)).rejects.toMatchObject({ code: 'AUDIT_TABLE_LOCKED' }); // prettier-ignore
    await reader.query('rollback');
    await reconcileTriggers(log.pool, { models: { two: false } }, quick);
    expect(await steps(log.pool, { models: { two: false } })).toEqual(['Drei keep', 'one keep', 'two skip']);
  });

  it('makes each trigger once when four do it at the same time', async () => {
    await Promise.all([1, 2, 3, 4].map(() => reconcileTriggers(log.pool, {})));
    expect(await steps(log.pool)).toEqual(['Drei keep', 'one keep', 'two keep']);
    await log.pool.query('select audit.watch_coverage()');
    expect(await controls(log.pool)).toBe(0); // a trigger made twice would be a change
  });

  it('does not touch what is right', async () => {
    await reconcileTriggers(log.pool, {});
    const long = await log.connect();
    await long.query('begin; lock table one, two, "Drei" in access exclusive mode');
    expect((await reconcileTriggers(log.pool, {}, { attemptMs: 1, timeoutMs: 1 })).map(({ step }) => step)).toEqual(['keep', 'keep', 'keep']); // prettier-ignore
    await long.query('rollback');
  });
});

describe('migrate, while somebody holds its lock', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await createLog();
    await log.pool.query(TABLES);
  });
  afterEach(() => log.close());
  const TAKE = `select pg_advisory_lock(hashtext('nestjs-prisma-audit'), hashtext('audit'))`;
  const lock = (told: (readonly string[])[] = [], timeoutMs = 300): LogLockOptions => ({ onWait: (holders) => told.push(holders), patienceMs: 50, timeoutMs }); // prettier-ignore
  const each: [string, (lock: LogLockOptions) => Promise<unknown>][] = [
    ['the log', (options) => migrate(log.pool, { schema: 'audit', lock: options })],
    ['triggers', (options) => reconcileTriggers(log.pool, {}, { lock: options })],
    ['rights', (options) => reconcilePrivileges(log.pool, { schema: 'audit', lock: options })],
  ];

  it.each(each)('says who it is, once, and gives up: %s', async (_, change) => {
    const hostile = await log.connect();
    await hostile.query(`set application_name = 'of a tenant'; ${TAKE}`);
    const told: (readonly string[])[] = [];
    const holder = expect.stringMatching(/^pid \d+ \(postgres, of a tenant, idle, since \d\d:\d\d:\d\d\)$/);
    await expect(change(lock(told))).rejects.toMatchObject({ code: 'AUDIT_MIGRATE_LOCKED', facts: { holders: [holder] }, message: expect.stringMatching(/pg_terminate_backend/) }); // prettier-ignore
    expect(told).toEqual([[holder]]);
    await hostile.query(`select pg_advisory_unlock_all()`);
    await change(lock());
  });

  it('goes on when it is let go, and names a transaction that was prepared', async () => {
    const other = await log.connect();
    await other.query(`begin; select pg_advisory_xact_lock(hashtext('nestjs-prisma-audit'), hashtext('audit'))`);
    const prepared = await other.query(`prepare transaction 'forgotten'`).then(() => true, () => false); // prettier-ignore
    if (!prepared) return; // max_prepared_transactions is 0
    const told: (readonly string[])[] = [];
    const migrating = migrate(log.pool, { schema: 'audit', lock: lock(told, 60_000) });
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await other.query(`rollback prepared 'forgotten'`);
    await migrating;
    expect(told).toEqual([[expect.stringMatching(/^the prepared transaction forgotten \(postgres, since /)]]);
  });

  it('has as long for each of many others that migrate', async () => {
    const others = await Promise.all([1, 2].map(() => log.connect()));
    const until = Date.now() + 1_200;
    const busy = others.map(async (client) => {
      await client.query(`set application_name = 'nestjs-prisma-audit migrate'`);
      while (Date.now() < until) await client.query(`begin; select pg_advisory_xact_lock(hashtext('nestjs-prisma-audit'), hashtext('audit')); select pg_sleep(0.15); commit`); // prettier-ignore
    });
    await migrate(log.pool, { schema: 'audit', lock: lock([], 400) });
    await Promise.all(busy);
  });

  it('is told on standard error by the command, with what is foreign made visible', async () => {
    const hostile = await log.connect();
    await hostile.query(`set application_name = 'a\\b'; ${TAKE}`);
    const ran = run(['migrate'], { url: log.url });
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await hostile.query(`select pg_advisory_unlock_all()`);
    const { code, err } = await ran;
    expect(err).toMatch(
      /^waiting for the lock under which the log is changed, held by pid \d+ \(postgres, a\\+b, idle, since [\d:]+\)\n$/,
    );
    expect(code).toBe(0);
  });
});

describe('two processes that migrate at once', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    database = await createDatabase();
    pool = createPool(database.url, { max: 2, applicationName: 'test' });
    await pool.query(TABLES);
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  it('install the log once and each trigger once, and both end well', async () => {
    const both: Ran[] = await Promise.all([1, 2].map(() => run(['migrate'], { url: database.url })));
    expect(both.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const installed = both.filter(({ out }) => out.includes('+ 0001_log.sql'));
    expect(installed).toHaveLength(1);
    expect(await steps(pool)).toEqual(['Drei keep', 'one keep', 'two keep']);
    const { rows } = await pool.query(
      'select count(*)::int as n, count(distinct name)::int as names from audit.migration',
    );
    expect(rows[0].n).toBe(rows[0].names);
    // No trigger was made twice: that would be a change, and sealed.
    const { rows: found } = await pool.query('select audit.watch_coverage() as changes');
    expect(found).toEqual([{ changes: 0 }]);
    expect(await controls(pool)).toBe(0);
  });
});
