import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject } from '@nestjs/common';
import { Audited, AuditService } from '../../src/index.js';
import { createPool, migrate } from '../../src/store/postgres/index.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { closeAll, serve } from './app.js';

@Controller('ping')
class Ping {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}
  @Audited('ping')
  @Get()
  async ping(): Promise<string> {
    await this.audit.record({ action: 'ping.inside' });
    return 'pong';
  }
}

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ durable: true, own: true });
  const pool = createPool(server.url, { max: 1, applicationName: 'test' });
  await migrate(pool, { schema: 'audit', origin: 'example.com/outage' });
  await pool.end();
});
afterAll(async () => {
  await server.stop();
  await closeAll();
}, 40_000);

describe('a database that is away', () => {
  it('at boot, stops neither the start nor any request, and its events arrive when it is back', async () => {
    await server.kill('SIGINT');
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const reported: unknown[] = [];
    const served = await serve(
      server.url,
      { controllers: [Ping] },
      { audit: { onError: (error) => reported.push(error) } },
    );

    const answers = await Promise.all(Array.from({ length: 20 }, () => served.send('GET', '/ping')));
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(Array(20).fill('200 pong'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(reported.length).toBeGreaterThan(0);

    await server.restart();
    const again = await served.send('GET', '/ping');
    const entries = await served.entries({ action: 'ping*' });
    for (const { id } of [...answers, again]) {
      const ofRequest = entries.filter((entry) => entry.actor?.['requestId'] === id);
      expect(ofRequest.map((entry) => entry.action).sort()).toEqual(['ping', 'ping.inside']);
    }
    expect(entries).toHaveLength(42);

    // And once more under way.
    await server.kill('SIGINT');
    const [during] = await Promise.all([served.send('GET', '/ping'), served.send('GET', '/ping')]);
    expect(during.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.restart();
    expect(await served.entries({ requestId: during.id })).toHaveLength(2);
    expect(await served.entries({ action: 'ping*' })).toHaveLength(46);
    await served.close();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});
