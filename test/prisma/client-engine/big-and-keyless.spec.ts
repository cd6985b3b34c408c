import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { captureCell } from '../../../src/prisma/adapter.js';
import { ClientEngine } from '../../../src/prisma/client-engine/engine.js';
import { CapturePlan } from '../../../src/prisma/client-engine/plan.js';
import { auditAdapter } from '../../../src/prisma/index.js';
import { catalogueOf } from '../../../src/prisma/generator/index.js';
import { PrismaClient } from '../../capture/schemas/generated/shapes/client.js';
import { emptyLog, type FilledLog } from '../../support/filled-log.js';
import { full } from '../../support/full.js';
import { lastPosition, readContent, type Content } from '../../support/quickstart.js';

const content = `
model Auto { id Int @id @default(autoincrement())
  code String @unique
  count Int @default(0)
  words String[] }
model Part { id Int
  region String
  n Int?
  @@id([id, region]) }
model Event { text String
  n Int?
  @@ignore }`;
const catalogue = catalogueOf([{ path: 'schema.prisma', content }]);

let log: FilledLog;
let start = 0;
const clients: PrismaClient[] = [];
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(`
    create table "Auto" (id serial primary key, code text not null unique, count int not null default 0, words text[]);
    create table "Event" (text text not null, n int)`);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.$disconnect()));
  await log?.close();
});

function connect(returnsOld: boolean, onTooManyRows: 'refuse' | 'summary' = 'refuse'): PrismaClient {
  const adapter = auditAdapter(new PrismaPg({ connectionString: log.url, max: 1 }));
  const plan = new CapturePlan({ catalogue });
  captureCell(adapter)!.capture = new ClientEngine({
    plan,
    schema: 'audit',
    maxRows: 10_000,
    onTooManyRows,
    returnsOld,
  });
  const client = new PrismaClient({ adapter });
  clients.push(client);
  return client;
}
async function logged(): Promise<Content[]> {
  const entries = await readContent(log.pool, start);
  start = await lastPosition(log.pool);
  return entries;
}

describe.each([
  ['as with PostgreSQL 18', true],
  ['as before it', false],
])('a table without any unique key, %s', (_name, returnsOld) => {
  it('each of its rows is logged, equal ones too, without an id', async () => {
    const prisma = connect(returnsOld);
    await log.pool.query(`truncate "Event"`);
    await logged();
    await prisma.$executeRaw`insert into "Event" values ('a', 1), ('a', 1), ('b', null)`;
    await prisma.$executeRaw`update "Event" set n = n + 1 where text = ${'a'}`;
    await prisma.$queryRaw`delete from "Event" where text <> ${'c'} returning text`;
    const entries = await logged();
    expect(
      entries.map(({ op, resourceId, flags, data }) => [
        op,
        resourceId,
        flags.join(),
        data.old?.['n'],
        data.new?.['n'],
      ]),
    ).toEqual([
      ['insert', null, 'no-context', undefined, 1],
      ['insert', null, 'no-context', undefined, 1],
      ['insert', null, 'no-context', undefined, null],
      ['update', null, 'no-context', 1, 2],
      ['update', null, 'no-context', 1, 2],
      ['delete', null, 'no-context', null, undefined],
      ['delete', null, 'no-context', 2, undefined],
      ['delete', null, 'no-context', 2, undefined],
    ]);
  });
});

it.each([
  ['as with PostgreSQL 18', true],
  ['as before it', false],
])(
  'a partitioned table is logged by its own name, also a row that moves to another partition: %s',
  async (_name, returnsOld) => {
    const prisma = connect(returnsOld);
    await log.pool.query(`
    drop table if exists "Part";
    create table "Part" (id int, region text, n int, primary key (id, region)) partition by list (region);
    create table "Part_a" (n int, region text not null, id int not null); -- other places of the same columns
    alter table "Part" attach partition "Part_a" for values in ('a');
    create table "Part_b" partition of "Part" default`);
    await logged();
    await prisma.$executeRaw`insert into "Part" values (1, 'a', 10), (2, 'b', 20)`;
    await prisma.$executeRaw`update "Part" set n = n + 1`;
    const upsert = `insert into "Part" as p (id, region, n) values ($1, $2, 30)
      on conflict (id, region) do update set n = p.n + 1 where "p"."id" = $1 and "p"."region" = $2`;
    await prisma.$executeRawUnsafe(upsert, 1, 'a');
    await prisma.$executeRawUnsafe(upsert, 3, 'a');
    await prisma.$executeRaw`update "Part" set region = 'b' where id = 1`;
    await prisma.$executeRaw`delete from "Part" where n > ${0}`;
    const entries = await logged();
    const of = (image: Record<string, unknown> = {}): string => [image['id'], image['region'], image['n']].join(' ').trim(); // prettier-ignore
    expect(
      entries
        .map(({ op, model, flags, data }) => `${op} ${model} ${flags.join()}: ${of(data.old)} > ${of(data.new)}`)
        .toSorted(),
    ).toEqual([
      'delete Part no-context: 1 b 12 > ',
      'delete Part no-context: 2 b 21 > ',
      'delete Part no-context: 3 a 30 > ',
      'insert Part no-context:  > 1 a 10',
      'insert Part no-context:  > 2 b 20',
      'insert Part no-context:  > 3 a 30',
      'update Part no-context: 1 a 10 > 1 a 11',
      'update Part no-context: 1 a 11 > 1 a 12',
      'update Part no-context: 1 a 12 > 1 b 12',
      'update Part no-context: 2 b 20 > 2 b 21',
    ]);
  },
);

(full ? describe : describe.skip)('a where that matches a million rows', () => {
  const MILLION = 1_000_000;
  const rss = (): number => process.memoryUsage().rss / 1_048_576;
  const fill = async (): Promise<void> => {
    await log.pool.query(
      `truncate "Auto"; insert into "Auto" (code) select 'c' || i from generate_series(1, ${MILLION}) i`,
    );
    start = await lastPosition(log.pool);
  };
  const counts = async (): Promise<unknown> =>
    (await log.pool.query(`select op, flags, count(*)::int as n from audit.content where pos > $1 group by 1, 2`, [start])).rows; // prettier-ignore

  it('before PostgreSQL 18: refused before the write, or written with one entry that says so', async () => {
    await fill();
    const all = { data: { count: 1 } };
    await expect(connect(false).auto.updateMany(all)).rejects.toMatchObject({ code: 'AUDIT_TOO_MANY_ROWS' });
    expect(await counts()).toEqual([]);
    expect((await log.pool.query('select from "Auto" where count = 1 limit 1')).rowCount).toBe(0);
    expect(await connect(false, 'summary').auto.updateMany(all)).toEqual({ count: MILLION });
    const [entry, ...others] = await logged();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ flags: ['no-context', 'gap'], data: { details: { rows: MILLION } } });
  }, 600_000);

  it('PostgreSQL 18: each is logged, and none of them passes through the process', async () => {
    await fill();
    const prisma = connect(true);
    await prisma.auto.count();
    const before = rss();
    expect(await prisma.auto.updateMany({ data: { count: { increment: 1 } } })).toEqual({ count: MILLION });
    expect(rss() - before).toBeLessThan(64);
    expect(await counts()).toEqual([{ op: 'update', flags: 'no-context', n: MILLION }]);
    expect(await prisma.auto.deleteMany()).toEqual({ count: MILLION });
    expect(rss() - before).toBeLessThan(64);
  }, 1_200_000);
});
