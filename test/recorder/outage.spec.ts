import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { QueueRecorder } from '../../src/recorder/index.js';
import { Sealer } from '../../src/sealer/index.js';
import { createPool, postgresContentStore, postgresSealerStore } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { startProxy, type Proxy } from './proxy.js';

let log: TestLog;
let proxy: Proxy;
let pool: pg.Pool;
let errors: unknown[];
let queue: QueueRecorder;
beforeEach(async () => {
  log = await createLog();
  proxy = await startProxy(log.url);
  pool = createPool(proxy.url, { max: 2, applicationName: 'test' });
  await pool.query('select 1'); // connected
  errors = [];
  queue = recorderOn(pool);
});
afterEach(async () => {
  await proxy.close();
  await pool.end();
  await log.close();
});

const recorderOn = (on: pg.Pool): QueueRecorder =>
  new QueueRecorder(postgresContentStore(on, 'audit'), { flushIntervalMs: 1, onError: (error) => errors.push(error) });

async function actions(of = log.pool): Promise<string[]> {
  const { rows } = await of.query<{ action: string }>(
    `select header::json ->> 'action' as action from audit.content where source = 'record' order by pos`,
  );
  return rows.map(({ action }) => action);
}

describe('a batch whose commit was not acknowledged', () => {
  it('is sent again, and written once', async () => {
    const before = proxy.connections;
    proxy.loseNextAnswer('cut');
    queue.record({ action: 'a' });
    queue.record({ action: 'b' });
    await proxy.lost;
    expect(await actions()).toEqual(['a', 'b']); // committed, which the recorder cannot know
    queue.record({ action: 'c' });
    await queue.drain();
    expect(proxy.connections).toBeGreaterThan(before);
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 0, failedAttempts: 1 });
    expect(errors).toHaveLength(1);
    expect(await actions()).toEqual(['a', 'b', 'c']);
  });

  it('fails without the rule: sent again under another name', async () => {
    const store = postgresContentStore(pool, 'audit');
    const nameless = new QueueRecorder(
      { ...store, append: (_, rows) => store.append(crypto.randomUUID(), rows) },
      { flushIntervalMs: 1 },
    );
    proxy.loseNextAnswer('cut');
    nameless.record({ action: 'a' });
    await proxy.lost;
    await nameless.drain();
    expect(await actions()).toEqual(['a', 'a']);
  });

  // The writer looks at the deadline between attempts, and this attempt never ends.
  it('does not hold up close beyond its deadline when the connection is silent', async () => {
    proxy.loseNextAnswer('hang');
    queue.record({ action: 'a' });
    await proxy.lost;
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, 1_000, 'late').unref());
    expect(await Promise.race([queue.close(200), late])).not.toBe('late');
  });
});

describe('a server that is killed and comes back', () => {
  let server: PostgresServer;
  afterEach(() => server.stop());

  it('gets every event once and in order, and the sealer goes on', async () => {
    server = await startPostgres({ own: true, durable: true });
    const own = await createLog(server.url);
    const events = Array.from({ length: 30 }, (_, i) => `event.${i}`);
    const recorder = recorderOn(own.pool);
    const sealer = new Sealer(postgresSealerStore(own.pool, 'audit'), {
      minWaitMs: 5,
      maxWaitMs: 20,
      onError: (error) => errors.push(error),
    });
    sealer.start();
    for (const [i, action] of events.entries()) {
      recorder.record({ action });
      if (i === 10) await server.kill();
      if (i === 20) await server.restart();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await recorder.drain();
    expect(await actions(own.pool)).toEqual(events);
    expect(recorder.facts).toMatchObject({ waiting: 0, lost: 0 });
    expect(errors.length).toBeGreaterThan(0);
    const sealed = async (): Promise<number> =>
      (await own.pool.query(`select count(*)::integer as n from audit.entry where action like 'event.%'`)).rows[0].n;
    while ((await sealed()) < events.length) await new Promise((resolve) => setTimeout(resolve, 20));
    await sealer.stop();
    await own.close();
  });
});
