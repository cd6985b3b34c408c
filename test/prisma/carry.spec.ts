import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { withContext } from '../../src/context/index.js';
import { auditAdapter, audited, type CarriedField } from '../../src/prisma/index.js';
import { createQuickstart, lastPosition, PrismaClient, readContent, type Quickstart } from '../support/quickstart.js';

const CONTEXT = {
  actor: { id: 'u1', type: 'admin', email: 'ann@example.com', role: 'boss', onBehalfOf: 'u2' },
  tenant: 'acme',
  requestId: 'req-1',
  ip: '10.0.0.1',
  userAgent: 'curl',
};

let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart();
});
afterAll(() => world.close());

describe('carry', () => {
  it.each<[string, readonly CarriedField[] | undefined, object]>([
    [
      'nothing said: all',
      undefined,
      {
        id: 'u1',
        type: 'admin',
        email: 'ann@example.com',
        role: 'boss',
        onBehalfOf: 'u2',
        tenant: 'acme',
        ip: '10.0.0.1',
        userAgent: 'curl',
        requestId: 'req-1',
      },
    ],
    ['nothing: the actor and the tenant', [], { id: 'u1', type: 'admin', tenant: 'acme' }],
    ['the request', ['requestId'], { id: 'u1', type: 'admin', tenant: 'acme', requestId: 'req-1' }],
  ])('%s', async (_, carry, actor) => {
    class Client extends audited(PrismaClient, { carry }) {}
    const adapter = (): PrismaPg => new PrismaPg({ connectionString: world.url, max: 1 });
    const wrapped = new PrismaClient({ adapter: auditAdapter(adapter(), { carry }) });
    for (const prisma of [world.keep(new Client({ adapter: adapter() })), world.keep(wrapped)]) {
      const from = await lastPosition(world.pool);
      const seen = await withContext(CONTEXT, async () => {
        await prisma.counter.upsert({
          where: { key: 'a' },
          create: { key: 'a', value: 1 },
          update: { value: { increment: 1 } },
        });
        return await prisma.$queryRaw<{ query: string }[]>`select current_query() as query`;
      });
      const [content] = await readContent(world.pool, from);
      expect(content?.actor).toEqual(actor);
      const hex = /audit1:[0-9a-f]{32}([0-9a-f]*)\*\/$/.exec(seen[0]?.query ?? '')?.[1] ?? '';
      expect(JSON.parse(Buffer.from(hex, 'hex').toString())).toEqual(actor);
    }
  });

  it('is refused where it names what there is not', () => {
    const carry = ['requestid'] as unknown as CarriedField[];
    expect(() => auditAdapter(new PrismaPg({ connectionString: world.url }), { carry })).toThrow(
      'carry is a list out of email, role, onBehalfOf, ip, userAgent, session, requestId, traceId',
    );
  });
});
