import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leafHash, NO_PREVIOUS } from '../../src/chain/hashing.js';
import { createAudit } from '../../src/compose/index.js';
import type { FollowedEntry } from '../../src/follow/index.js';
import { followWorld, until, type FollowWorld } from './world.js';

let world: FollowWorld;
beforeEach(async () => {
  world = await followWorld();
});
afterEach(() => world.close());

/** Keeps what it gets. */
function target(): { got: FollowedEntry[]; ids: () => string[]; take: (batch: readonly FollowedEntry[]) => void } {
  const got: FollowedEntry[] = [];
  return { got, ids: () => got.map(({ entry }) => entry.id), take: (batch) => void got.push(...batch) };
}

describe('a follower', () => {
  it('gets all that is sealed, once and in order, before it began and after', async () => {
    await world.seal(20);
    await world.seal(20, ['b', 'other']);
    await world.seal(10, ['a', 'c']);
    const { ids, take } = target();
    world.follow('siem', take, { batch: { entries: 7, waitMs: 0 } });
    await until(async () => ids().length === (await world.ids()).length);
    await world.seal(20, ['b', 'new']);
    await until(async () => ids().length === (await world.ids()).length);
    expect(ids()).toEqual(await world.ids());
    expect(world.errors).toEqual([]);
  });

  it('gets each entry with what its hash is made of', async () => {
    await world.seal(6, ['a']);
    const { got, take } = target();
    world.follow('siem', take);
    await until(() => got.length === 7);
    expect(got.map(({ sealed, entry }) => leafHash(sealed.leaf) === entry.hash)).toEqual(got.map(() => true));
    expect(got[0]?.sealed).toEqual({ leaf: expect.any(String), prev: NO_PREVIOUS });
    expect(got[3]?.sealed).toMatchObject({ prev: got[2]?.entry.hash, previousId: got[2]?.entry.id });
    expect(got[3]).toMatchObject({
      place: { chain: 1, seq: 3, sealedAt: got[3]?.entry.sealedAt },
      entry: { tenant: 'a', new: { n: 3 } },
    });
  });

  it('goes on where it was, in another process', async () => {
    await world.seal(5);
    const first = target();
    const one = world.follow('siem', first.take);
    await until(async () => first.got.length === (await world.ids()).length);
    await one.stop();
    await world.seal(5);
    const second = target();
    world.follow('siem', second.take);
    await until(async () => first.got.length + second.got.length === (await world.ids()).length);
    expect([...first.ids(), ...second.ids()]).toEqual(await world.ids());
  });

  it('is run through an audit, which tells of it and ends it', async () => {
    const audit = createAudit({ databaseUrl: world.log.url, flushIntervalMs: 1, seal: { minWaitMs: 1 } });
    const { got, take } = target();
    const following = audit.follow('siem', take, { pollMs: 10, batch: { waitMs: 0 } });
    await audit.record({ action: 'report.export', outcome: 'success' }).reached();
    await audit.flush();
    await until(() => got.some(({ entry }) => entry.action === 'report.export'));
    expect(following.state).toBe('following');
    await until(async () => (await audit.health()).followers?.[0]?.lag === 0);
    expect(await audit.health()).toMatchObject({
      status: 'up',
      followers: [{ name: 'siem', alive: true, lag: 0, lagMs: null, failures: 0, dead: 0 }],
    });
    expect(() => audit.follow('siem', take)).toThrow(/a follower siem already/);
    await audit.close();
    expect(following.state).toBe('stopped');
    expect(() => audit.follow('other', take)).toThrow(/closed/);
  });
});
