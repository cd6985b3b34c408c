import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import type { FollowedEntry } from '../../src/follow/index.js';
import { migrate } from '../../src/store/postgres/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';
import { until } from './world.js';

let world: LevelsWorld;
const errors: unknown[] = [];
const got: FollowedEntry[] = [];
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const audit = createAudit({
    databaseUrl: world.urlOf(world.roles.app),
    sealerUrl: world.urlOf(world.roles.sealer),
    flushIntervalMs: 1,
    seal: { minWaitMs: 1 },
  });
  for (const tenant of [undefined, 'acme', 'globex'])
    await withContext({ actor: { id: 'ann' }, tenant }, () => audit.record({ action: 'report.export', outcome: 'success' })); // prettier-ignore
  await audit.flush();
  await audit.close();
});
afterAll(() => world.close());

const fast = { pollMs: 10, batch: { waitMs: 0 }, retry: { minMs: 10, maxMs: 20 } };

describe('at level split', () => {
  it('the role of the follower follows all tenants, in a process of its own', async () => {
    const audit = createAudit({
      databaseUrl: world.urlOf(world.roles.app),
      followerUrl: world.urlOf(world.roles.follower),
      seal: false,
      onError: (error) => errors.push(error),
    });
    audit.follow('siem', (batch) => void got.push(...batch), fast);
    await until(() => got.length === 6);
    expect(new Set(got.map(({ entry }) => entry.tenant))).toEqual(new Set(['', 'acme', 'globex']));
    expect(errors).toEqual([]);
    expect(await audit.keepUntil()).toBeInstanceOf(Date);
    await audit.close();
  });

  it('the role of the application follows nothing, and is told what to do', async () => {
    const audit = createAudit({
      databaseUrl: world.urlOf(world.roles.app),
      seal: false,
      onError: (error) => errors.push(error),
    });
    const following = audit.follow('other', () => undefined, fast);
    await until(() => errors.length > 0);
    expect(errors.map(String).join()).toMatch(/--follower-role for who follows.*AUDIT_PRIVILEGE_MISSING/);
    expect(following.state).toBe('waiting');
    await audit.close();
  });

  it.each([
    ['a salt', 'select salt_data from audit.content'],
    ['another cursor’s lease', `select audit.acquire('me', 1000)`],
    ['a cursor by a statement', `update audit.follower set seq = 0`],
    ['an entry that it was to replay', `delete from audit.follower_dead`],
    ['an event', `select audit.record(null, array['record'], array[0]::bigint[], array[null], array[null], array[null], array[null], array[null], array['{}'], array['00'], array[null], array[null])`],
    ['a mark for a row of its own making', `select audit.follower_mark('siem', 0, 0, now(), '', 0)`],
  ])('that role can neither read nor change %s', async (_what, sql) => {
    await expect(world.poolOf(world.roles.follower).query(sql)).rejects.toMatchObject({ code: '42501' });
  }); // prettier-ignore

  it('an application may ask how followers are, and read no more of them', async () => {
    const app = world.poolOf(world.roles.app);
    expect((await app.query(`select name, dead, lag from audit.followers(10)`)).rows).toEqual([
      { name: 'siem', dead: 0, lag: 0 },
    ]);
    await expect(app.query(`select * from audit.follower`)).rejects.toMatchObject({ code: '42501' });
  });

  it('all migrations can be applied again while there is a role that follows', async () => {
    await world.owner.query(`drop function audit.lost()`);
    expect(await migrate(world.owner, { schema: 'audit' })).toContain('0016_follow.sql');
    await world.reconcile();
  });
});
