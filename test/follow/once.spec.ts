import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FollowHandler } from '../../src/follow/index.js';
import { followWorld, until, type FollowWorld } from './world.js';

let world: FollowWorld;
beforeEach(async () => {
  world = await followWorld();
  // A double, or an entry before its time, cannot be written.
  await world.log.pool.query(
    `create table arrived (place bigserial, id uuid primary key, chain int, seq bigint); create table side (id uuid primary key)`,
  );
});
afterEach(() => world.close());

const arrived = async (): Promise<string[]> =>
  (await world.log.pool.query(`select id::text from arrived order by place`)).rows.map(({ id }) => id as string);

/** Writes a batch by one statement each. */
const write: FollowHandler = async (batch, { tx }) => {
  for (const { entry, place } of batch)
    await tx?.query(`insert into arrived (id, chain, seq) values ($1, $2, $3)`, [entry.id, place.chain, place.seq]);
};
const once = { exactlyOnce: true } as const;

describe('with the transaction that moves the cursor', () => {
  it('each entry is written once, whatever fails in between', async () => {
    await world.seal(60);
    let calls = 0;
    world.follow('table', async (batch, context) => {
      calls += 1;
      if (calls % 3 === 1) throw new Error('before it wrote');
      await write(batch, context);
      if (calls % 3 === 2) throw new Error('after it wrote');
    }, { ...once, attempts: 1_000, batch: { entries: 20, waitMs: 0 } }); // prettier-ignore
    await until(async () => (await arrived()).length === (await world.ids()).length);
    expect(await arrived()).toEqual(await world.ids());
  });

  it('what its statements are refused for is found at one entry, and what was tried with others is rolled back', async () => {
    await world.seal(30);
    const bad = (await world.ids())[10] as string;
    await world.log.pool.query(`alter table arrived add constraint no check (id <> '${bad}')`);
    world.follow('table', write, { ...once, attempts: 2 });
    await until(async () => (await world.store.states(10))[0]?.lag === 0);
    expect(await arrived()).toEqual((await world.ids()).filter((id) => id !== bad));
    const { rows } = await world.log.pool.query(`select id::text, reason from audit.follower_dead`);
    expect(rows).toEqual([{ id: bad, reason: expect.stringContaining('violates check constraint') }]);
  });

  it('what is refused at the commit is as if it had failed', async () => {
    await world.seal(10);
    const bad = (await world.ids())[5] as string;
    await world.log.pool.query(
      `insert into side select id from audit.entry where id <> '${bad}'; alter table arrived add foreign key (id) references side deferrable initially deferred`,
    );
    world.follow('table', write, { ...once, attempts: 2 });
    await until(async () => (await world.store.states(10))[0]?.lag === 0);
    expect(await arrived()).toEqual((await world.ids()).filter((id) => id !== bad));
  });

  it('a statement whose failure the handler keeps to itself commits nothing', async () => {
    await world.seal(10, ['a']);
    let calls = 0;
    world.follow('table', async (batch, context) => {
      calls += 1;
      await write(batch, context);
      if (calls === 1) await context.tx?.query('select 1 / 0').catch(() => undefined);
    }, once); // prettier-ignore
    await until(async () => (await arrived()).length === 11);
    expect(calls).toBeGreaterThan(1);
    expect(await arrived()).toEqual(await world.ids());
  });

  it('one that hangs and wakes up later finds nothing to write with', async () => {
    await world.seal(5, ['a']);
    let late: Promise<unknown> | undefined;
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let calls = 0;
    world.follow('table', async (batch, context) => {
      calls += 1;
      if (calls === 1) {
        late = asleep.then(() => write(batch, context)).then(() => 'wrote', () => 'could not');
        await late;
        return;
      }
      wake();
      await late;
      await write(batch, context);
    }, { ...once, timeoutMs: 500 }); // prettier-ignore
    await until(async () => (await arrived()).length === 6);
    expect(await late).toBe('could not');
    expect(await arrived()).toEqual(await world.ids());
  });

  it('whoever has lost the lease commits nothing', async () => {
    await world.seal(5, ['a']);
    let go = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (go = resolve));
    let calls = 0;
    world.follow('table', async (batch, context) => {
      calls += 1;
      await write(batch, context);
      if (calls === 1) await asleep;
    }, { ...once, leaseMs: 3_000 }); // prettier-ignore
    await until(() => calls === 1);
    // Its process sleeps, and the lease is another's meanwhile.
    await world.log.pool.query(`update audit.follower set lease_until = '-infinity'`);
    const other = await world.store.acquire('table', 'another', 300, 'start');
    expect(other).toBeDefined();
    go();
    await until(async () => (await arrived()).length === 6);
    expect(calls).toBeGreaterThan(1);
    expect(await arrived()).toEqual(await world.ids());
  });

  it('an entry that was set aside is replayed once', async () => {
    await world.seal(4);
    const bad = (await world.ids())[2] as string;
    await world.log.pool.query(`alter table arrived add constraint no check (id <> '${bad}')`);
    world.follow('table', write, { ...once, attempts: 1 });
    await until(async () => (await world.store.states(10))[0]?.lag === 0);
    await world.log.pool.query(
      `alter table arrived drop constraint no; select audit.follower_settle('table', null, 'replay')`,
    );
    await until(async () => (await arrived()).length === (await world.ids()).length);
    expect((await arrived()).at(-1)).toBe(bad);
  });
});
