import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SealerStore } from '../../src/store/log.port.js';
import { createLog, lead, sealAll, write, type TestLog } from '../support/log.js';
import { readLog } from './read-log.js';

let log: TestLog;
beforeEach(async () => {
  log = await createLog();
});
afterEach(() => log.close());

async function sealed(): Promise<number[]> {
  const { entries, problems } = await readLog(log.pool);
  expect(problems).toEqual([]);
  return entries.filter(({ action }) => action !== 'chain.open').map(({ pos }) => pos);
}

describe('a new leader', () => {
  /** The first leader seals around an open transaction, which commits under the second. */
  async function handOver(store: SealerStore): Promise<number[]> {
    await write(log.pool); // 1
    const slow = await log.connect();
    await slow.query('begin');
    await write(slow); // 2
    await write(slow); // 3
    await write(log.pool); // 4
    await sealAll(log.store); // seals 1 and 4
    const second = await lead(store, { holder: 'second' });
    for (let i = 0; i < 2; i += 1) await second.round();
    await slow.query('commit');
    for (let i = 0; i < 2; i += 1) await second.round();
    await second.end();
    return await sealed();
  }

  it('knows the gaps that the one before it has left', async () => {
    expect(await handOver(log.store)).toEqual([1, 4, 2, 3]);
  });

  it('fails without the rule: it begins behind the greatest sealed position', async () => {
    const unsettled: SealerStore['unsettled'] = async (low) => ({ ...(await log.store.unsettled(low)), gaps: [] });
    expect(await handOver({ ...log.store, unsettled })).toEqual([1, 4]);
  });

  it('does not take what the one before has rolled back or reserved for something to come', async () => {
    const client = await log.connect();
    await write(log.pool);
    await client.query('begin');
    await write(client);
    await client.query('rollback');
    await log.store.reserve(3); // for chains of a batch that never came
    const last = await write(log.pool);
    await sealAll(log.store);
    expect(await sealed()).toEqual([1, last]);
    const low = async (): Promise<number> => Number((await log.pool.query('select low from audit.sealer')).rows[0].low);
    const second = await lead(log.store, { holder: 'second' });
    // The positions are given up when every transaction of this server that is older than the gap has ended.
    while ((await low()) < last) {
      await write(log.pool);
      await second.round();
      await sleep(5);
    }
    await second.end();
  });

  it('finds what lies below the settled positions without an entry, and seals it', async () => {
    const slow = await log.connect();
    await slow.query('begin');
    await write(slow); // 1
    await write(log.pool); // 2
    await sealAll(log.store);
    await log.pool.query('update audit.sealer set low = 3');
    await slow.query('commit');
    expect(await log.store.unsettled(3)).toEqual({ high: 3, gaps: [] });
    expect(await log.store.overlooked(3)).toEqual([{ from: 1, to: 1 }]);
    const leader = await lead(log.store);
    // The comparison runs beside the work: some round will have its answer.
    while ((await log.store.overlooked(3)).length > 0) await leader.round();
    await leader.end();
    expect(await sealed()).toEqual([2, 1]);
  });
});
