import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { SealerStore } from '../../src/store/log.port.js';
import { createLog, lead, write, type TestLog } from '../support/log.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { readLog } from './read-log.js';

// A server of its own: transaction ids are the server's, and here nobody else may take one.
let server: PostgresServer;
let log: TestLog;
beforeAll(async () => {
  server = await startPostgres({ own: true, settings: ['max_prepared_transactions=5', 'autovacuum=off'] });
});
afterAll(() => server.stop());
beforeEach(async () => {
  log = await createLog(server.url);
});
afterEach(() => log.close());

/** A transaction that has its id, and no position yet. */
async function open(): Promise<pg.Client> {
  const client = await log.connect();
  await client.query('begin');
  await client.query('select pg_current_xact_id()');
  return client;
}

/** Positions in the order of their entries; the default chain's own first entry left out. */
async function sealed(): Promise<number[]> {
  const { entries, problems } = await readLog(log.pool);
  expect(problems).toEqual([]);
  return entries.filter(({ action }) => action !== 'chain.open').map(({ pos }) => pos);
}

async function savedLow(): Promise<number> {
  const { rows } = await log.pool.query<{ low: string }>('select low from audit.sealer');
  return Number(rows[0]?.low);
}

describe('a position below a committed one', () => {
  /** Three transactions begin in order; the newest holds the hole, the oldest commits above it, the middle one ends. */
  async function newestIsLate(store: SealerStore): Promise<number[]> {
    const leader = await lead(store);
    const [oldest, middle, newest] = [await open(), await open(), await open()];
    await write(newest);
    await write(oldest);
    await oldest.query('commit');
    await leader.round(); // sees the hole, takes the bound
    await middle.query('commit');
    await leader.round();
    await leader.round();
    await newest.query('commit');
    await leader.round();
    await leader.end();
    return await sealed();
  }

  it('is waited for when its transaction is the newest of all', async () => {
    expect(await newestIsLate(log.store)).toEqual([2, 1]);
  });

  it('fails without the rule: pg_snapshot_xmax is no bound', async () => {
    const bound = async (): Promise<bigint> => {
      const { rows } = await log.pool.query(`select pg_snapshot_xmax(pg_current_snapshot())::text as bound`);
      return BigInt(rows[0].bound);
    };
    expect(await newestIsLate({ ...log.store, bound })).toEqual([2]);
  });

  /** The hole is made after the leader has begun its round, and before it reads. */
  async function madeWithinARound(makeStore: (read: SealerStore['read']) => SealerStore): Promise<number[]> {
    const late = await log.connect();
    let made = false;
    const leader = await lead(
      makeStore(async (...asked) => {
        if (!made) {
          made = true;
          await late.query('begin');
          await write(late); // 1
          await write(log.pool); // 2
        }
        return await log.store.read(...asked);
      }),
    );
    for (let i = 0; i < 3; i += 1) await leader.round();
    await late.query('commit');
    await leader.round();
    await leader.end();
    return await sealed();
  }

  it('is waited for when its transaction began just before the hole was seen', async () => {
    expect(await madeWithinARound((read) => ({ ...log.store, read }))).toEqual([2, 1]);
  });

  it('fails without the rule: a bound from before the reading', async () => {
    let early = 0n;
    const order = await madeWithinARound((read) => ({
      ...log.store,
      read: async (...asked) => {
        early = await log.store.bound();
        return await read(...asked);
      },
      bound: async () => early,
    }));
    expect(order).toEqual([2]);
  });

  it('is waited for while its transaction is prepared and nobody is connected', async () => {
    const client = await open();
    await write(client);
    await client.query(`prepare transaction 'late'`);
    await client.end();
    await write(log.pool);
    const leader = await lead(log.store);
    for (let i = 0; i < 3; i += 1) await leader.round();
    expect(await sealed()).toEqual([2]);
    await log.pool.query(`commit prepared 'late'`);
    await leader.round();
    await leader.end();
    expect(await sealed()).toEqual([2, 1]);
  });

  it.each([
    ['rolled back', 'rollback to savepoint s', [3, 2]],
    ['released', 'release savepoint s', [3, 1, 2]],
  ])('is waited for until its whole transaction ends, its savepoint %s', async (_, end, order) => {
    const client = await log.connect();
    await client.query('begin');
    await client.query('savepoint s');
    await write(client); // 1, the first thing that this transaction writes
    await client.query(end);
    await write(client); // 2
    await write(log.pool); // 3
    const leader = await lead(log.store);
    for (let i = 0; i < 3; i += 1) await leader.round();
    expect(await sealed()).toEqual([3]);
    await client.query('commit');
    for (let i = 0; i < 3; i += 1) await leader.round();
    const last = await write(log.pool);
    await leader.round();
    await leader.end();
    expect(await sealed()).toEqual([...order, last]);
    expect(await savedLow()).toBe(last);
  });

  it('that a statement of 100,000 rolled-back rows has left is one gap, and goes in one look', async () => {
    const asked: number[] = [];
    const store: SealerStore = {
      ...log.store,
      read: async (gaps, high, limit) => {
        asked.push(gaps.length);
        return await log.store.read(gaps, high, limit);
      },
    };
    const client = await log.connect();
    await client.query('begin');
    await client.query(
      `insert into audit.content (source, op, model) select 'change', 'insert', 'Note' from generate_series(1, 100000)`,
    );
    await client.query('rollback');
    expect(await write(log.pool)).toBe(100_001);
    const leader = await lead(store);
    for (let i = 0; i < 4; i += 1) await leader.round();
    expect(asked).toEqual([0, 1, 0, 0]);
    const last = await write(log.pool);
    await leader.round();
    await leader.end();
    expect(await savedLow()).toBe(last);
  });
});
