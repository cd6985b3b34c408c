import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { runAs } from '../../src/context/index.js';
import { audit, auditAdapter, audited } from '../../src/prisma/index.js';
import { probeClient } from '../../src/prisma/probe.js';
import type { Queryable } from '../../src/prisma/driver-adapter.js';
import { AuditedClient, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';

let world: Quickstart;
let bare: Quickstart;
beforeAll(async () => {
  world = await createQuickstart();
  bare = await createQuickstart({ coverage: false });
});
afterAll(async () => {
  await world.close();
  await bare.close();
});

/** A driver behind ours through which every statement goes changed: what a proxy between client and server would do. */
function through(change: (sql: string) => string, url: string): PrismaPg {
  const factory = new PrismaPg({ connectionString: url, max: 1 });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    // The public part of an adapter, as the tests of the wrapped one have it.
    const target = adapter as unknown as Queryable;
    const queryRaw = target.queryRaw.bind(adapter);
    target.queryRaw = async (query): Promise<unknown> => await queryRaw({ ...query, sql: change(query.sql) });
    return adapter;
  };
  return factory;
}

const pg = (url: string, options = ''): PrismaPg => new PrismaPg({ connectionString: url, max: 1, options });
const OK = ['client.comment ok', 'client.transaction ok'];

describe('the probe of a client', () => {
  it.each<[string, (url: string) => object, string[], RegExp]>([
    ['audited(PrismaClient)', (url) => new AuditedClient({ adapter: pg(url) }), OK, /tell who acts/],
    [
      '$extends(audit())',
      (url) => new PrismaClient({ adapter: auditAdapter(pg(url)) }).$extends(audit()),
      OK,
      /tell who acts/,
    ],
    [
      'extended before and behind',
      (url) =>
        new PrismaClient({ adapter: auditAdapter(pg(url)) })
          .$extends({ name: 'before' })
          .$extends(audit())
          .$extends({ query: { $allOperations: async ({ args, query }) => await query(args) } }),
      OK,
      /tell who acts/,
    ],
    [
      'a context that carries next to nothing',
      (url) => new (class extends audited(PrismaClient, { carry: [] }) {})({ adapter: pg(url) }),
      OK,
      /tell who acts/,
    ],
    [
      'comments of a tracing driver behind ours',
      (url) => new AuditedClient({ adapter: through((sql) => `${sql} /*traceparent='00-1'*/`, url) }),
      OK,
      /tell who acts/,
    ],
    [
      'an adapter that is not wrapped',
      (url) => new PrismaClient({ adapter: pg(url) }),
      ['client.comment fail', 'client.transaction fail'],
      /was built without auditAdapter\(\)/,
    ],
    [
      'an adapter without the override of array transactions',
      (url) => new PrismaClient({ adapter: auditAdapter(pg(url)) }),
      ['client.comment ok', 'client.transaction fail'],
      /actor of another request/,
    ],
    [
      'a proxy that strips comments',
      (url) => new AuditedClient({ adapter: through((sql) => sql.replaceAll(/\/\*.*?\*\//gs, ''), url) }),
      ['client.comment fail', 'client.transaction ok'],
      /a proxy or pooler strips comments/,
    ],
    [
      'a driver that writes behind the comment',
      (url) => new AuditedClient({ adapter: through((sql) => `${sql} limit 1`, url) }),
      ['client.comment fail', 'client.transaction ok'],
      /or writes behind it/,
    ],
    [
      'connections on which triggers do not fire',
      (url) => new AuditedClient({ adapter: pg(url, '-c session_replication_role=replica') }),
      ['client.comment ok', 'client.transaction ok', 'client.replica fail'],
      /session_replication_role is "replica"/,
    ],
  ])('finds what is there: %s', async (_, make, states, message) => {
    const client = world.keep(make(world.url) as PrismaClient);
    const checks = await probeClient(client, 'audit');
    expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual(states);
    expect(checks.map((check) => check.message).join('\n')).toMatch(message);
    for (const { state, remedy } of checks) expect(remedy !== undefined).toBe(state !== 'ok');
  });

  it('says nothing of a database without a log', async () => {
    expect(await probeClient(bare.keep(new PrismaClient({ adapter: pg(bare.url) })), 'audit')).toEqual([]);
  });

  it('says that it knows nothing of what does not answer like a client', async () => {
    const [check] = await probeClient({ $queryRawUnsafe: async () => await Promise.resolve(undefined) }, 'audit');
    expect(check).toMatchObject({ state: 'warn', message: expect.stringContaining('nothing is known of it') });
  });

  it('is there as $audit().probe(), whoever acts, inside of a transaction as well, and leaves nothing behind', async () => {
    const prisma = world.keep(new AuditedClient({ adapter: pg(world.url) }));
    const checks = await runAs({ id: 'ann' }, async () => await prisma.$audit().probe());
    expect(checks.map(({ state }) => state)).toEqual(['ok', 'ok']);
    const inside = await prisma.$transaction(async (tx) => await tx.$audit().probe());
    expect(inside.map(({ name, state }) => `${name} ${state}`)).toEqual(OK);
    const { rows } = await world.pool.query('select count(*)::int as n from audit.content');
    expect(rows[0].n).toBe(0);
  });
});
