import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import { createLog, serve, type Log, type Served } from './app.js';
import { Items, KnowsUser, SLOW_MS } from './outcomes-app.js';

let log: Log;
let served: Served;
beforeAll(async () => {
  log = await createLog();
  served = await serve(log.url, { controllers: [Items], providers: [{ provide: APP_GUARD, useClass: KnowsUser }] });
});
afterAll(async () => {
  await served.close();
  await log.close();
});

describe('a client that goes away before the answer', () => {
  it('leaves exactly one entry, which does not claim a success that nobody saw', async () => {
    const headers = { 'x-user': 'ann', 'x-request-id': 'gone' };
    const signal = AbortSignal.timeout(SLOW_MS / 5);
    await expect(fetch(`${served.url}/items/slow/7`, { headers, signal })).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS * 1.5));
    const entries = await served.entries({ requestId: 'gone' });
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      action: 'item.slow',
      outcome: 'failure',
      actor: { id: 'ann' },
      resource: { type: 'Item', id: '7' },
      details: { http: { method: 'GET', route: '/items/slow/:id', aborted: true } },
    });
    // No status was sent, so none is told.
    expect(entries[0]?.details?.['http']).not.toHaveProperty('status');
    expect(entries[0]?.durationMs).toBeLessThan(SLOW_MS);
  });

  it('is not mistaken for one that read the whole answer and hung up', async () => {
    const { id } = await served.send('GET', '/items/sync', { connection: 'close' });
    const [entry] = await served.entries({ requestId: id });
    expect(entry?.outcome).toBe('success');
    expect(entry?.details).toEqual({ http: { method: 'GET', route: '/items/sync', status: 200 } });
  });
});
