import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { probe } from '../../../src/compose/probe.js';
import { audit, auditAdapter } from '../../../src/prisma/index.js';
import { catalogueOf } from '../../../src/prisma/generator/index.js';
import { examine } from '../../../src/store/postgres/health.js';
import { reconcileTriggers, withCatalogue, type Coverage } from '../../../src/store/postgres/index.js';
import {
  createQuickstart,
  lastPosition,
  PrismaClient,
  readContent,
  type Quickstart,
} from '../../support/quickstart.js';

const schema = new URL('../../../examples/quickstart/prisma/schema.prisma', import.meta.url);
const catalogue = catalogueOf([{ path: 'schema.prisma', content: readFileSync(schema, 'utf8') }]);
const triggers: Coverage = withCatalogue({ tenantColumn: 'tenantId', catalogue });
const byClient: Coverage = withCatalogue({ tenantColumn: 'tenantId', catalogue, engine: 'client' });

let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart({ coverage: triggers });
});
afterAll(() => world.close());

const wrapped = (max = 1): PrismaClient =>
  world.keep(new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString: world.url, max })) }));
const withEngine = (): PrismaClient =>
  wrapped().$extends(audit({ engine: 'client', catalogue })) as unknown as PrismaClient;

/** What is wrong. */
async function started(config: Coverage | undefined, ...candidates: PrismaClient[]): Promise<string[]> {
  const checks = await probe({ pool: world.pool, schema: 'audit', config, candidates });
  return checks.filter(({ state }) => state !== 'ok').map(({ name, state, message }) => `${name} ${state}: ${message}`);
}
async function doctor(coverage: Coverage): Promise<string[]> {
  const { checks } = await examine(world.pool, 'audit', coverage);
  return checks.filter(({ name, state }) => state === 'fail' && name !== 'sealer').map(({ name, message }) => `${name}: ${message}`); // prettier-ignore
}

const TWICE = expect.stringMatching(
  /^client\.engine fail: both engines are on: a Prisma client has engine "client", and there are capture triggers on .*"Invoice"/,
);
const MIGRATE_WANTED = expect.stringMatching(
  /^engine fail: both engines are on: audit.config says engine "client", and/,
);

// Each finds what the one before has left.
it('both engines on one database: each change is logged twice, and the start and doctor say so', async () => {
  const prisma = withEngine();
  expect(await doctor(triggers)).toEqual([]);
  const start = await lastPosition(world.pool);
  await prisma.tag.create({ data: { id: 77, tenantId: 'acme', name: 'twice' } });
  const content = await readContent(world.pool, start);
  expect(content.map(({ source, model }) => `${source} ${model}`).toSorted()).toEqual([
    'change Tag',
    'change.client Tag',
  ]);
  expect(await started(undefined, prisma)).toEqual([TWICE]);
  expect(await started(triggers, prisma)).toEqual([TWICE]);
  expect(await started(byClient, prisma)).toEqual([MIGRATE_WANTED, TWICE]);
  expect(await doctor(triggers)).toEqual([expect.stringMatching(/^engine: both engines are on: changes of Tag were logged twice/)]); // prettier-ignore
  expect(await doctor(byClient)).toEqual([expect.stringMatching(/^engine: both engines are on: audit.config says/)]);
});

it('migrate with engine "client" in audit.config takes the triggers away, and nobody complains any more', async () => {
  const steps = (await reconcileTriggers(world.pool, byClient))
    .filter(({ audited }) => audited)
    .map(({ step }) => step);
  expect(new Set(steps)).toEqual(new Set(['remove']));
  const prisma = withEngine();
  expect(await started(byClient, prisma)).toEqual([]);
  expect(await started(undefined, prisma)).toEqual([]);
  expect(await doctor(byClient)).toEqual([]);
  expect(await doctor(triggers)).toContainEqual(
    expect.stringMatching(/^trigger:Invoice: Invoice has no capture trigger/),
  );
});

it('a configuration that is silent about the engine, and a client that has none, are found at the start', async () => {
  expect(await started(triggers, withEngine())).toEqual([
    'engine warn: a client has engine "client", and audit.config does not say so: the next migrate would make triggers beside it',
  ]);
  const none = expect.stringMatching(
    /^client\.engine fail: engine "client" is to capture, and is not on in a Prisma client/,
  );
  const plain = wrapped().$extends(audit()) as unknown as PrismaClient;
  expect(await started(byClient, plain)).toEqual([none]);
  expect(await started(undefined, plain, withEngine())).toEqual([none]);
});

it('a role that may not log is found at the start, before its first write fails', async () => {
  await world.pool.query('revoke all on function audit.client_change(text[], text, text, record, record) from public');
  const role = `part_${new URL(world.url).pathname.slice(1)}`;
  await world.pool.query(`create role "${role}"; grant usage on schema audit to "${role}"`);
  const options = `-c role=${role}`;
  const client = world.keep(new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString: world.url, max: 1, options })) })); // prettier-ignore
  try {
    expect(
      await started(byClient, client.$extends(audit({ engine: 'client', catalogue })) as unknown as PrismaClient),
    ).toEqual([expect.stringMatching(/^client\.engine fail: the role of a Prisma client may not execute/)]);
  } finally {
    await client.$disconnect();
    await world.pool.query(`drop owned by "${role}"; drop role "${role}"`);
  }
});

it('audit.config and audit() that say different engines are refused', () => {
  expect(() => audit({ engine: 'client', catalogue, config: { engine: 'database' } })).toThrow(/one database has one/);
  expect(() => withCatalogue({ engine: 'client' })).toThrow(/needs to know the schema/);
  expect(() => withCatalogue({ engine: 'other' as 'client', catalogue })).toThrow(/"database" or "client"/);
});
