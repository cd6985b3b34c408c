import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { probe } from '../../src/compose/probe.js';
import type { Check } from '../../src/event/check.js';
import { auditPool } from '../../src/pg/index.js';
import { AuditedClient, createQuickstart, type Quickstart } from '../support/quickstart.js';
import { pgWorld, type PgWorld } from './world.js';

let world: PgWorld;
let bare: Quickstart;
beforeAll(async () => {
  world = await pgWorld();
  bare = await createQuickstart({ coverage: false });
});
afterAll(async () => {
  await world.close();
  await bare.close();
});

/** A connection on which every statement goes changed: what a proxy between client and server would do. */
class Through extends pg.Client {
  constructor(options: pg.ClientConfig) {
    super(options);
    const query = this.query.bind(this);
    this.query = ((text: string, ...rest: []) =>
      query(text.replaceAll(/\/\*.*?\*\//gs, ''), ...rest)) as unknown as typeof this.query;
  }
}

const of = async (candidates: readonly unknown[]): Promise<readonly Check[]> =>
  (await probe({ pool: world.quickstart.pool, schema: 'audit', candidates })).filter(({ name }) =>
    /^(pool|client)\.(comment|replica)|^probe/.test(name),
  );
const states = (checks: readonly Check[]): string[] => checks.map(({ name, state }) => `${name} ${state}`);

it.each<[string, () => unknown, string[], RegExp]>([
  ['one of auditPool()', () => world.pool(), ['pool.comment ok'], /tell who acts/],
  ['what Drizzle makes of one', () => ({ $client: world.pool() }), ['pool.comment ok'], /tell who acts/],
  ['one that was not given to it', () => world.plain(), ['pool.comment warn'], /without auditPool\(\)/],
  [
    'one behind a proxy that strips comments',
    () => world.pool({ Client: Through } as unknown as pg.PoolConfig),
    ['pool.comment fail'],
    /a proxy or pooler changes them/,
  ],
  [
    'one on whose connections triggers do not fire',
    () => world.pool({ options: '-c session_replication_role=replica' }),
    ['pool.comment ok', 'client.replica fail'],
    /tell who acts/,
  ],
])('the probe finds a pool of pg: %s', async (_, make, expected, message) => {
  const pool = make() as pg.Pool;
  const checks = await of([pool, pool, null, 7, {}]);
  expect(states(checks)).toEqual(expected);
  expect(checks[0]?.message).toMatch(message);
  expect((pool.totalCount as number | undefined) ?? 0).toBe(0); // asked beside it
});

it('and says nothing of one whose database has no log, nor of one that a client was made of', async () => {
  const other = new pg.Pool({ connectionString: bare.url });
  const shared = world.plain();
  const prisma = world.quickstart.keep(new AuditedClient({ adapter: new PrismaPg(shared) }));
  expect(states(await of([other, auditPool(new pg.Pool({ connectionString: bare.url }))]))).toEqual([]);
  expect(states(await of([shared, prisma]))).toEqual(['client.comment ok']);
});

it('and where the database of one cannot be reached says so of one that was given to auditPool()', async () => {
  const away = (): pg.Pool => new pg.Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' });
  expect(states(await of([auditPool(away())]))).toEqual(['probe warn']);
  expect(states(await of([away()]))).toEqual([]);
});
