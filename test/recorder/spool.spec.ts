import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { QueueRecorder, type QueueOptions } from '../../src/recorder/index.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';
import { noSpace, scratch, shaky, watched } from './spool-world.js';

let log: TestLog;
let directory: ReturnType<typeof scratch>;
let away = false;
let errors: unknown[];
let opened: QueueRecorder[];
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());
beforeEach(async () => {
  directory = scratch();
  away = false;
  errors = [];
  opened = [];
  await log.pool.query('create or replace view mark as select coalesce(max(pos), 0) as pos from audit.content');
  start = Number((await log.pool.query('select pos from mark')).rows[0].pos);
});
afterEach(async () => {
  await Promise.all(opened.map((queue) => queue.close(1_000)));
  directory.remove();
});
let start = 0;

function recorder(options: QueueOptions = {}): QueueRecorder {
  const queue = new QueueRecorder(
    shaky(postgresContentStore(log.pool, 'audit'), () => away),
    {
      flushIntervalMs: 1,
      onError: (error) => errors.push(error),
      spool: { directory: directory.path, ...options.spool },
      ...options,
    },
  );
  opened.push(queue);
  return queue;
}

async function written(): Promise<{ action: string; flags: string; data: string }[]> {
  const { rows } = await log.pool.query(
    `select header::json ->> 'action' as action, flags, data from audit.content where pos > $1 order by pos`,
    [start],
  );
  return rows;
}
const actions = async (): Promise<string[]> => (await written()).map(({ action }) => action);
const files = (): string[] => readdirSync(directory.path).filter((name) => name.endsWith('.spool'));
const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `event.${from + i}`);

/** Records and waits until each event is as far as it comes. */
const reach = (queue: QueueRecorder, names: string[]): Promise<string[]> =>
  Promise.all(names.map((action) => queue.record({ action }).reached('committed')));

describe('while the database is away, the spool', () => {
  it('takes what is recorded, and gives it back in order and flagged, before anything newer', async () => {
    const queue = recorder({ maxBatch: 3 });
    away = true;
    expect(new Set(await reach(queue, numbers(10)))).toEqual(new Set(['spooled']));
    expect(queue.facts).toMatchObject({ spooled: 10, lost: 0, shed: 0 });
    expect(queue.facts.spoolBytes).toBeGreaterThan(1_000);
    expect(await actions()).toEqual([]);
    away = false;
    for (const action of numbers(5, 10)) queue.record({ action });
    await queue.drain();
    expect(await actions()).toEqual(numbers(15));
    const replayed = (await written()).slice(0, 10).map(({ flags }) => flags.split(',').includes('replayed'));
    expect(replayed).toEqual(Array(10).fill(true));
    expect(queue.facts).toMatchObject({ waiting: 0, spooled: 0, spoolBytes: 0, lost: 0 });
    expect(files()).toEqual([]);
    expect(await reach(queue, ['event.15'])).toEqual(['committed']);
    expect((await written()).at(-1)?.flags).not.toContain('replayed');
  });

  it('is readable for its owner alone', async () => {
    const queue = recorder({ spool: { directory: join(directory.path, 'made') } });
    away = true;
    await reach(queue, ['event']);
    const made = join(directory.path, 'made');
    expect(statSync(made).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(made).filter((each) => each.endsWith('.spool')))
      expect(statSync(join(made, name)).mode & 0o777).toBe(0o600);
  });

  it('keeps what the process leaves at its end, for the next one', async () => {
    const first = recorder();
    away = true;
    for (const action of numbers(4)) first.record({ action });
    expect(await first.close(5_000)).toEqual({ lost: 0, spooled: 4 });
    away = false;
    const second = recorder();
    second.record({ action: 'event.4' });
    await second.drain();
    expect(await actions()).toEqual(numbers(5));
  });
});

describe('a full spool', () => {
  it.each(['its bound', 'the disk'])('refuses events, when it is %s that is full', async (what) => {
    const disk = watched();
    const queue = recorder({
      disk,
      spool: { directory: directory.path, maxBytes: what === 'its bound' ? 3_000 : 1e6 },
    });
    away = true;
    await reach(queue, ['event.0']);
    if (what === 'the disk')
      disk.fault = () => {
        throw noSpace();
      };
    const taken: string[] = [];
    let refused: unknown;
    for (let i = 1; i < 100 && refused === undefined; i += 1) {
      try {
        queue.record({ action: `event.${i}` });
        taken.push(`event.${i}`);
      } catch (error) {
        refused = error;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(refused).toMatchObject({ code: 'AUDIT_SPOOL_FULL', facts: { lost: 1 } });
    expect(taken.length).toBeGreaterThan(0);
    disk.fault = () => undefined;
    away = false;
    await queue.drain();
    expect(await actions()).toEqual(['event.0', ...taken]); // what was taken in is not lost
    expect(queue.facts).toMatchObject({ lost: 1, spooled: 0, waiting: 0 });
  });

  it.each([
    ['its bound', false],
    ['a disk that is slow, and then has room', true],
  ])('that sheds, counts what it leaves out, and the log says so in its place: %s', async (_why, stalls) => {
    const disk = watched();
    const queue = recorder({ disk, spool: { directory: directory.path, maxBytes: 3_000, atBound: 'shed' } });
    away = true;
    const passes = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3));
    let goOn: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => (goOn = resolve));
    if (stalls) disk.fault = () => stalled;
    const expected: string[] = [];
    const shed: number[] = [];
    for (let i = 0; queue.facts.shed < 7; i += 1) {
      const before = queue.facts.shed;
      const receipt = queue.record({ action: `event.${i}` });
      if (queue.facts.shed === before) {
        expected.push(`event.${i}`);
      } else {
        if (expected.at(-1) !== 'audit.shed') {
          expected.push('audit.shed');
          shed.push(0);
        }
        shed.push((shed.pop() ?? 0) + 1);
        await expect(receipt.reached('committed')).rejects.toMatchObject({ code: 'AUDIT_NOT_DURABLE' });
        if (stalls && queue.facts.shed === 2) {
          goOn();
          // What waits in memory is guessed to be larger than it is on the disk: there is room once it is written.
          while (queue.facts.waiting > 0) await passes();
        }
      }
      await passes();
    }
    if (stalls) expect(shed.length).toBeGreaterThan(1);
    away = false;
    await queue.drain();
    queue.record({ action: 'after' });
    await queue.drain();
    expect(await actions()).toEqual([...expected, 'after']);
    const gaps = (await written()).filter((_row, i) => expected[i] === 'audit.shed');
    expect(gaps.map(({ flags, data }): unknown => [flags.split(',').includes('gap'), JSON.parse(data ?? '')])).toEqual(
      shed.map((count) => [true, { details: { count, from: expect.any(String), to: expect.any(String) } }]),
    );
    expect(queue.facts).toMatchObject({ lost: 0, shed: 7 });
  });
});
