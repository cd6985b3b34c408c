import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runAs } from '../../src/index.js';
import type { QueueOptions } from '../../src/recorder/index.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import type { ContentRow, ContentStore } from '../../src/store/content.port.js';
import { createLog, type TestLog } from '../support/log.js';
import { readWorld, tell, type World } from './read-world.js';
import { scratch, shaky } from './spool-world.js';

let log: TestLog;
let store: ContentStore;
beforeAll(async () => {
  log = await createLog();
  store = postgresContentStore(log.pool, 'audit');
});
afterAll(() => log.close());

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

let model = '';
let made = 0;
let away = false;
beforeEach(() => {
  made += 1;
  model = `Card${made}`;
  away = false;
});

/** Reads whose database can be away, and that only somebody who waits gets written. */
function create(options: QueueOptions = {}): World {
  const world = readWorld(
    shaky(store, () => away),
    { flushIntervalMs: 60_000, ...options },
  );
  ends.push(() => world.queue.close(100));
  return world;
}

const vera = { id: 'vera' };

/** The numbers of reads that committed rows stand for, in their order. */
async function committed(): Promise<number[]> {
  const { rows } = await log.pool.query<{ data: string }>(
    'select data from audit.content where model = $1 order by pos',
    [model],
  );
  return rows.map(({ data }) => (JSON.parse(data) as { details: { reads?: number } }).details.reads ?? 1);
}

describe('a read whose caller waits', () => {
  it('is committed then, at once, with those before it that are the same', async () => {
    const { reads } = create();
    await runAs(vera, async () => {
      tell(model, { to: reads });
      expect(await tell(model, { to: reads }).durable()).toBe('committed');
      expect(await committed()).toEqual([2]);
      expect(reads.waiting).toBe(0);
    });
  });

  it('is committed without a context too', async () => {
    const { reads } = create();
    expect(await tell(model, { to: reads }).durable()).toBe('committed');
    expect(await committed()).toEqual([1]);
  });

  it('waits for the entry of an earlier one that is the same, and is counted', async () => {
    const { reads, queue } = create();
    await runAs(vera, async () => {
      const together = Array.from({ length: 20 }, () => tell(model, { to: reads }).durable());
      expect(new Set(await Promise.all(together))).toEqual(new Set(['committed']));
      expect(await tell(model, { to: reads }).durable()).toBe('committed');
      expect(await committed()).toEqual([1]);
      expect(reads.waiting).toBe(1);
    });
    reads.release();
    await queue.drain();
    expect(await committed()).toEqual([1, 20]);
  });

  it('can ask when its entry has been written already', async () => {
    const { reads } = create();
    const receipt = await runAs(vera, () => tell(model, { to: reads }));
    reads.release();
    expect([await receipt.durable(), await receipt.durable()]).toEqual(['committed', 'committed']);
    expect(await committed()).toEqual([1]);
  });

  it('is told that it is not durable while the database is away, and is written later', async () => {
    const { reads, queue } = create({ durabilityTimeoutMs: 500 });
    away = true;
    await runAs(vera, async () => {
      await expect(tell(model, { to: reads }).durable()).rejects.toMatchObject({ code: 'AUDIT_NOT_DURABLE' });
      away = false;
      await queue.drain();
      expect(await tell(model, { to: reads }).durable()).toBe('committed');
    });
    expect(await committed()).toEqual([1, 1]);
  });

  it('is on disk while the database is away, where there is a spool', async () => {
    const directory = scratch();
    ends.push(directory.remove);
    const { reads, queue } = create({ spool: { directory: directory.path } });
    ends.reverse(); // the queue before its directory
    await queue.ready();
    away = true;
    await runAs(vera, async () => {
      expect(await tell(model, { to: reads }).durable()).toBe('spooled');
      expect(await tell(model, { to: reads }).durable()).toBe('spooled');
    });
    expect(await committed()).toEqual([]);
    away = false;
    reads.release();
    await queue.drain();
    expect(await committed()).toEqual([1, 1]);
  });

  it('is told why it cannot be recorded; the next that is the same is written for itself', async () => {
    const { reads, queue, errors } = create({ maxQueue: 1 });
    away = true;
    await runAs(vera, async () => {
      tell('Other', { to: reads });
      reads.release();
      await expect(tell(model, { to: reads }).durable()).rejects.toMatchObject({ code: 'AUDIT_QUEUE_FULL' });
      expect(errors).toEqual([expect.objectContaining({ code: 'AUDIT_QUEUE_FULL' })]);
      away = false;
      await queue.drain(); // makes room
      expect(await tell(model, { to: reads }).durable()).toBe('committed');
    });
    expect(await committed()).toEqual([1]);
    const wrong = tell(model, { to: reads, action: 'no such action!' });
    await expect(wrong.durable()).rejects.toMatchObject({ code: 'AUDIT_EVENT_INVALID' });
  });

  it('is told that it is lost when the database refuses it, which holds up no other', async () => {
    const refused = { code: '23514', name: 'AuditError', message: 'refused' };
    const append = async (name: string, rows: readonly ContentRow[]): Promise<void> => {
      if (rows.some(({ data }) => data?.includes('poison')))
        throw Object.assign(new Error('refused'), refused, { code: 'AUDIT_EVENT_INVALID' });
      await store.append(name, rows);
    };
    const { reads, queue } = readWorld({ ...store, append }, { flushIntervalMs: 60_000 });
    await runAs(vera, async () => {
      const both = [{ id: 'poison' }, { id: 'fine' }].map((details) => tell(model, { to: reads, details }).durable());
      expect(await Promise.allSettled(both)).toMatchObject([
        { status: 'rejected', reason: { code: 'AUDIT_NOT_DURABLE' } },
        { status: 'fulfilled', value: 'committed' },
      ]);
    });
    expect(queue.facts.lost).toBe(1);
  });
});
