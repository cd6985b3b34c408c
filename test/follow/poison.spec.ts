import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FollowedEntry, FollowHandler, FollowOptions } from '../../src/follow/index.js';
import { followerAdmin } from '../../src/store/postgres/index.js';
import { followWorld, until, type FollowWorld } from './world.js';

let world: FollowWorld;
beforeEach(async () => {
  world = await followWorld();
});
afterEach(() => world.close());

type Refuse = (entry: FollowedEntry['entry']) => boolean;
const n = ({ new: row }: FollowedEntry['entry']): number => Number((row as { n?: number } | undefined)?.n ?? 0);

/** Takes whole batches or nothing of them. */
function target(refuse: Refuse) {
  const got: string[] = [];
  const chains = new Map<number, number[]>();
  const state = { refuse, calls: 0 };
  const handler: FollowHandler = (batch) => {
    state.calls += 1;
    const bad = batch.find(({ entry }) => state.refuse(entry));
    if (bad) throw new Error(`cannot take ${n(bad.entry)}`);
    for (const { entry, place } of batch) {
      got.push(entry.id);
      chains.set(place.chain, [...(chains.get(place.chain) ?? []), place.seq]);
    }
  };
  return { got, chains, state, handler };
}

const dead = async (): Promise<{ reason: string; state: string; tries: number }[]> =>
  (await world.log.pool.query(`select reason, state, tries from audit.follower_dead order by sealed_at, chain, seq`))
    .rows;

describe('an entry that the handler cannot take', () => {
  const cases: [string, Refuse, number, FollowOptions][] = [
    ['the first', (entry) => entry.action === 'chain.open' && entry.tenant === 'a', 1, {}],
    ['one in the middle', (entry) => n(entry) === 40, 1, {}],
    ['several in a row', (entry) => n(entry) >= 30 && n(entry) < 34, 4, {}],
    ['each tenth', (entry) => n(entry) > 0 && n(entry) % 10 === 0, 10, {}],
    ['all of a chain', (entry) => entry.tenant === 'b', 35, {}],
    ['one, in batches of one', (entry) => n(entry) === 40, 1, { batch: { entries: 1, waitMs: 0 } }],
  ];
  it.each(cases)(
    'is set aside with its reason, and the others arrive in order: %s',
    async (_what, refuse, count, options) => {
      await world.seal(100);
      const { got, chains, handler } = target(refuse);
      world.follow('siem', handler, { attempts: 3, ...options });
      const all = (await world.ids()).length;
      await until(async () => (await dead()).length + new Set(got).size === all);
      const aside = await dead();
      expect(aside).toHaveLength(count);
      expect(
        aside.every(({ state, tries, reason }) => state === 'dead' && tries >= 3 && reason.startsWith('cannot take')),
      ).toBe(true);
      // One that was tried before its turn comes in it too, where it is of the same chain.
      expect(got.length - new Set(got).size).toBeLessThanOrEqual(count);
      for (const seqs of chains.values()) {
        const first = seqs.filter((seq, i) => seqs.indexOf(seq) === i);
        expect(first).toEqual(first.toSorted((x, y) => x - y));
      }
    },
  );

  it('is not set aside as long as nothing passes: the target is away', async () => {
    await world.seal(30);
    const { got, chains, state, handler } = target(() => true);
    world.follow('siem', handler, { attempts: 2 });
    await until(() => state.calls > 60);
    expect(await dead()).toEqual([]);
    state.refuse = () => false;
    await until(async () => got.length === (await world.ids()).length);
    expect(got.toSorted()).toEqual((await world.ids()).toSorted());
    for (const seqs of chains.values()) expect(seqs).toEqual(seqs.toSorted((x, y) => x - y));
    expect(await dead()).toEqual([]);
  });

  it('is tried once more when another has passed: the target may have come back just then', async () => {
    await world.seal(30);
    let isBack = false;
    const got: string[] = [];
    const first = (await world.ids())[0];
    world.follow('siem', (batch) => {
      if (batch.some(({ entry }) => entry.id === first) && !isBack) throw new Error('away');
      isBack = true;
      got.push(...batch.map(({ entry }) => entry.id));
    }, { attempts: 2 }); // prettier-ignore
    await until(async () => new Set(got).size === (await world.ids()).length);
    expect(await dead()).toEqual([]);
  });

  it('waits for another entry, where it is the last of the log', async () => {
    await world.seal(10, ['a']);
    const { got, state, handler } = target((entry) => n(entry) === 10);
    world.follow('siem', handler, { attempts: 2 });
    await until(() => state.calls > 30);
    expect(await dead()).toEqual([]);
    await world.seal(1, ['b']);
    await until(async () => (await dead()).length === 1 && got.length === (await world.ids()).length - 1);
  });

  it('is set aside at once, where the handler says so, and by its own reason', async () => {
    await world.seal(20);
    let calls = 0;
    world.follow('siem', (batch) => {
      calls += 1;
      return {
        rejected: [
          ...batch.filter(({ entry }) => n(entry) === 7).map(({ entry }) => ({ id: entry.id, reason: 'too old' })),
          { id: 'none of these', reason: 'x' },
        ],
      };
    });
    await until(async () => (await world.store.states(10))[0]?.lag === 0);
    expect(await dead()).toEqual([{ reason: 'too old', state: 'dead', tries: 1 }]);
    expect(calls).toBe(1);
  });

  it('is delivered again when that is asked for, and says so; and is not when it is skipped', async () => {
    await world.seal(10);
    const { got, state, handler } = target((entry) => n(entry) === 4 || n(entry) === 5);
    const replayed: boolean[] = [];
    world.follow('siem', async (batch, context) => { replayed.push(context.replayed); return await handler(batch, context); }, { attempts: 1 }); // prettier-ignore
    await until(async () => (await dead()).length === 2 && (await world.store.states(10))[0]?.lag === 0);
    const admin = followerAdmin(world.log.pool, 'audit');
    const letters = await admin.deadLetters('siem', false, 10);

    expect(await admin.settle('siem', undefined, 'replay')).toBe(2); // too early
    await until(async () => (await dead()).every((letter) => letter.state === 'dead' && letter.tries === 3));
    state.refuse = () => false;
    expect(await admin.settle('siem', [letters[0]?.id ?? ''], 'replay')).toBe(1);
    expect(await admin.settle('siem', [letters[1]?.id ?? ''], 'skipped')).toBe(1);
    await until(() => got.includes(letters[0]?.id ?? ''));
    expect(replayed.at(-1)).toBe(true);
    await until(async () => (await dead()).map((letter) => letter.state).join() === 'replayed,skipped');
    expect(got).not.toContain(letters[1]?.id);
    expect(await admin.deadLetters('siem', false, 10)).toEqual([]);
    expect(await admin.deadLetters('siem', true, 10)).toMatchObject([
      { state: 'replayed', setBy: 'postgres' },
      { state: 'skipped', setBy: 'postgres' },
    ]);
  });

  it('is skipped by hand, where nothing else passes either', async () => {
    await world.seal(3, ['a']);
    const { got, state, handler } = target((entry) => n(entry) === 3);
    world.follow('siem', handler);
    await until(() => state.calls > 20);
    const admin = followerAdmin(world.log.pool, 'audit');
    const last = (await world.ids()).at(-1);
    expect(await admin.skip('siem', 'ticket 4711')).toBe(last);
    expect(await admin.skip('siem', 'once more')).toBeUndefined();
    await world.seal(3, ['a']);
    await until(async () => got.length === (await world.ids()).length - 2);
    expect(await dead()).toMatchObject([{ reason: 'ticket 4711', state: 'skipped' }]);
  });
});

describe('a handler that', () => {
  it('hangs is told to end, and gets its batch again', async () => {
    await world.seal(3, ['a']);
    const got: string[] = [];
    let [calls, aborted] = [0, 0];
    world.follow('siem', async (batch, { signal }) => {
      calls += 1;
      if (calls <= 2) {
        signal.addEventListener('abort', () => (aborted += 1));
        await new Promise(() => undefined);
      }
      got.push(...batch.map(({ entry }) => entry.id));
    }, { timeoutMs: 50 }); // prettier-ignore
    await until(() => got.length === 4);
    expect(aborted).toBe(2);
    expect(got).toEqual(await world.ids());
    expect(world.errors.map(String).join()).toMatch(/longer than 50 ms/);
  });

  it('is slow keeps its lease, and nothing is read meanwhile', async () => {
    await world.seal(3, ['a']);
    let reads = 0;
    const counting = {
      ...world.store,
      read: (...args: Parameters<typeof world.store.read>) => ((reads += 1), world.store.read(...args)),
    };
    const got: string[] = [];
    const slow: FollowHandler = async (batch) => {
      const before = reads;
      await new Promise((resolve) => setTimeout(resolve, 1_500)); // three times the lease
      expect(reads).toBe(before);
      got.push(...batch.map(({ entry }) => entry.id));
    };
    const one = world.follow('siem', slow, {}, counting);
    await until(() => one.state === 'following');
    const other = world.follow('siem', (batch) => void got.push(...batch.map(() => 'other')));
    await until(() => got.length >= 4);
    expect(other.state).toBe('waiting');
    expect(got).toEqual(await world.ids());
  });

  it.each<[string, FollowHandler]>([
    ['throws undefined', () => { throw undefined; }],
    ['throws what cannot be read', () => { throw new Proxy({}, { get: () => { throw new Error('no'); } }); }],
    ['throws a text with a zero byte and half a character', () => { throw new Error('a\0b\ud800'); }],
    ['throws ten megabytes', () => { throw new Error('x'.repeat(10_000_000)); }],
    ['answers nonsense', () => ({ rejected: [null, 5, { id: 7 }, { reason: {} }] }) as never],
    ['answers a list', () => [] as never],
  ])('%s does not end it', async (_what, handler) => {
    await world.seal(2, ['a']);
    let calls = 0;
    world.follow('siem', (batch, context) => ((calls += 1), calls < 4 ? handler(batch, context) : undefined));
    await until(async () => (await world.store.states(10))[0]?.lag === 0);
    expect(await dead()).toEqual([]);
  }); // prettier-ignore
});
