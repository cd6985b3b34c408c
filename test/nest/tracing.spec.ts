import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Inject, Post } from '@nestjs/common';
import { context, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { PrismaPg } from '@prisma/adapter-pg';
import { Audited, AuditService, withContext } from '../../src/index.js';
import { currentContext } from '../../src/context/index.js';
import { AuditedClient, createQuickstart, type Quickstart } from '../support/quickstart.js';
import { closeAll, serve, type Served } from './app.js';

let world: Quickstart;
let served: Served;
const provider = new NodeTracerProvider();
const tracer = provider.getTracer('test');

beforeAll(async () => {
  world = await createQuickstart();
  const prisma = world.keep(new AuditedClient({ adapter: new PrismaPg({ connectionString: world.url, max: 2 }) }));

  @Controller('users')
  class Users {
    constructor(@Inject(AuditService) private readonly audit: AuditService) {}
    @Audited('user.open')
    @Post()
    async open(): Promise<string> {
      await prisma.user.create({
        data: { tenantId: 'acme', name: 'ann', email: `${randomUUID()}@x`, passwordHash: 'x' },
      });
      await this.audit.record({ action: 'user.opened' });
      return 'done';
    }
  }

  served = await serve(world.url, { controllers: [Users] }, {
    audit: { tenant: () => 'acme' },
    // What an instrumentation of node:http does: the whole request runs inside a span.
    prepare: (app) =>
      void app.getHttpAdapter().getInstance().use((_request: unknown, response: { on(event: string, end: () => void): void; setHeader(name: string, value: string): void }, next: () => void) => {
        tracer.startActiveSpan('request', (span) => {
          const { traceId, spanId } = span.spanContext();
          response.setHeader('x-trace', `${traceId}-${spanId}`);
          response.on('finish', () => span.end());
          next();
        });
      }),
  }); // prettier-ignore
});
afterAll(async () => {
  await closeAll();
  await world.close();
  trace.disable();
  context.disable();
});

describe('the trace id', () => {
  it('is absent as long as nobody traces', async () => {
    const { id } = await served.send('POST', '/users');
    const entries = await served.entries({ requestId: id, tenant: 'acme' });
    expect(entries.map(({ action, actor }) => [action, actor?.['traceId']])).toEqual([
      ['user.open', undefined], // in the order in which they began
      ['User.create', undefined],
      ['user.opened', undefined],
    ]);
  });

  it('and the span id of a request are in its entry, in those it recorded, and in those of its Prisma changes', async () => {
    provider.register();
    const answers = await Promise.all(Array.from({ length: 5 }, () => served.send('POST', '/users')));
    for (const { id, headers } of answers) {
      const traceId = headers.get('x-trace');
      expect(traceId).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}$/);
      const entries = await served.entries({ requestId: id, tenant: 'acme' });
      expect(entries.map(({ action, actor }) => [action, actor?.['traceId']])).toEqual([
        ['user.open', traceId],
        ['User.create', traceId],
        ['user.opened', traceId],
      ]);
    }
    expect(new Set(answers.map(({ headers }) => headers.get('x-trace'))).size).toBe(5);
  });

  it('is that of the span that is active where a context is made; what the application says wins, and nothing is lost', async () => {
    const inside = () => currentContext()?.traceId;
    const idOf = (span: { spanContext(): { traceId: string; spanId: string } }): string =>
      `${span.spanContext().traceId}-${span.spanContext().spanId}`;
    await tracer.startActiveSpan('job', async (job) => {
      await withContext({}, async () => {
        expect(inside()).toBe(idOf(job));
        await tracer.startActiveSpan('step', async (step) => {
          expect(await withContext({ tenant: 'acme' }, inside)).toBe(idOf(step));
          expect(await withContext({ traceId: 'mine' }, inside)).toBe('mine');
        });
        await context.with(trace.deleteSpan(context.active()), async () => {
          expect(await withContext({ tenant: 'acme' }, inside)).toBe(idOf(job));
        });
      });
    });
    expect(await withContext({}, inside)).toBeUndefined();
  });
});
