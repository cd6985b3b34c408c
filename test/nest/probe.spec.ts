import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { AuditedClient, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';
import { closeAll, serve } from './app.js';

let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});
afterAll(() => world.close());

class PrismaService extends PrismaClient {}

function warnings(): string[] {
  const said: string[] = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => {
    said.push(String(message));
  });
  return said;
}

const plain = (): PrismaService =>
  world.keep(new PrismaService({ adapter: new PrismaPg({ connectionString: world.url, max: 1 }) }));

describe('AuditModule at its start', () => {
  it('finds the client among the providers, and warns of what it does not tell', async () => {
    const said = warnings();
    await serve(world.url, { providers: [{ provide: PrismaService, useFactory: plain }] });
    expect(said).toEqual([
      expect.stringContaining('the client PrismaService was built without auditAdapter()'),
      expect.stringContaining('$transaction([…]) of the client PrismaService'),
    ]);
  });

  it('says nothing of an audited client', async () => {
    const said = warnings();
    const client = world.keep(new AuditedClient({ adapter: new PrismaPg({ connectionString: world.url, max: 1 }) }));
    await serve(world.url, { providers: [{ provide: 'prisma', useValue: client }] });
    expect(said).toEqual([]);
  });

  it('does not start with probe: error', async () => {
    warnings();
    const providers = [{ provide: PrismaService, useFactory: plain }];
    await expect(serve(world.url, { providers }, { audit: { probe: 'error' } })).rejects.toMatchObject({
      code: 'AUDIT_PROBE_FAILED',
    });
  });

  it('starts without its database, and says that nothing was probed', async () => {
    const said = warnings();
    await serve('postgresql://nobody@127.0.0.1:1/none', {});
    expect(said[0]).toContain('the database cannot be reached yet, events wait and nothing was probed');
  });
});
