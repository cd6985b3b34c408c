import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { wakeSealer } from '../../src/event/wake.js';
import { Sealer, type SealerOptions } from '../../src/sealer/index.js';
import type { SealerStore } from '../../src/store/log.port.js';
import { createLog, write, type TestLog } from '../support/log.js';
import { readLog } from './read-log.js';

let log: TestLog;
let sealer: Sealer;
beforeEach(async () => {
  log = await createLog();
});
afterEach(async () => {
  await sealer.stop();
  await log.close();
});

function start(options: SealerOptions, store = log.store): void {
  sealer = new Sealer(store, { minWaitMs: 5, maxWaitMs: 20, ...options });
  sealer.start();
}

const sealed = async (): Promise<number> =>
  (await log.pool.query(`select count(*)::integer as n from audit.entry where action <> 'chain.open'`)).rows[0].n;
const untilSealed = async (count: number): Promise<void> => {
  while ((await sealed()) < count) await sleep(5);
};

describe('the sealer', () => {
  it('tells of a failure, and goes on from what the database says', async () => {
    const errors: unknown[] = [];
    let fail = 2;
    const seal: SealerStore['seal'] = async (...batch) => {
      fail -= 1;
      if (fail >= 0) throw new Error('away');
      await log.store.seal(...batch);
    };
    start({ onError: (error) => errors.push(error) }, { ...log.store, seal });
    await write(log.pool);
    await untilSealed(1);
    expect(errors.map(String)).toEqual(['Error: away', 'Error: away']);
    expect((await readLog(log.pool)).problems).toEqual([]);
  });

  it('goes on when onError throws', async () => {
    let fail = 1;
    const acquire: SealerStore['acquire'] = async (...lease) => {
      fail -= 1;
      if (fail >= 0) throw new Error('away');
      return await log.store.acquire(...lease);
    };
    const onError = (): never => {
      throw new Error('from onError');
    };
    start({ onError }, { ...log.store, acquire });
    await write(log.pool);
    await untilSealed(1);
  });

  it('waits longer and longer when there is nothing to do, and looks at once when it is woken', async () => {
    const looks: number[] = [];
    const read: SealerStore['read'] = (...asked) => {
      looks.push(performance.now());
      return log.store.read(...asked);
    };
    const lastWait = (): number => (looks.at(-1) ?? 0) - (looks.at(-2) ?? looks.at(-1) ?? 0);
    start({ minWaitMs: 10, maxWaitMs: 60_000 }, { ...log.store, read });
    while (lastWait() < 500) await sleep(5);
    const longest = lastWait(); // the next one would be twice as long
    const before = looks.length;
    await sleep(40);
    await write(log.pool);
    wakeSealer();
    while (looks.length === before) await sleep(1);
    expect(lastWait()).toBeLessThan(longest);
    await untilSealed(1);
  });

  it('seals what was committed before it was stopped, also where it was just looking', async () => {
    let looks = 0;
    const read: SealerStore['read'] = async (...asked) => {
      const reading = await log.store.read(...asked);
      looks += 1;
      if (looks === 1) {
        await write(log.pool);
        void sealer.stop();
      }
      return reading;
    };
    start({}, { ...log.store, read });
    while (sealer.state !== 'stopped') await sleep(5);
    expect(await sealed()).toBe(1);
  });

  it('seals all that is committed before it stops, also behind a full reading of its own rows', async () => {
    let readings = 0;
    const read: SealerStore['read'] = async (...asked) => {
      readings += 1;
      if (readings === 2) {
        await untilSealed(1); // with the chain that was opened for it, whose own row fills this reading
        await write(log.pool);
        void sealer.stop();
      }
      return await log.store.read(...asked);
    };
    await write(log.pool);
    start({ batchSize: 1 }, { ...log.store, read });
    while (sealer.state !== 'stopped') await sleep(5);
    expect(await sealed()).toBe(2);
  });
});
