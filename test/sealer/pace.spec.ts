import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { wakeSealer } from '../../src/event/wake.js';
import { Pace } from '../../src/sealer/pace.js';

const LONG = 600_000;
let pace: Pace;
beforeEach(() => {
  pace = new Pace();
});
afterEach(() => {
  pace.stop();
});

/** Whether a wait is over a moment later; what is expected to end has time, on a machine with other work. */
async function isOver(wait: Promise<void>, expected: boolean): Promise<boolean> {
  const late = sleep(expected ? 5_000 : 30, undefined, { ref: false });
  return await Promise.race([wait.then(() => true), late.then(() => false)]);
}

describe('the pace of a sealer', () => {
  it.each<[what: string, before: () => void, during: () => void, longest: number, gather: number, over: boolean]>([
    ['its time', () => undefined, () => undefined, 1, LONG, true],
    ['nothing else', () => undefined, () => undefined, LONG, 1, false],
    ['somebody who waits', () => undefined, () => wakeSealer(true), LONG, LONG, true],
    ['somebody who waited before', () => wakeSealer(true), () => undefined, LONG, LONG, true],
    ['a commit, after its burst', () => undefined, () => wakeSealer(), LONG, 1, true],
    ['a commit heard before', () => wakeSealer(), () => undefined, LONG, 1, true],
    ['no commit whose burst may still come in', () => wakeSealer(), () => wakeSealer(), LONG, LONG, false],
    ['no commit that was heard before the last look', () => (wakeSealer(true), pace.look()), () => undefined, LONG, LONG, false], // prettier-ignore
    ['whoever hurries it', () => undefined, () => pace.hurry(), LONG, LONG, true],
    ['nobody, when it has stopped', () => pace.stop(), () => wakeSealer(true), LONG, LONG, false],
  ])('is set by %s', async (_what, before, during, longest, gather, over) => {
    pace.look();
    before();
    const wait = pace.wait(longest, gather);
    during();
    expect(await isOver(wait, over)).toBe(over);
  });

  it('ends without a timer when it is hurried, so that a process with nothing else to do gets to its end', async () => {
    const order: string[] = [];
    const wait = pace.wait(LONG, LONG).then(() => order.push('over'));
    pace.hurry();
    setImmediate(() => order.push('the next turn'));
    await wait;
    expect(order).toEqual(['over']);
  });

  it('is not put off by the commits of a burst', async () => {
    const wait = pace.wait(LONG, 40);
    const burst = setInterval(() => wakeSealer(), 5);
    await wait;
    clearInterval(burst);
  });
});
