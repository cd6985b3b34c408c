import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Audited } from '../../src/index.js';
import { createLog, serve, type Log, type Served } from './app.js';
import { Nobody } from './items-app.js';

@Controller('held')
class Held {
  @Audited('held.committed', { durability: 'committed' })
  @HttpCode(202)
  @Post('committed')
  committed(): object {
    return { done: true };
  }
  @Audited('held.sealed', { durability: 'sealed' })
  @Get('sealed')
  async sealed(): Promise<string> {
    return await Promise.resolve('sealed');
  }
  @Audited('held.refused', { durability: 'committed' })
  @UseGuards(Nobody)
  @Get('refused')
  refused(): void {}
  @Audited('held.failed', { durability: 'committed' })
  @Get('failed')
  failed(): never {
    throw new RangeError('of the handler');
  }
}

describe.each(['express', 'fastify'] as const)('on %s, a route that wants its entry durable', (on) => {
  let log: Log;
  let served: Served;
  beforeAll(async () => {
    log = await createLog();
    served = await serve(log.url, { controllers: [Held] }, { on, audit: { flushIntervalMs: 5_000 } });
  });
  afterAll(async () => {
    await served.close();
    await log.close();
  });

  it.each([
    ['POST', 'committed', 202, '{"done":true}'],
    ['GET', 'refused', 403, 'Forbidden resource'],
    ['GET', 'failed', 500, 'Internal server error'],
  ])('is answered when the entry is in the database: %s %s', async (method, name, status, text) => {
    const answer = await served.send(method, `/held/${name}`);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    const { rows } = await log.pool.query(
      `select 1 from audit.content where convert_from(actor, 'UTF8')::json ->> 'requestId' = $1`,
      [answer.id],
    );
    expect(rows).toHaveLength(1);
  });

  it('is answered when the entry is in the chain, if it asks for that', async () => {
    const answer = await served.send('GET', '/held/sealed');
    expect([answer.status, answer.text]).toEqual([200, 'sealed']);
    const { entries } = await served.audit.query.find({ requestId: answer.id });
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(['held.sealed success']);
  });
});
