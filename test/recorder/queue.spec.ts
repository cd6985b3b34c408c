import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newContext } from '../../src/context/index.js';
import { onWake } from '../../src/event/wake.js';
import { QueueRecorder, type QueueOptions } from '../../src/recorder/index.js';
import type { ContentStore } from '../../src/store/content.port.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';

let log: TestLog;
let start = 0;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());
afterEach(async () => {
  // One that is not closed tries for ever once its database is gone, and holds the process.
  await Promise.all(made.splice(0).map((queue) => queue.close(1_000)));
  start = Number((await log.pool.query('select coalesce(max(pos), 0) as pos from audit.content')).rows[0].pos);
});

const made: QueueRecorder[] = [];
const recorder = (options?: QueueOptions, store = postgresContentStore(log.pool, 'audit')): QueueRecorder => {
  const queue = new QueueRecorder(store, options);
  made.push(queue);
  return queue;
};

/** What this test has written so far, in the order of the positions. */
async function written(): Promise<{ action: string; xid: string }[]> {
  const { rows } = await log.pool.query<{ action: string; xid: string }>(
    `select header::json ->> 'action' as action, xid::text from audit.content where pos > $1 order by pos`,
    [start],
  );
  return rows;
}
const actions = async (): Promise<string[]> => (await written()).map(({ action }) => action);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => `event.${i}`);
/** Not a UUID, so that the database refuses the row. No public way leads here. */
const REFUSED = { context: { ...newContext(), root: { group: 'no uuid' } } };

describe('the queue', () => {
  it('writes events that come close together in one transaction, in their order', async () => {
    const queue = recorder({ flushIntervalMs: 20 });
    for (const action of numbers(300)) queue.record({ action });
    expect(queue.facts).toMatchObject({ waiting: 300, lost: 0, failedAttempts: 0 });
    await queue.drain();
    expect(await actions()).toEqual(numbers(300));
    expect(new Set((await written()).map(({ xid }) => xid)).size).toBe(1);
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 0, failedAttempts: 0 });
  });

  it('writes by itself after the interval, and wakes the sealer then', async () => {
    const queue = recorder({ flushIntervalMs: 5 });
    const woken = new Promise<void>((resolve) => {
      const stop = onWake(() => (stop(), resolve()));
    });
    queue.record({ action: 'event' });
    await woken;
    expect(await actions()).toEqual(['event']);
  });

  it('writes at once when a batch is full, one batch at a time and in order', async () => {
    const queue = recorder({ flushIntervalMs: 60_000, maxBatch: 100 });
    for (const action of numbers(250)) queue.record({ action });
    await queue.drain();
    expect(await actions()).toEqual(numbers(250));
    expect(new Set((await written()).map(({ xid }) => xid)).size).toBe(3);
  });

  it('keeps nothing of the caller by reference', async () => {
    const queue = recorder();
    const details = { total: 1 };
    queue.record({ action: 'event', details });
    details.total = 2;
    await queue.drain();
    const { rows } = await log.pool.query('select data from audit.content where pos > $1', [start]);
    expect(rows).toEqual([{ data: '{"details":{"total":1}}' }]);
  });

  it('refuses and counts what comes when it is full, and takes events again when there is room', async () => {
    const queue = recorder({ maxQueue: 3, flushIntervalMs: 60_000 });
    for (const action of numbers(3)) queue.record({ action });
    expect(() => queue.record({ action: 'too.many' })).toThrow(
      expect.objectContaining({ code: 'AUDIT_QUEUE_FULL', facts: { lost: 1 } }),
    );
    expect(queue.facts).toMatchObject({ waiting: 3, lost: 1, failedAttempts: 0 });
    await queue.drain();
    queue.record({ action: 'event.3' });
    expect(await queue.close(1_000)).toEqual({ lost: 1, spooled: 0 });
    expect(await actions()).toEqual(numbers(4));
  });

  it('writes what waits when it is closed, and takes nothing more', async () => {
    const queue = recorder({ flushIntervalMs: 60_000 });
    queue.record({ action: 'event' });
    expect(await queue.close(1_000)).toEqual({ lost: 0, spooled: 0 });
    expect(() => queue.record({ action: 'late' })).toThrow(expect.objectContaining({ code: 'AUDIT_CLOSED' }));
    expect(await actions()).toEqual(['event']);
  });

  it('loses a row that the database refuses, and none of its neighbours', async () => {
    const errors: unknown[] = [];
    const queue = recorder({ onError: (error) => errors.push(error) });
    for (const [i, action] of numbers(9).entries()) queue.record({ action }, i === 2 || i === 7 ? REFUSED : {});
    await queue.drain();
    expect(await actions()).toEqual(numbers(9).filter((_, i) => i !== 2 && i !== 7));
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 2 });
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toMatchObject({ code: 'AUDIT_EVENT_INVALID' });
  });

  /** A store that is away while `away()`. */
  const shaky = (away: () => boolean): ContentStore => {
    const store = postgresContentStore(log.pool, 'audit');
    return {
      ...store,
      append: async (...batch) => (away() ? Promise.reject(new Error('away')) : store.append(...batch)),
    };
  };

  it('tries again until the database is back, holding what comes meanwhile', async () => {
    let attempts = 0;
    const queue = recorder(
      { flushIntervalMs: 1 },
      shaky(() => attempts++ < 2),
    );
    queue.record({ action: 'event.0' });
    while (queue.facts.failedAttempts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    queue.record({ action: 'event.1' });
    expect(queue.facts).toMatchObject({ waiting: 2, lost: 0, failedAttempts: 1 });
    await queue.drain();
    expect(await actions()).toEqual(numbers(2));
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 0, failedAttempts: 2 });
  });

  it('gives up at the deadline of close, and says how much is lost', async () => {
    const queue = recorder(
      { maxBatch: 2 },
      shaky(() => true),
    );
    for (const action of numbers(5)) queue.record({ action });
    const started = performance.now();
    expect(await queue.close(200)).toEqual({ lost: 5, spooled: 0 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(150);
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 5 });
    expect(await actions()).toEqual([]);
  });

  it('goes on when onError throws', async () => {
    let attempts = 0;
    const onError = (): never => {
      throw new Error('from onError');
    };
    const queue = recorder(
      { flushIntervalMs: 1, onError },
      shaky(() => attempts++ < 1),
    );
    queue.record({ action: 'event' });
    while (queue.facts.failedAttempts === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await queue.drain();
    expect(await actions()).toEqual(['event']);
  });
});
