import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from '../../src/store/postgres/index.js';
import { Leader } from '../../src/sealer/leader.js';
import type { Reading, SealerStore } from '../../src/store/log.port.js';
import { brokenChains, capture, lead, openLog, sealed, type Log } from '../support/open-log.js';

let log: Log;
beforeEach(async () => {
  log = await openLog();
  await log.pool.query('create table counter (id int primary key, n int); insert into counter values (1, 0)');
});
afterEach(() => log.close());

/** Changes the record and captures it, as a trigger would. */
async function change(client: Pick<Pool, 'query'>, to: number): Promise<void> {
  await client.query('update counter set n = $1 where id = 1', [to]);
  await capture(client as Pool, String(to));
}

const history = async (): Promise<(string | null)[]> => (await sealed(log.pool)).map((row) => row.resourceId);

/** 0→1 in a transaction that is open when the sealer looks; then it commits, and 1→2 follows, between two readings. */
async function secondChangeBetweenReadings(twoSnapshots: boolean): Promise<void> {
  const slow = await log.pool.connect();
  await slow.query('begin');
  await change(slow, 1);
  await capture(log.pool, 'other');
  const between = async (): Promise<void> => {
    await slow.query('commit');
    await change(log.pool, 2);
  };
  let armed = false;
  const store: SealerStore = {
    ...log.store,
    async read(gaps, high, limit): Promise<Reading> {
      if (!armed) return log.store.read(gaps, high, limit);
      armed = false;
      if (!twoSnapshots) {
        await between();
        return log.store.read(gaps, high, limit);
      }
      const old = await log.store.read(gaps, Number.MAX_SAFE_INTEGER, limit); // the gaps first …
      await between();
      const tail = await log.store.read([], high, limit); // … and the tail in a snapshot of its own
      return { ...tail, horizon: old.horizon, rows: [...old.rows, ...tail.rows] };
    },
  };
  const lease = await store.acquire('a', 10_000);
  const term = new Leader(store, lease as NonNullable<typeof lease>, { leaseMs: 10_000, batchSize: 100 });
  await term.begin();
  await term.round();
  armed = true;
  for (let i = 0; i < 4; i += 1) await term.round();
  await term.end();
  slow.release();
}

describe('the history of a record', () => {
  it('is sealed in the order in which it happened, although the first change committed late', async () => {
    await secondChangeBetweenReadings(false);
    expect(await history()).toEqual(['other', '1', '2']);
  });

  it('would be sealed backwards if gaps and tail were read in two snapshots', async () => {
    await secondChangeBetweenReadings(true);
    expect(await history()).toEqual(['other', '2', '1']);
  });

  it('keeps its order when a reading is full in the middle of it', async () => {
    const slow = await log.pool.connect();
    await slow.query('begin');
    for (let n = 1; n <= 5; n += 1) await change(slow, n);
    await capture(log.pool, 'other');
    const lease = await log.store.acquire('a', 10_000);
    const term = new Leader(log.store, lease as NonNullable<typeof lease>, { leaseMs: 10_000, batchSize: 2 });
    await term.begin();
    await term.round();
    await slow.query('commit');
    slow.release();
    for (let n = 6; n <= 9; n += 1) await change(log.pool, n);
    while ((await term.round()) > 0);
    await term.end();
    expect(await history()).toEqual(['other', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('has ids that ascend with its statements within a transaction', async () => {
    const client = await log.pool.connect();
    await client.query('begin');
    for (let n = 1; n <= 50; n += 1) await change(client, n);
    // The clock is set back in the middle of the transaction.
    await client.query(
      `insert into audit.content (at, source, op, model, resource_id) values (clock_timestamp() - interval '1 hour', 'change', 'update', 'Thing', '51')`,
    );
    await client.query('commit');
    client.release();
    await lead(log.store);
    const ids = (await sealed(log.pool)).map((row) => String(row.body['id']));
    expect(ids).toHaveLength(51);
    expect(ids).toEqual(ids.toSorted());
  });
});
