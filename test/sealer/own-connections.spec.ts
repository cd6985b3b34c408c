import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Sealer } from '../../src/sealer/sealer.js';
import type { SealerStore } from '../../src/store/log.port.js';
import { createPool, endPool, inSchema } from '../../src/store/postgres/index.js';
import { READ } from '../../src/store/postgres/sealer-sql.js';
import { capture, lead, openLog, type Log } from '../support/open-log.js';

let log: Log;
beforeEach(async () => {
  log = await openLog();
});
afterEach(() => log.close());

interface Plan {
  readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
}

describe('what the sealer asks of the database', () => {
  it('is a few pages for each reading, however large the log is and however many gaps there are', async () => {
    await log.pool.query(
      `insert into audit.content (source, op, model, data) select 'change', 'update', 'Thing', repeat('x', 300) from generate_series(1, 20000)`,
    );
    await lead(log.store, { batchSize: 5_000 });
    await log.pool.query('vacuum analyze audit.content');
    for (const gaps of [[], [40, 4_000, 15_000]]) {
      const { rows } = await log.pool.query<{ 'QUERY PLAN': Plan[] }>(
        `explain (analyze, buffers, format json) ${inSchema('audit', READ)}`,
        [gaps, gaps, 20_001, 1_000, 16_777_216],
      );
      const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
      // The whole table has more than a thousand.
      expect((plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0)).toBeLessThan(100);
    }
  });

  it('is read committed, also where the database says serializable: else it would take part in its conflicts', async () => {
    await log.pool.query(
      `do $$ begin execute format('alter database %I set default_transaction_isolation = serializable', current_database()); end $$`,
    );
    const pool = createPool(log.url, { max: 1, applicationName: 'test' });
    const { rows } = await pool.query('show transaction_isolation');
    await endPool(pool, 1_000);
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }]);
  });

  it('ends when it is told to stop, although others go on writing', async () => {
    const others = { busy: true };
    const store: SealerStore = {
      ...log.store,
      async read(gaps, high, limit) {
        if (others.busy) await capture(log.pool, 'more'); // there is always one row more
        return await log.store.read(gaps, high, limit);
      },
    };
    const sealer = new Sealer(store, { minWaitMs: 1 });
    sealer.start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, 10_000, 'late').unref());
    const stopping = sealer.stop();
    const stopped = await Promise.race([stopping, late]);
    others.busy = false;
    await stopping;
    expect(stopped).not.toBe('late');
    const { rows } = await log.pool.query('select holder from audit.sealer');
    expect(rows).toEqual([{ holder: null }]);
  });
});
