import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import type { AuditEvent } from '../../src/event/types.js';
import { prepare } from '../../src/recorder/port.js';
import { QueueRecorder } from '../../src/recorder/index.js';
import { recordStatement } from '../../src/store/content.port.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';

let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());

const recorder = (): QueueRecorder =>
  new QueueRecorder(postgresContentStore(log.pool, 'audit'), { flushIntervalMs: 1 });
const statement = (...events: AuditEvent[]): { text: string; values: unknown[] } =>
  recordStatement(
    'audit',
    null,
    events.map((event) => prepare(event, () => false)),
  );

async function written(prefix: string): Promise<string[]> {
  const { rows } = await log.pool.query<{ action: string }>(
    `select header::json ->> 'action' as action from audit.content where header::json ->> 'action' like $1 order by pos`,
    [`${prefix}%`],
  );
  return rows.map(({ action }) => action);
}

describe('an event id', () => {
  it('is used once: a second event with it is not written, in the same batch or in a later one', async () => {
    const queue = recorder();
    queue.record({ action: 'once.first', eventId: 'e1' });
    queue.record({ action: 'once.same.batch', eventId: 'e1' });
    queue.record({ action: 'once.other', eventId: 'e2' });
    queue.record({ action: 'once.none' });
    queue.record({ action: 'once.none' });
    await queue.drain();
    queue.record({ action: 'once.later', eventId: 'e1' });
    await queue.drain();
    expect(await written('once.')).toEqual(['once.first', 'once.other', 'once.none', 'once.none']);
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 0, failedAttempts: 0 });
  });

  it('belongs to its tenant, whether the event or its context names it', async () => {
    const queue = recorder();
    const same = { eventId: 'shared' };
    queue.record({ action: 'tenant.none', ...same });
    queue.record({ action: 'tenant.acme', tenant: 'acme', ...same });
    queue.record({ action: 'tenant.globex', tenant: 'globex', ...same });
    await withContext({ tenant: 'acme' }, () => queue.record({ action: 'tenant.acme.again', ...same }));
    await withContext({ tenant: 'initech' }, () => queue.record({ action: 'tenant.initech', ...same }));
    await queue.drain();
    expect(await written('tenant.')).toEqual(['tenant.none', 'tenant.acme', 'tenant.globex', 'tenant.initech']);
  });

  it('may look like the number of another event', async () => {
    const queue = recorder();
    queue.record({ action: 'number.first', eventId: '2' });
    queue.record({ action: 'number.second' });
    queue.record({ action: 'number.third', eventId: '1' });
    await queue.drain();
    expect(await written('number.')).toEqual(['number.first', 'number.second', 'number.third']);
  });

  it.each([
    ['used up when that one commits', 'commit', []],
    ['free again when that one rolls back', 'rollback', ['wait.second']],
  ])('is waited for while another transaction holds it, and %s', async (_, end, after) => {
    const eventId = `wait-${end}`;
    const client = await log.connect();
    await client.query('begin');
    await client.query(statement({ action: `wait.first.${end}`, eventId }));
    const { text, values } = statement({ action: 'wait.second', eventId });
    const second = log.pool.query(text, values);
    const waits = async (): Promise<boolean> =>
      (
        await log.pool.query(
          `select count(*) > 0 as waits from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        )
      ).rows[0].waits;
    while (!(await waits())) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.query(end);
    expect((await second).rows).toEqual([{ written: after.length }]);
    expect(await written('wait.second')).toEqual(after);
  });

  it('is used once by many at the same moment, also in opposite orders', async () => {
    const queues = Array.from({ length: 5 }, () => recorder());
    const ids = Array.from({ length: 20 }, (_, i) => `crowd-${i}`);
    for (const [i, queue] of queues.entries()) {
      for (const eventId of i % 2 === 0 ? ids : ids.toReversed()) queue.record({ action: `crowd.${eventId}`, eventId });
    }
    await Promise.all(queues.map((queue) => queue.drain()));
    expect((await written('crowd.')).toSorted()).toEqual(ids.map((id) => `crowd.${id}`).toSorted());
    for (const queue of queues) expect(queue.facts).toMatchObject({ waiting: 0, lost: 0 });
  });

  it('is free again when the transaction of the caller rolls back', async () => {
    const client = await log.connect();
    await client.query('begin');
    await client.query(statement({ action: 'undone.first', eventId: 'undone' }));
    await client.query('rollback');
    const queue = recorder();
    queue.record({ action: 'undone.second', eventId: 'undone' });
    await queue.drain();
    expect(await written('undone.')).toEqual(['undone.second']);
  });
});
