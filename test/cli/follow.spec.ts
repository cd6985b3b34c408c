import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { followWorld, until, type FollowWorld } from '../follow/world.js';
import { run, type Ran } from './run.js';

let world: FollowWorld;
let bad = '';
beforeAll(async () => {
  world = await followWorld();
  await world.seal(20);
  bad = (await world.ids())[4] as string;
  const follower = world.follow('siem', (batch) => {
    if (batch.some(({ entry }) => entry.id === bad)) throw new Error('no room for \u001b[31mthis');
  }, { attempts: 1 }); // prettier-ignore
  await until(async () => (await world.store.states(10))[0]?.lag === 0);
  await follower.stop();
});
afterAll(() => world.close());

const follow = (...args: string[]): Promise<Ran> => run(['follow', ...args], { url: world.log.url });

describe('follow', () => {
  it('list says how far each is, and dead-letters what was set aside and why', async () => {
    const list = await follow('list');
    expect({ code: list.code, err: list.err }).toEqual({ code: 0, err: '' });
    expect(list.out).toMatch(/siem\s+│ nobody runs it │ 0/);
    const json = JSON.parse((await follow('list', '--json')).out) as unknown;
    expect(json).toMatchObject([{ name: 'siem', lag: 0, dead: 1, alive: false }]);

    const letters = await follow('dead-letters', 'siem');
    expect(letters.out).toContain(bad);
    expect(letters.out).toContain(String.raw`no room for \u001b[31mthis`);
    expect(JSON.parse((await follow('dead-letters', 'siem', '--json')).out)).toMatchObject([
      { id: bad, state: 'dead', tries: 2 },
    ]);
    expect((await follow('dead-letters', 'other')).out).toMatch(/nothing is set aside/);
  });

  it('doctor warns of what was set aside, and of a cursor that was changed by hand', async () => {
    const before = await run(['doctor'], { url: world.log.url });
    expect(before.out).toMatch(/follower siem has set 1 entry aside.*follow dead-letters siem/);
    await world.log.pool.query(`begin; update audit.follower set seq = seq + 1; commit`);
    const after = await run(['doctor'], { url: world.log.url });
    expect(after.out).toMatch(/follower siem does not go on: its row in the table follower was changed by hand/);
    expect((await follow('list')).out).toMatch(/changed by hand: follow reset/);
  });

  it('reset, replay and skip say what they did', async () => {
    expect(await follow('reset', 'siem')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/say where: --start, or --behind/),
    });
    expect(await follow('reset', 'siem', '--behind', 'x')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/not the id of an entry/),
    });
    expect(await follow('reset', 'other', '--start')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no follower other/),
    });
    expect(await follow('reset', 'siem', '--behind', bad)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`siem goes on behind the entry ${bad}`),
    });
    expect((await follow('list')).out).toMatch(/moved by postgres/);
    expect(await follow('replay', 'siem')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^1 entries are delivered again/),
    });
    expect(await follow('replay', 'siem', bad)).toMatchObject({ code: 0, out: expect.stringMatching(/^0 entries/) });
    expect(await follow('skip', 'siem', bad)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^1 entries are given up/),
    });
    expect(await follow('skip', 'siem', '--next', 'ticket 4711')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/goes on behind the entry/),
    });
    expect((await follow('dead-letters', 'siem')).out).toMatch(/nothing is set aside/);
    expect((await follow('dead-letters', 'siem', '--all')).out).toMatch(/skipped by postgres[^]*ticket 4711/);
    expect(await follow('skip', 'siem', bad, '--next', 'x')).toMatchObject({ code: 2 });
  });
});
