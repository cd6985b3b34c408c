import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Leader } from '../../src/sealer/leader.js';
import { Sealer } from '../../src/sealer/sealer.js';
import { brokenChains, capture, lead, openLog, sealed, type Log } from '../support/open-log.js';

let log: Log;
beforeEach(async () => {
  log = await openLog();
});
afterEach(() => log.close());

async function term(holder: string): Promise<Leader> {
  let lease = await log.store.acquire(holder, 10_000);
  while (lease === undefined) {
    // Whoever leads is paused beyond its lease; a batch that is still on its way may renew it once more.
    await log.pool.query(`update audit.sealer set lease_until = '-infinity'`);
    lease = await log.store.acquire(holder, 10_000);
  }
  const leader = new Leader(log.store, lease, { leaseMs: 10_000, batchSize: 100 });
  await leader.begin();
  return leader;
}

describe('leadership', () => {
  it('is refused to a second sealer while the lease is valid', async () => {
    expect(await log.store.acquire('first', 10_000)).toBeDefined();
    expect(await log.store.acquire('second', 10_000)).toBeUndefined();
  });

  it('is handed back when a sealer stops, and taken when a lease has run out', async () => {
    const lease = await log.store.acquire('first', 10_000);
    await log.store.release(lease as NonNullable<typeof lease>);
    expect(await log.store.acquire('second', 1)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await log.store.acquire('third', 10_000)).toBeDefined();
  });

  it('leaves nothing of the batch of a leader that was deposed', async () => {
    await capture(log.pool, 'one');
    const first = await term('first');
    await first.round();
    const second = await term('second');
    await second.round();
    await capture(log.pool, 'two');
    await second.round();
    await second.end();
    await first.round().catch(() => undefined); // it read, and its batch goes off …
    await expect(first.end()).rejects.toMatchObject({ code: 'AUDIT_LEASE_LOST' }); // … and is refused whole
    expect((await sealed(log.pool)).map((row) => row.resourceId)).toEqual(['one', 'two']);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('refuses a batch built on a head that is not the head, even under the right lease', async () => {
    await capture(log.pool, 'one');
    const leader = await term('first');
    await leader.round();
    await leader.round();
    // Somebody else's hand: the chain has grown behind the leader's back.
    await log.pool.query(`update audit.chain set size = size + 1`);
    await capture(log.pool, 'two');
    await leader.round();
    await expect(leader.end()).rejects.toMatchObject({ code: 'AUDIT_LEASE_LOST' });
    expect((await sealed(log.pool)).map((row) => row.resourceId)).toEqual(['one']);
  });

  it('opens the chain of a tenant once, when two leaders meet it at the same time', async () => {
    await capture(log.pool, 'one', 'acme');
    const first = await term('first');
    const second = await term('second');
    await Promise.allSettled([first.round(), second.round()]);
    await Promise.allSettled([first.end(), second.end()]);
    await lead(log.store, { holder: 'third' });
    const { rows } = await log.pool.query(`select tenant_key, size::int from audit.chain`);
    expect(rows).toEqual([{ tenant_key: 'acme', size: 2 }]);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('goes to one of several sealers, and to the next one when that one stops', async () => {
    const sealers = ['a', 'b', 'c'].map(() => new Sealer(log.store, { leaseMs: 3_000, minWaitMs: 5 }));
    for (const sealer of sealers) sealer.start();
    for (let i = 0; i < 3; i += 1) {
      await capture(log.pool, String(i));
      await eventually(async () => (await sealed(log.pool)).length === i + 1);
      const leading = sealers.filter((sealer) => sealer.state === 'leading');
      expect(leading).toHaveLength(1);
      await leading[0]?.stop();
    }
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('seals what is committed before it steps down', async () => {
    const sealer = new Sealer(log.store, { maxWaitMs: 60_000 });
    sealer.start();
    await eventually(async () => sealer.state === 'leading');
    await capture(log.pool, 'last');
    await sealer.stop();
    expect((await sealed(log.pool)).map((row) => row.resourceId)).toEqual(['last']);
  });

  it('repairs what was overlooked below `low`', async () => {
    await capture(log.pool, 'one');
    await log.pool.query(`select nextval('audit.content_pos_seq') from generate_series(1, 10)`);
    await log.pool.query(`update audit.sealer set low = 5`);
    await log.pool.query(`update audit.sealer set lease_until = '-infinity', holder = null`);
    const sealer = new Sealer(log.store, { minWaitMs: 5, maxWaitMs: 20 });
    sealer.start();
    await eventually(async () => (await sealed(log.pool)).length === 1);
    await sealer.stop();
  });
});

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come true within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
