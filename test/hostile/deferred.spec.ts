import { afterEach, beforeEach, expect } from '@jest/globals';
import type { PoolClient } from 'pg';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { hostile } from '../support/hostile.js';
import { lastPosition, readContent } from '../support/quickstart.js';

const SQL = `
create table due (id int primary key, x int);
create table booked (id int generated always as identity primary key, x int);
create table left_out (id int primary key, x int);
create function book() returns trigger language plpgsql as 'begin insert into booked (x) values (new.x); return null; end';
create constraint trigger later after insert on due deferrable initially deferred for each row execute function book();
create constraint trigger later after insert on left_out deferrable initially deferred for each row execute function book();
alter table audit.content set (autovacuum_enabled = false)`;

const ROWS = 300;
const BETWEEN = 400;
const insert = (table: string, from = 1): string => `insert into ${table} select g, g from generate_series(${from}, ${from + ROWS - 1}) g`; // prettier-ignore
const by = (actor: string): string => `/*audit1:${'0'.repeat(32)}${Buffer.from(JSON.stringify({ id: actor })).toString('hex')}*/`; // prettier-ignore
const old = (count: number, at: string): string =>
  `insert into audit.content (at, source, op, model, actor, data) select ${at}, 'change', 'update', 'Thing', '{"id":"old"}', '{}' from generate_series(1, ${count})`;

let log: FilledLog;
let start = 0;
let client: PoolClient;
beforeEach(async () => {
  log = await emptyLog();
  await log.pool.query(SQL);
  await reconcileTriggers(log.pool, { models: { left_out: false } });
  client = await log.pool.connect();
  start = await lastPosition(log.pool);
});
afterEach(async () => {
  client.release(true);
  await log.close();
});
const run = async (...statements: string[]): Promise<void> => {
  for (const sql of statements) await client.query(sql);
};

/** How many rows of the log are looked at for what fires now. */
async function lookedAt(): Promise<number> {
  const count = async (): Promise<number> =>
    (await client.query<{ n: number }>(`select (seq_tup_read + idx_tup_fetch)::int as n from pg_stat_xact_all_tables where relid = 'audit.content'::regclass`)).rows[0]?.n ?? 0; // prettier-ignore
  const before = await count();
  await run('set constraints all immediate');
  return (await count()) - before;
}

/** Who wrote what fired at the end, and its flags: each once. */
async function booked(): Promise<unknown[]> {
  const rows = (await readContent(log.pool, start)).filter(({ model }) => model === 'booked');
  return [...new Set(rows.map(({ actor, flags }) => JSON.stringify([(actor as { id: string }).id, flags])))].map((row) => JSON.parse(row) as unknown); // prettier-ignore
}

const NONE = ['db:postgres', ['deferred', 'no-context']];
const otherTransactions = async (): Promise<void> => {
  for (let i = 0; i < 4; i += 1) await log.pool.query(`insert into booked (x) select g from generate_series(1, ${BETWEEN / 4}) g ${by('other')}`); // prettier-ignore
  start = await lastPosition(log.pool);
};

/** What the log is like before. */
const LOGS: readonly [name: string, statements: string[]][] = [
  ['empty, never analysed', []],
  ['empty, analysed', [`analyze audit.content`]],
  ['long, never analysed', [old(12_000, `now() - interval '1 hour'`)]],
  ['long, analysed', [old(12_000, `now() - interval '1 hour'`), `analyze audit.content`]],
  ['long, analysed when it was empty', [`analyze audit.content`, old(12_000, `now() - interval '1 hour'`)]],
];

/** What the transaction does before its end; who has acted then. */
const TRANSACTIONS: readonly [name: string, act: () => Promise<void>, who: unknown, most?: number][] = [
  ['with a context', () => run(insert('due') + by('ann')), ['ann', ['deferred']]],
  ['without a context', () => run(insert('due')), NONE],
  ['which has written nothing to the log', () => run(insert('left_out') + by('ann')), NONE],
  ['that wrote with a context, and then without', () => run(`insert into due values (0, 0) ${by('ann')}`, insert('due')), ['ann', ['deferred']]],
  ['that wrote without a context, and then with one', () => run(insert('due'), `insert into due values (0, 0) ${by('ann')}`), ['ann', ['deferred']]],
  ['of two actors, of whom the last one counts', () => run(insert('due') + by('ann'), `update due set x = 0 where id = 1 ${by('bob')}`), ['bob', ['deferred']]],
  ['whose context was rolled back', () => run(insert('left_out'), 'savepoint s', insert('due') + by('ann'), 'rollback to s'), NONE],
  ['whose comment is malformed', () => run(`${insert('due')} /*audit1:${'0'.repeat(32)}x*/`), NONE],
  ['with a context, and others’ changes since', async () => (await run(insert('due') + by('ann')), await otherTransactions()), ['ann', ['deferred']], BETWEEN],
  ['without a context, and others’ changes since', async () => (await run(insert('due')), await otherTransactions()), NONE, BETWEEN],
  ['which has written nothing to the log, and others’ changes since', async () => (await run(insert('left_out')), await otherTransactions()), NONE, BETWEEN],
]; // prettier-ignore

hostile('changes at the end of a transaction', (holds) => {
  for (const [i, [name, before]] of LOGS.entries())
    for (const [transaction, act, who, most = 0] of TRANSACTIONS)
      holds(
        `a log that is ${name}, a transaction ${transaction}`,
        async () => {
          await run(...before);
          start = await lastPosition(log.pool);
          await run('begin');
          await act();
          // What was there when it began to look, once, and then one or two rows for each change.
          expect(await lookedAt()).toBeLessThan(ROWS * 5 + most);
          await run('commit');
          expect(await booked()).toEqual([who]);
        },
        { full: i !== 0 && i !== 3 },
      );

  holds('10,000 changes of others within the last second are looked at once', async () => {
    await run('begin', insert('left_out'));
    await log.pool.query(old(12_000, 'clock_timestamp()'));
    expect(await lookedAt()).toBeLessThan(10_000 + ROWS * 5);
  });
  holds('a later deferral of the same transaction has a context of its own', async () => {
    await run('begin', insert('due'), 'set constraints all immediate', 'set constraints all deferred');
    await run(insert('due', 10_000) + by('ann'));
    expect(await lookedAt()).toBeLessThan(ROWS * 5);
    await run('commit');
    expect(await booked()).toEqual([NONE, ['ann', ['deferred']]]);
  });
  holds('a row of a copied log with the id of this transaction is not its own', async () => {
    await run('begin', insert('left_out'));
    await log.pool.query(`insert into audit.content (xid, at, source, op, model, actor, data) select $1::text::xid8, now() - interval '1 day', 'change', 'insert', 'Thing', '{"id":"copied"}', '{}'`, [(await client.query('select pg_current_xact_id()::text as xid')).rows[0].xid]); // prettier-ignore
    await run('commit');
    expect(await booked()).toEqual([NONE]);
  });
  holds('a change that could not be logged says nothing of who acts', async () => {
    await run('begin', insert('due') + by('ann'));
    await run(`insert into audit.content (source, op, model, data, flags) values ('change', 'insert', 'due', '{}', 'gap')`, 'commit'); // prettier-ignore
    expect(await booked()).toEqual([['ann', ['deferred']]]);
  });
  const off = ['enable_indexscan', 'enable_seqscan', 'enable_sort', 'enable_bitmapscan', 'enable_indexonlyscan'];
  for (const setting of off)
    holds(`a session with ${setting} = off`, async () => {
      await run(old(12_000, `now() - interval '1 hour'`), `set ${setting} = off`, 'begin', insert('due'));
      expect(await lookedAt()).toBeLessThan(ROWS * 5);
    });
});
