import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { audit, auditAdapter, audited } from '../../src/prisma/index.js';
import { migrate, reconcileTriggers } from '../../src/store/postgres/index.js';
import { COVERAGE, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';

const LOG = 'trail_1';
let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart({ coverage: false });
  await world.pool.query(`
    do $$ begin create role unprivileged; exception when duplicate_object then null; end $$;
    create table by_row (id int primary key); create function nothing() returns trigger language plpgsql as 'begin return new; end';
    create trigger mine before insert on by_row for each row execute function nothing();
    create table own (id int primary key); create function own() returns trigger language plpgsql as 'begin perform elsewhere.own(); return null; end'`);
  await migrate(world.pool, { schema: LOG, origin: 'example.com/test' });
  await reconcileTriggers(world.pool, { ...COVERAGE, schema: LOG });
  await world.pool.query('create trigger own after insert on own for each row execute function own()');
});
afterAll(() => world.close());

const pg = (): PrismaPg => new PrismaPg({ connectionString: world.url, max: 1 });
const CLIENTS: [string, () => PrismaClient][] = [
  ['audited(PrismaClient, { schema })', () => new (class extends audited(PrismaClient, { schema: LOG }) {})({ adapter: pg() })],
  ['auditAdapter(…, { schema })', () => new PrismaClient({ adapter: auditAdapter(pg(), { schema: LOG }) })],
  ['$extends(audit({ schema }))', () => new PrismaClient({ adapter: auditAdapter(pg()) }).$extends(audit({ schema: LOG })) as unknown as PrismaClient],
]; // prettier-ignore

const WRITES: [string, (prisma: PrismaClient) => PromiseLike<unknown>][] = [
  ['one row', (prisma) => prisma.tag.create({ data: { tenantId: 't', name: 'x' } })],
  ['many rows', (prisma) => prisma.tag.createMany({ data: [1, 2, 3].map((n) => ({ tenantId: 't', name: `n${n}` })) })],
  ['captured for each row', (prisma) => prisma.$executeRaw`insert into by_row values (1)`],
  ['emptied', (prisma) => prisma.$executeRaw`truncate by_row`],
];
const BROKEN: [string, string, string, string][] = [
  ['renamed', `alter schema ${LOG} rename to gone`, `alter schema gone rename to ${LOG}`, 'AUDIT_SCHEMA_MISSING'],
  ['closed to its owner', `alter function ${LOG}.capture() owner to unprivileged`, `alter function ${LOG}.capture() owner to postgres`, 'AUDIT_PRIVILEGE_MISSING'],
]; // prettier-ignore

describe.each(CLIENTS)('a log whose schema is not called audit, and a client made by %s', (_name, connect) => {
  it.each(BROKEN)('fails each write with our code when it is %s', async (_what, broken, mended, code) => {
    const prisma = world.keep(connect());
    await world.pool.query(broken);
    try {
      for (const [what, write] of WRITES) {
        const error: unknown = await write(prisma).then(() => undefined, (reason: unknown) => reason); // prettier-ignore
        expect([what, error]).toEqual([what, expect.objectContaining({ code })]);
        expect((error as Error).message).toMatch(/npx nestjs-prisma-audit/);
      }
    } finally {
      await world.pool.query(mended);
    }
    for (const [, write] of WRITES) await write(prisma);
    await world.pool.query('truncate "Tag", by_row cascade');
  });

  it('leaves the application’s own missing schema to the application', async () => {
    const prisma = world.keep(connect());
    await expect(prisma.$executeRaw`insert into own values (1)`).rejects.toMatchObject({
      code: 'P2010',
      message: expect.stringContaining('schema "elsewhere" does not exist'),
    });
  });
});
