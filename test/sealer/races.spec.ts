import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Leader } from '../../src/sealer/leader.js';
import type { SealerStore } from '../../src/store/log.port.js';
import { brokenChains, capture, lead, openLog, sealed, type Log } from '../support/open-log.js';

let log: Log;
beforeEach(async () => {
  log = await openLog();
});
afterEach(() => log.close());

const labels = async (): Promise<(string | null)[]> => (await sealed(log.pool)).map((row) => row.resourceId);

async function leader(store: SealerStore = log.store, holder = 'a'): Promise<Leader> {
  const lease = await store.acquire(holder, 10_000);
  if (!lease) throw new Error('the lease is taken');
  const term = new Leader(store, lease, { leaseMs: 10_000, batchSize: 100 });
  await term.begin();
  return term;
}

describe('a hole below a committed position', () => {
  /**
   * The newest transaction of all holds the hole. While it is open, the greatest *completed* id + 1 is below its own, so
   * a bound taken from pg_snapshot_xmax would be passed at once.
   */
  async function newestTransactionHoldsTheHole(store: SealerStore): Promise<(string | null)[]> {
    const slow = await log.pool.connect();
    const fast = await log.pool.connect();
    try {
      await fast.query('begin');
      await fast.query('select pg_current_xact_id()'); // the older transaction …
      await slow.query('begin');
      await capture(slow, 'slow'); // … but the newer one takes the smaller position
      await capture(fast, 'fast');
      await fast.query('commit');
      const term = await leader(store);
      for (let i = 0; i < 4; i += 1) await term.round();
      await slow.query('commit');
      for (let i = 0; i < 4; i += 1) await term.round();
      await term.end();
      return await labels();
    } finally {
      slow.release();
      fast.release();
    }
  }

  it('is kept open while the newest transaction of all can still fill it', async () => {
    expect(await newestTransactionHoldsTheHole(log.store)).toEqual(['fast', 'slow']);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('would be given up too early, and the row lost, with pg_snapshot_xmax as the bound', async () => {
    const wrong: SealerStore = {
      ...log.store,
      async bound() {
        const { rows } = await log.pool.query<{ x: string }>(
          'select pg_snapshot_xmax(pg_current_snapshot())::text as x',
        );
        return BigInt(rows[0]?.x ?? '0') - 1n;
      },
      async read(gaps, high, limit) {
        const reading = await log.store.read(gaps, high, limit);
        const { rows } = await log.pool.query<{ x: string }>(
          'select pg_snapshot_xmax(pg_current_snapshot())::text as x',
        );
        return { ...reading, horizon: BigInt(rows[0]?.x ?? '0') };
      },
      overlooked: async () => [],
    };
    expect(await newestTransactionHoldsTheHole(wrong)).toEqual(['fast']);
  });

  it('is lost when the bound was taken before the hole was seen', async () => {
    const early = await log.store.bound();
    const wrong: SealerStore = { ...log.store, bound: async () => early, overlooked: async () => [] };
    const slow = await log.pool.connect();
    try {
      await slow.query('begin');
      await capture(slow, 'slow');
      await capture(log.pool, 'fast');
      const term = await leader(wrong);
      // The horizon is the id of `slow`, which is greater than the early bound: the proof is void.
      for (let i = 0; i < 3; i += 1) await term.round();
      await slow.query('commit');
      for (let i = 0; i < 3; i += 1) await term.round();
      await term.end();
      expect(await labels()).toEqual(['fast']);
    } finally {
      slow.release();
    }
  });

  it('is given up after a rollback, as one range however many rows it had, and `low` moves past it', async () => {
    const client = await log.pool.connect();
    await client.query('begin');
    await client.query(
      `insert into audit.content (source, op, model) select 'change', 'update', 'Thing' from generate_series(1, 20000)`,
    );
    await client.query('rollback');
    client.release();
    await capture(log.pool, 'after');
    const ranges: number[] = [];
    const watched: SealerStore = {
      ...log.store,
      read(gaps, high, limit) {
        ranges.push(gaps.length);
        return log.store.read(gaps, high, limit);
      },
    };
    const term = await leader(watched);
    for (let i = 0; i < 4; i += 1) await term.round();
    await capture(log.pool, 'later');
    await term.round();
    await term.end();
    expect(Math.max(...ranges)).toBe(1);
    expect(await labels()).toEqual(['after', 'later']);
    const { rows } = await log.pool.query<{ low: string }>('select low from audit.sealer');
    expect(Number(rows[0]?.low)).toBeGreaterThan(20_000);
  });

  it('made by a savepoint that was rolled back stops nothing', async () => {
    const client = await log.pool.connect();
    await client.query('begin');
    await capture(client, 'kept');
    await client.query('savepoint s');
    await capture(client, 'dropped');
    await client.query('rollback to s');
    await capture(client, 'kept too');
    await client.query('commit');
    client.release();
    await lead(log.store);
    expect(await labels()).toEqual(['kept', 'kept too']);
  });

  it('is found again after a restart, from `low` alone', async () => {
    const slow = await log.pool.connect();
    await slow.query('begin');
    await capture(slow, 'slow');
    await capture(log.pool, 'fast');
    await lead(log.store);
    await capture(log.pool, 'faster');
    await lead(log.store, { holder: 'second' });
    await slow.query('commit');
    slow.release();
    await lead(log.store, { holder: 'third' });
    expect(await labels()).toEqual(['fast', 'faster', 'slow']);
    expect(await brokenChains(log.pool)).toEqual([]);
  });
});

describe('a transaction id', () => {
  it('that came after the position would lose the row: nothing says that somebody still holds the position', async () => {
    const slow = await log.pool.connect();
    const { rows } = await slow.query<{ pos: string }>(`select nextval('audit.content_pos_seq') as pos`);
    await capture(log.pool, 'fast');
    const term = await leader({ ...log.store, overlooked: async () => [] });
    for (let i = 0; i < 3; i += 1) await term.round();
    await slow.query(
      `insert into audit.content (pos, source, op, model, resource_id) values ($1, 'change', 'update', 'Thing', 'slow')`,
      [rows[0]?.pos],
    );
    slow.release();
    for (let i = 0; i < 3; i += 1) await term.round();
    await term.end();
    expect(await labels()).toEqual(['fast']);
  });

  it('is there before the position: in the column defaults, and in record()', async () => {
    const { rows } = await log.pool.query<{ name: string; source: string }>(
      `select a.attname as name, pg_get_expr(d.adbin, d.adrelid) as source from pg_attribute a
         join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = 'audit.content'::regclass order by a.attnum`,
    );
    expect(rows[0]).toEqual({ name: 'xid', source: 'pg_current_xact_id()' });
    expect(rows[1]?.source).toContain('nextval');
    const body = await log.pool.query<{ src: string }>(
      `select prosrc as src from pg_proc where proname = 'record' and pronamespace = 'audit'::regnamespace`,
    );
    const source = body.rows[0]?.src ?? '';
    expect(source.indexOf('pg_current_xact_id')).toBeGreaterThan(0);
    expect(source.indexOf('pg_current_xact_id')).toBeLessThan(source.indexOf('insert into'));
  });

  it('belongs to positions that are handed out one at a time', async () => {
    const { rows } = await log.pool.query<{ cache: string }>(
      `select cache_size as cache from pg_sequences where schemaname = 'audit' and sequencename = 'content_pos_seq'`,
    );
    expect(rows).toEqual([{ cache: '1' }]);
  });
});
