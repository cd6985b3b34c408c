import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Batch, SealerStore } from '../../src/store/log.port.js';
import { createLog, lead, sealAll, write, type TestLog } from '../support/log.js';
import { readLog } from './read-log.js';

let log: TestLog;
beforeEach(async () => {
  log = await createLog();
});
afterEach(() => log.close());

/** A store whose batches wait until `release()`: a leader that falls asleep before its commit. */
function sleepy(): { store: SealerStore; release: () => void } {
  let release: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => (release = resolve));
  const seal: SealerStore['seal'] = async (...batch) => {
    await woken;
    await log.store.seal(...batch);
  };
  return { store: { ...log.store, seal }, release };
}

const expire = (): Promise<unknown> => log.pool.query(`update audit.sealer set lease_until = '-infinity'`);

async function expectSealedOnce(positions: readonly number[]): Promise<void> {
  const { entries, problems } = await readLog(log.pool);
  expect(problems).toEqual([]);
  const sealed = entries.filter(({ action }) => action !== 'chain.open').map(({ pos }) => pos);
  expect(sealed.toSorted((a, b) => a - b)).toEqual(positions);
}

describe('of two leaders', () => {
  it('the first may acquire again, and is fenced from its own earlier term', async () => {
    const earlier = await log.store.acquire('one', 60_000);
    const later = await log.store.acquire('one', 60_000);
    if (!earlier || !later) throw new Error('no lease');
    expect(await log.store.renew(earlier, 1_000)).toBe(false);
    expect(await log.store.renew(later, 1_000)).toBe(true);
    await log.store.release(earlier); // not his any more
    expect(await log.store.acquire('two', 60_000)).toBeUndefined();
    await log.store.release(later);
    expect(await log.store.acquire('two', 60_000)).toBeDefined();
  });

  it.each([
    ['before the second has sealed anything', false],
    ['after the second has sealed the same rows', true],
  ])('the deposed one is refused whole, waking up %s', async (_, sealed) => {
    const positions = [await write(log.pool), await write(log.pool)];
    await sealAll(log.store); // the default chain is there
    positions.push(await write(log.pool), await write(log.pool));
    const { store, release } = sleepy();
    const first = await lead(store, { holder: 'first' });
    await first.round();
    await expire();
    const second = await lead(log.store, { holder: 'second' });
    if (sealed) for (let i = 0; i < 2; i += 1) await second.round();
    release();
    await expect(first.round()).rejects.toMatchObject({ code: 'AUDIT_LEASE_LOST' });
    for (let i = 0; i < 2; i += 1) await second.round();
    await second.end();
    await expectSealedOnce(positions);
  });

  it('one commits when both are on their way at the same moment', async () => {
    const positions = Array.from({ length: 20 }, (_, i) => i + 1);
    for (const _ of positions) await write(log.pool);
    const { store, release } = sleepy();
    const first = await lead(store, { holder: 'first' });
    await first.round();
    await expire();
    const second = await lead(log.store, { holder: 'second' });
    release();
    const ends = await Promise.allSettled([first.round(), second.round().then(() => second.round())]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    await second.end();
    await expectSealedOnce(positions);
  });
});

describe('a batch', () => {
  async function batchOfLeader(): Promise<{ batch: Batch; lease: Parameters<SealerStore['seal']>[0] }> {
    let taken: { batch: Batch; lease: Parameters<SealerStore['seal']>[0] } | undefined;
    const seal: SealerStore['seal'] = async (lease, _, batch) => void (taken = { lease, batch });
    const leader = await lead({ ...log.store, seal });
    await leader.round();
    if (!taken) throw new Error('no batch was sent');
    return taken;
  }
  const counts = async (): Promise<unknown> =>
    (
      await log.pool.query(`
      select (select count(*)::int from audit.entry) as entries, (select count(*)::int from audit.chain) as chains, (select count(*)::int from audit.content) as content,
             (select string_agg(size || ':' || encode(hash, 'hex'), ',' order by chain) from audit.chain) as heads, (select last_sealed_at from audit.sealer)`)
    ).rows;

  it.each<[string, (batch: Batch) => Batch, ((lease: { epoch: number; holder: string }) => object)?]>([
    ['of an earlier epoch', (batch) => batch, (lease) => ({ ...lease, epoch: lease.epoch - 1 })],
    ['of another holder', (batch) => batch, (lease) => ({ ...lease, holder: 'nobody' })],
    ['not later than the one before', (batch) => ({ ...batch, sealedAt: 0 })],
    [
      'built on a head that was left',
      (batch) => ({ ...batch, moved: batch.moved.map((move) => ({ ...move, from: { ...move.from, size: 7 } })) }),
    ],
    [
      'of which one chain of several was left',
      (batch) => ({
        ...batch,
        moved: batch.moved.map((move, i) =>
          i === 0 ? move : { ...move, from: { ...move.from, hash: 'ff'.repeat(32) } },
        ),
      }),
    ],
    [
      'with a position that has an entry',
      (batch) => ({
        ...batch,
        entries: batch.entries.map((e) => (e.action === 'chain.open' ? e : { ...e, pos: 1 })),
      }),
    ],
  ])('%s is refused whole', async (_, spoil, spoilLease = (lease) => lease) => {
    await write(log.pool);
    await sealAll(log.store);
    await write(log.pool);
    await log.pool.query(
      `insert into audit.content (source, op, model, tenant_key) values ('change', 'insert', 'Note', 'acme')`,
    );
    const { batch, lease } = await batchOfLeader();
    const before = await counts();
    const spoiled = log.store.seal({ ...lease, ...spoilLease(lease) }, 60_000, spoil(batch));
    await expect(spoiled).rejects.toMatchObject({ code: 'AUDIT_LEASE_LOST' });
    expect(await counts()).toEqual(before);
    await log.store.seal(lease, 60_000, batch);
    await expectSealedOnce([1, 3, 4]);
  });
});
