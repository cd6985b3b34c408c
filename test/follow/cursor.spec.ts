import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FollowedEntry } from '../../src/follow/index.js';
import { followerAdmin } from '../../src/store/postgres/index.js';
import { copyOf, sealAll, write } from '../support/log.js';
import { followWorld, until, type FollowWorld } from './world.js';

let world: FollowWorld;
beforeEach(async () => {
  world = await followWorld();
});
afterEach(() => world.close());

const seen: string[] = [];
const take = (batch: readonly FollowedEntry[]): void => void seen.push(...batch.map(({ entry }) => entry.id));
beforeEach(() => void seen.splice(0));
const caughtUp = async (): Promise<boolean> => (await world.store.states(1))[0]?.lag === 0;
const told = (): string => world.errors.map(String).join('\n');

describe('no entry ever appears behind a cursor', () => {
  it('when a transaction that seals commits late: nobody seals meanwhile', async () => {
    await world.seal(3);
    world.follow('siem', take);
    await until(caughtUp);
    const late = await world.log.connect();
    await late.query('begin');
    // As seal() begins: it has the row until its transaction ends.
    const { rows } = await late.query(
      `update audit.sealer set last_sealed_at = date_trunc('milliseconds', clock_timestamp()) returning last_sealed_at`,
    );
    await write(world.log.pool);
    const sealing = sealAll(world.log.store);
    let sealed = false;
    void sealing.then(() => (sealed = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sealed).toBe(false);
    await late.query('commit');
    await sealing;
    const after = await world.log.pool.query(
      `select bool_and(sealed_at > $1) as all from audit.entry where tenant_key = ''`,
      [rows[0].last_sealed_at],
    );
    expect(after.rows).toEqual([{ all: true }]);
    await until(async () => seen.length === (await world.ids()).length);
    expect(seen).toEqual(await world.ids());
  });

  it('when the clock goes back: times of sealing do not', async () => {
    world.follow('siem', take);
    await world.seal(3);
    await until(caughtUp);
    // A log that was sealed an hour ahead of now.
    await world.log.pool.query(`update audit.sealer set last_sealed_at = clock_timestamp() + interval '1 hour'`);
    for (let i = 0; i < 5; i += 1) await world.seal(2);
    await until(async () => seen.length === (await world.ids()).length);
    expect(seen).toEqual(await world.ids());
  });

  it('when the row of the sealer was set back, and the clock too: who comes to lead brings it to the entries', async () => {
    await world.log.pool.query(`update audit.sealer set last_sealed_at = clock_timestamp() + interval '1 hour'`);
    await world.seal(3);
    world.follow('siem', take);
    await until(caughtUp);
    await world.log.pool.query(
      `alter table audit.sealer disable trigger all; update audit.sealer set last_sealed_at = 'epoch'`,
    );
    await world.seal(3);
    expect(await world.ids()).toEqual([...seen, ...(await world.ids()).slice(seen.length)]);
    await until(async () => seen.length === (await world.ids()).length);
    expect(seen).toEqual(await world.ids());
  });

  it('where one entry says that it was sealed in a thousand years, those to come are followed all the same', async () => {
    await world.seal(3);
    await world.log.pool.query(
      `alter table audit.entry disable trigger all; update audit.entry set sealed_at = '3000-01-01' where chain = 2 and seq = 0; update audit.entry set sealed_at = 'infinity' where chain = 1 and seq = 0`,
    );
    world.follow('siem', take);
    await world.seal(3);
    await until(async () => seen.length === (await world.ids()).length - 2);
    await world.seal(3);
    await until(async () => seen.length === (await world.ids()).length - 2);
  });
});

describe('a cursor that cannot be gone on from', () => {
  it.each([
    ['moved on', `update audit.follower set seq = seq + 1`],
    [
      'moved on to an entry that is there, hash and all',
      `update audit.follower f set (chain, seq, sealed_at, hash) = (select chain, seq, sealed_at, hash from audit.entry order by sealed_at desc, chain desc, seq desc limit 1)`,
    ],
    ['with another hash', `update audit.follower set hash = sha256('x')`],
    ['half of it gone', `update audit.follower set seq = null, hash = null`],
    ['with another count', `update audit.follower set handled = 5`],
  ])('is said, and no entry is skipped: its row was %s', async (_what, sql) => {
    await world.seal(3);
    const one = world.follow('siem', take);
    await until(caughtUp);
    await one.stop();
    await world.seal(6);
    const before = seen.length;
    await world.log.pool.query(sql);
    const two = world.follow('siem', take);
    await until(() => told().includes('changed by hand'));
    expect(world.errors.at(-1)).toMatchObject({
      code: 'AUDIT_FOLLOWER_CURSOR',
      facts: { follower: 'siem', trouble: 'edited' },
    });
    expect(seen).toHaveLength(before);
    expect((await world.store.states(1))[0]).toMatchObject({ trouble: 'edited' });
    await two.stop();
    const admin = followerAdmin(world.log.pool, 'audit');
    expect(await admin.reset('siem', '00000000-0000-0000-0000-000000000000')).toBe(false);
    expect(await admin.reset('siem', seen.at(-1))).toBe(true);
    world.follow('siem', take);
    await until(async () => seen.length === (await world.ids()).length);
    expect(seen).toEqual(await world.ids());
  });

  it('is said while it runs, and what it has not handled is not skipped', async () => {
    await world.seal(3);
    world.follow('siem', take);
    await until(caughtUp);
    await world.log.pool.query(`update audit.follower set seq = seq + 1`);
    await world.seal(3);
    await until(() => told().includes('changed by hand'));
    expect((await world.store.states(10))[0]).toMatchObject({ trouble: 'edited' });
  });

  it('is ahead of a log that was restored without it', async () => {
    await world.seal(3);
    const backup = await copyOf(world.log);
    try {
      world.follow('siem', take);
      await world.seal(6);
      await until(async () => seen.length === (await world.ids()).length);
      // The log is the backup's, and what the follower knows of itself is kept.
      const { rows } = await world.log.pool.query(`select * from audit.follower`);
      await world.log.pool.query(`select pg_sleep(0.1)`);
      const row = rows[0];
      await backup.pool.query(
        `insert into audit.follower (name, chain, seq, sealed_at, hash, handled, mark) values ($1, $2, $3, $4, $5, $6, $7)`,
        [row.name, row.chain, row.seq, row.sealed_at, row.hash, row.handled, row.mark],
      );
      await write(backup.pool);
      await sealAll(backup.store);
      const { rows: state } = await backup.pool.query(`select trouble from audit.followers(10)`);
      expect(state).toEqual([{ trouble: 'ahead' }]);
    } finally {
      await backup.close();
    }
  });

  it('was set back: entries come again, and it is said', async () => {
    await world.seal(3);
    world.follow('siem', take);
    await until(caughtUp);
    expect(await followerAdmin(world.log.pool, 'audit').reset('siem', undefined)).toBe(true);
    await until(async () => seen.length === 2 * (await world.ids()).length);
    expect(seen).toEqual([...(await world.ids()), ...(await world.ids())]);
    expect(told()).toMatch(/cursor was set back/);
  });

  it('stands behind an entry that was taken from the log', async () => {
    await world.seal(3);
    world.follow('siem', take);
    await until(caughtUp);
    await world.log.pool.query(
      `alter table audit.entry disable trigger all; delete from audit.entry where id = '${seen.at(-1)}'`,
    );
    await until(() => told().includes('not in the log any more'));
    await until(() => told().includes('does not have the entry that it handled last'));
  });
});

describe('a new follower', () => {
  it('begins behind what is there, where it is to', async () => {
    await world.seal(6);
    const before = (await world.ids()).length;
    world.follow('siem', take, { from: 'now' });
    await until(caughtUp);
    await world.seal(3);
    await until(async () => seen.length === (await world.ids()).length - before);
    expect(seen).toEqual((await world.ids()).slice(before));
  });

  it('gets the entries of the registry where it wants them', async () => {
    await world.seal(1);
    expect(await world.store.states(10)).toEqual([]);
    const got: number[] = [];
    world.follow('siem', (batch) => void got.push(...batch.map(({ place }) => place.chain)), { registry: true });
    await until(caughtUp);
    expect(got).toEqual([1, 1]);
  });

  it('is one of a thousand at most', async () => {
    await world.log.pool.query(
      `insert into audit.follower (name, mark) select 'f' || n, '' from generate_series(1, 1000) n`,
    );
    await expect(world.store.acquire('siem', 'me', 1_000, 'start')).rejects.toThrow(/1000 followers/);
  });
});
