import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { from, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { Audited, AuditService, runAs, SkipAudit, type AuditEntry } from '../../src/index.js';
import { createLog, serve, type Log, type Served } from './app.js';

@Injectable()
class Orders {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Audited('order.take', { severity: 'notice' })
  async take(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await this.audit.record({ action: 'order.inside' });
    return 'taken';
  }
  @Audited('order.plain')
  plain(): string {
    return 'plain';
  }
  @Audited('order.stream')
  stream(): unknown {
    return from([1, 2, 3]);
  }
  @Audited('order.fail')
  fail(): never {
    throw new RangeError('no such order');
  }
  @Audited('order.stream-fail')
  streamFail(): unknown {
    return throwError(() => new ForbiddenException('not yours'));
  }
  @Audited('order.undefined')
  failWithNothing(): unknown {
    return throwError(() => undefined);
  }
  undecorated(): string {
    return 'plain';
  }
  @Audited('order.skipped')
  @SkipAudit()
  skipped(): string {
    return 'skipped';
  }
}

let log: Log;
let served: Served;
let orders: Orders;
beforeAll(async () => {
  log = await createLog();
  served = await serve(log.url, { providers: [Orders] });
  orders = served.app.get(Orders);
});
afterAll(async () => {
  await served.close();
  await log.close();
});

/** What a transport does: Nest's own pipeline with its global interceptors, and then the result is subscribed to. */
async function call(method: keyof Orders, type = 'rpc'): Promise<unknown> {
  const creator = served.app.get(ExternalContextCreator, { strict: false });
  const handler = creator.create(
    orders,
    orders[method],
    method,
    '',
    undefined,
    undefined,
    undefined,
    { guards: true, interceptors: true, filters: false },
    type,
  );
  const result: unknown = await handler({ pattern: method }, {});
  return typeof result === 'object' && result !== null && 'subscribe' in result
    ? await lastValueFrom((result as ReturnType<typeof of>).pipe(toArray()))
    : result;
}

let after = new Date(0);
/** Entries since the last question. */
async function recorded(): Promise<readonly AuditEntry[]> {
  const entries = await served.entries({ from: after, action: 'order.*' });
  after = new Date(Date.now() + 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  return entries;
}

describe('a handler that no HTTP request calls', () => {
  it('leaves one entry of a unit of work of its own, with what it records inside', async () => {
    expect(await call('take')).toBe('taken');
    const entries = await recorded();
    const byAction = Object.fromEntries(entries.map((entry) => [entry.action, entry]));
    expect(Object.keys(byAction).sort()).toEqual(['order.inside', 'order.take']);
    expect(byAction['order.take']).toMatchObject({
      source: 'request',
      outcome: 'success',
      severity: 'notice',
      flags: [],
    });
    expect(byAction['order.take']?.durationMs).toBeGreaterThanOrEqual(19);
    expect(byAction['order.take']?.details).toEqual({ call: { transport: 'rpc' } });
    expect(byAction['order.inside']?.group).toBe(byAction['order.take']?.group);

    await Promise.all([call('take'), call('take')]);
    expect(new Set((await recorded()).map((entry) => entry.group)).size).toBe(2);
  });

  it.each<[Parameters<typeof call>[0], string]>([
    ['plain', 'order.plain'],
    ['stream', 'order.stream'],
  ])('leaves one success: %s', async (method, action) => {
    await call(method);
    expect((await recorded()).map((entry) => [entry.action, entry.outcome])).toEqual([[action, 'success']]);
  });

  it.each<[Parameters<typeof call>[0], string, string, object]>([
    ['fail', 'order.fail', 'failure', { name: 'RangeError', message: 'no such order' }],
    ['streamFail', 'order.stream-fail', 'denied', { name: 'ForbiddenException', code: '403' }],
    ['failWithNothing', 'order.undefined', 'failure', { name: 'undefined' }],
  ])('leaves one entry, and its own error is thrown: %s', async (method, action, outcome, error) => {
    const thrown: unknown = await call(method).then(
      () => 'nothing was thrown',
      (reason: unknown) => reason,
    );
    expect(thrown).not.toBe('nothing was thrown');
    const entries = await recorded();
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ action, outcome, error });
  });

  it.each<[Parameters<typeof call>[0]]>([['undecorated'], ['skipped']])(
    'leaves nothing when it is not audited: %s',
    async (method) => {
      await call(method);
      expect(await recorded()).toEqual([]);
    },
  );

  it('acts as whoever the transport says, inside a context that is there already', async () => {
    await runAs({ id: 'queue-7', type: 'service' }, () => call('take', 'ws'));
    const entries = await recorded();
    expect(entries.map((entry) => entry.actor?.['id'])).toEqual(['queue-7', 'queue-7']);
    expect(new Set(entries.map((entry) => entry.group)).size).toBe(1);
  });
});
