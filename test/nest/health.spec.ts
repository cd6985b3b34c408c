import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { AuditHealthIndicator, AuditService } from '../../src/index.js';
import { createQuickstart, type Quickstart } from '../support/quickstart.js';
import { closeAll, serve } from './app.js';

let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart();
});
afterAll(async () => {
  await closeAll();
  await world.close();
});

@Controller('health')
class Health {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(AuditHealthIndicator) private readonly audit: AuditHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.audit.isHealthy('audit')]);
  }

  @Get('strict')
  @HealthCheck()
  strict() {
    return this.health.check([() => this.audit.isHealthy('audit', { degraded: 'down', timeoutMs: 500 })]);
  }

  @Get('degraded')
  @HealthCheck()
  degraded() {
    return this.health.check([() => this.audit.isHealthy('audit', { degraded: 'degraded' })]);
  }
}

describe('AuditHealthIndicator in a check of @nestjs/terminus', () => {
  it('tells the facts, and what a degraded audit means is an option', async () => {
    const served = await serve(world.url, { imports: [TerminusModule], controllers: [Health] });
    const up = await served.send('GET', '/health');
    expect(up.status).toBe(200);
    expect(JSON.parse(up.text)).toMatchObject({
      status: 'ok',
      info: { audit: { status: 'up', state: 'up', database: 'up', unsealed: 0, probe: { state: 'ok' } } },
    });
    // Nobody has an entry for it, and for long: degraded.
    await world.pool.query(
      `update audit.sealer set holder = 'somebody', lease_ms = 1000000000, lease_until = clock_timestamp() + interval '10 days'`,
    );
    await world.pool.query(`insert into audit.content (source, header, actor, at) values ('record', '{"action":"old"}', '{}', clock_timestamp() - interval '2 min')`); // prettier-ignore
    const ask = async () => {
      const answers = await Promise.all(
        ['', '/strict', '/degraded'].map((path) => served.send('GET', `/health${path}`)),
      );
      return answers.map(({ status, text }) => {
        const { audit } = (JSON.parse(text) as { details: { audit: { status: string; state: string } } }).details;
        return `${status} ${audit.status} ${audit.state}`;
      });
    };
    expect(await ask()).toEqual(['200 up degraded', '503 down degraded', '200 degraded degraded']);
    await world.pool.query('alter schema audit rename to away');
    expect(await ask()).toEqual(['503 down down', '503 down down', '503 down down']); // not installed
    await world.pool.query('alter schema away rename to audit');
    await served.close();
  });

  it('needs no terminus: it gives a plain object, also for an audit with a name', async () => {
    const billing = { health: async () => await Promise.resolve({ status: 'degraded', waiting: 3 }) } as unknown as AuditService; // prettier-ignore
    const indicator = new AuditHealthIndicator(billing);
    expect(await indicator.isHealthy()).toEqual({ audit: { status: 'up', state: 'degraded', waiting: 3 } });
    const { billing: result } = await indicator.isHealthy('billing', { degraded: 'down' });
    expect(result).toEqual({ status: 'down', state: 'degraded', waiting: 3 });
  });
});
