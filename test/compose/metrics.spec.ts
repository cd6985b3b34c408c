import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { createAudit, type Audit, type AuditOptions } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import { openRecord } from '../../src/http/request-record.js';
import { createPool } from '../../src/store/postgres/index.js';
import { createLog, type Log } from '../nest/app.js';

/** Collects when it is told to. */
class ManualReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

let log: Log;
let reader: ManualReader;
const opened: Audit[] = [];
beforeAll(async () => {
  log = await createLog();
});
beforeEach(() => {
  reader = new ManualReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((audit) => audit.close({ deadlineMs: 0 })));
  metrics.disable();
});
afterAll(() => log.close());

const open = (options: Partial<AuditOptions> = {}): Audit => {
  const audit = createAudit({ databaseUrl: log.url, seal: false, flushIntervalMs: 1, ...options });
  opened.push(audit);
  return audit;
};

/** Of one collection: `name{attributes}` and its value. */
async function collect(): Promise<{ values: Record<string, number>; metrics: readonly MetricData[] }> {
  await new Promise((resolve) => setImmediate(resolve)); // the API is loaded beside the start
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const values: Record<string, number> = {};
  for (const { descriptor, dataPoints } of all)
    for (const { attributes, value } of dataPoints) {
      const { 'audit.name': name, ...rest } = attributes;
      values[[descriptor.name, name, ...Object.values(rest)].join(' ')] = value as number; // no histogram among them
    }
  return { values, metrics: all };
}

describe('metrics', () => {
  it('tell what was taken in by source and outcome, what waits and what is not sealed', async () => {
    const audit = open();
    audit.record({ action: 'a.b' });
    audit.record({ action: 'a.b' }, { source: 'read' });
    const context = newContext();
    openRecord(context);
    audit.record({ action: 'a.b', outcome: 'denied', details: { callbacksFailed: ['x', 'y'] } }, { source: 'request', context }); // prettier-ignore
    audit.record({ action: 'a.b', details: { callbacksFailed: ['the application says so'] } });
    expect(() => audit.record({ action: 'not well-formed' })).toThrow('AUDIT_EVENT_INVALID');
    await audit.drain();
    const { values } = await collect();
    expect(values).toEqual({
      'audit.entries default record success': 2,
      'audit.entries default read success': 1,
      'audit.entries default request denied': 1,
      'audit.denied default': 1,
      'audit.lost default': 0,
      'audit.failed_attempts default': 0,
      'audit.callbacks_failed default': 2,
      'audit.folded default': 0,
      'audit.queue.waiting default': 0,
      'audit.unsealed default': 4,
      'audit.unsealed.age default': expect.any(Number),
    }); // nothing was sealed yet, and there is no spool: no figure is better than a wrong one
    expect(values['audit.unsealed.age default']).toBeLessThan(60);
  });

  it('have the units that the documentation says', async () => {
    const audit = open({ seal: { minWaitMs: 1 } });
    audit.record({ action: 'a.b' });
    await audit.flush();
    const { metrics: all } = await collect();
    expect(all.map(({ descriptor }) => `${descriptor.name} ${descriptor.unit}`)).toEqual([
      'audit.entries {entry}',
      'audit.denied {entry}',
      'audit.lost {entry}',
      'audit.failed_attempts {attempt}',
      'audit.callbacks_failed {call}',
      'audit.folded {entry}',
      'audit.queue.waiting {entry}',
      'audit.unsealed {entry}',
      'audit.unsealed.age s',
      'audit.seal.lag s',
    ]);
  });

  it('tell of followers that this process runs, or waits to run, and ask for them no sooner', async () => {
    const audit = open({ seal: { minWaitMs: 1 } });
    audit.record({ action: 'a.b' });
    await audit.flush();
    audit.follow('siem', () => { throw new Error('away'); }, { pollMs: 10, batch: { waitMs: 0 }, retry: { minMs: 1, maxMs: 2 } }); // prettier-ignore
    let { values } = await collect();
    for (let looks = 0; looks < 200 && !(Number(values['audit.follower.failures default siem']) > 0); looks += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      ({ values } = await collect());
    }
    await audit.close();
    expect(values['audit.follower.lag default siem']).toBeGreaterThan(0);
    expect(values['audit.follower.lag.age default siem']).toBeLessThan(60);
    expect(values['audit.follower.dead_letters default siem']).toBe(0);
  });

  it('keep two audits apart by name, and add up those of one name, also after one was closed', async () => {
    const [first, second, billing] = [open(), open(), open({ name: 'billing' })];
    for (const audit of [first, first, second, billing]) audit.record({ action: 'a.b' });
    await Promise.all([first, second, billing].map((audit) => audit.drain()));
    await first.close();
    const { values } = await collect();
    expect(values['audit.entries default record success']).toBe(3);
    expect(values['audit.entries billing record success']).toBe(1);
  });

  it('ask the database once for each collection, and never when nobody collects', async () => {
    const pool = createPool(log.url, { max: 1, applicationName: 'watch' });
    await pool.query(`alter function audit.pending(integer) rename to pending_asked`);
    await pool.query(`create sequence audit.asked`);
    await pool.query(`create function audit.pending(p integer) returns table (alive boolean, unsealed bigint, at_least boolean, oldest_ms float8, lag_ms float8, writable boolean, behind boolean, ahead_ms float8)
      language sql as $$ select q.* from audit.pending_asked(p) q, (select nextval('audit.asked')) n $$`);
    const asked = async (): Promise<number> => Number((await pool.query(`select case when is_called then last_value else 0 end as n from audit.asked`)).rows[0].n); // prettier-ignore
    const audit = open();
    audit.record({ action: 'a.b' });
    await audit.drain();
    expect(await asked()).toBe(0);
    await collect();
    expect(await asked()).toBe(1);
    await collect();
    expect(await asked()).toBe(2);
    await audit.close();
    await collect();
    expect(await asked()).toBe(2);
    await pool.query(
      `drop function audit.pending(integer); drop sequence audit.asked; alter function audit.pending_asked(integer) rename to pending`,
    );
    await pool.end();
  });

  it('leave out what the database cannot tell, and tell the rest', async () => {
    const audit = open({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', maxQueue: 1, name: 'away' });
    audit.record({ action: 'a.b' });
    expect(() => audit.record({ action: 'a.b' })).toThrow('AUDIT_QUEUE_FULL');
    const { values } = await collect();
    expect(values).toMatchObject({ 'audit.lost away': 1, 'audit.queue.waiting away': 1 });
    expect(Object.keys(values).filter((name) => name.startsWith('audit.unsealed'))).toEqual([]);
  });
});
