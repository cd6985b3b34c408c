import { afterAll, beforeAll, expect } from '@jest/globals';
import { prepare } from '../../src/recorder/port.js';
import { QueueRecorder } from '../../src/recorder/index.js';
import { recordStatement } from '../../src/store/content.port.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { scratch } from '../recorder/spool-world.js';
import { hostile } from '../support/hostile.js';
import { createLog, type TestLog } from '../support/log.js';

let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());

async function written(prefix: string): Promise<string[]> {
  const { rows } = await log.pool.query<{ action: string }>(
    `select header::json ->> 'action' as action from audit.content where header::json ->> 'action' like $1 order by pos`,
    [`${prefix}%`],
  );
  return rows.map(({ action }) => action);
}

/** A transaction that has written an event of each id, and stays open. */
async function holder(prefix: string, ids: readonly string[]): Promise<(how: 'commit' | 'rollback') => Promise<void>> {
  const client = await log.connect();
  await client.query('begin');
  const rows = ids.map((eventId) => prepare({ action: `${prefix}holder`, eventId }, () => false));
  const { text, values } = recordStatement('audit', null, rows);
  await client.query(text, values);
  return async (how) => void (await client.query(how));
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

hostile('an event id that an open transaction holds', (holds) => {
  for (const spooled of [false, true]) {
    for (const end of ['commit', 'rollback'] as const) {
      for (const count of [1, 20]) {
        const prefix = `h${spooled ? 's' : 'm'}${end}${count}.`;
        const run = async (): Promise<void> => {
          const ids = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
          const release = await holder(prefix, ids);
          const directory = scratch();
          const spool = spooled ? { spool: { directory: directory.path } } : {};
          const queue = new QueueRecorder(postgresContentStore(log.pool, 'audit'), { flushIntervalMs: 1, ...spool });
          await queue.ready();
          for (const eventId of ids) queue.record({ action: `${prefix}held`, eventId });
          queue.record({ action: `${prefix}free.1` });
          queue.record({ action: `${prefix}free.2`, eventId: `${prefix}own` });
          // The others are committed while it is open.
          await until(async () => (await written(prefix)).length === 2);
          queue.record({ action: `${prefix}free.3` });
          await until(async () => (await written(prefix)).length === 3);
          expect((await written(prefix)).every((action) => action.includes('free'))).toBe(true);
          await release(end);
          await queue.drain();
          const all = await written(prefix);
          const name = end === 'commit' ? 'holder' : 'held';
          expect(all.filter((action) => action === prefix + name)).toHaveLength(count);
          expect(all).toHaveLength(count + 3);
          expect(await queue.close(1_000)).toEqual({ lost: 0, spooled: 0 });
          expect(queue.facts).toMatchObject({ waiting: 0, lost: 0 });
          directory.remove();
        };
        const name = `${count} of them, ${spooled ? 'with a spool' : 'in memory'}, ${end} at the end: others go on, each is there once`;
        holds(name, run, { full: count > 1 && end === 'rollback', timeoutMs: 30_000 });
      }
    }
  }

  holds('at the end of the process it is counted as lost, or left on disk', async () => {
    const release = await holder('end.', ['end']);
    const memory = new QueueRecorder(postgresContentStore(log.pool, 'audit'), { flushIntervalMs: 1 });
    memory.record({ action: 'end.memory', eventId: 'end' });
    expect(await memory.close(500)).toEqual({ lost: 1, spooled: 0 });
    const directory = scratch();
    const disk = new QueueRecorder(postgresContentStore(log.pool, 'audit'), {
      flushIntervalMs: 1,
      spool: { directory: directory.path },
    });
    disk.record({ action: 'end.disk', eventId: 'end' });
    expect(await disk.close(1_000)).toEqual({ lost: 0, spooled: 1 });
    await release('rollback');
    directory.remove();
  });

  holds('keys are forgotten after days, in small steps, and never the young ones', async () => {
    await log.pool.query(
      `insert into audit.event_key (scope, tenant_key, key, at) select 'event', 'old', i::text, now() - interval '31 days' from generate_series(1, 6000) i`,
    );
    await log.pool.query(`insert into audit.event_key (scope, tenant_key, key) values ('event', 'old', 'young')`);
    expect([await log.store.forgetKeys(30), await log.store.forgetKeys(30)]).toEqual([5_000, 1_000]);
    expect(await log.store.forgetKeys(0)).toBe(0); // seven days at least
    const { rows } = await log.pool.query(`select key from audit.event_key where tenant_key = 'old'`);
    expect(rows).toEqual([{ key: 'young' }]);
  });
});
