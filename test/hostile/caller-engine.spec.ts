import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { audit, auditAdapter } from '../../src/prisma/index.js';
import { PrismaClient } from '../capture/schemas/generated/shapes/client.js';
import { ENGINES } from '../capture/shapes/engine.js';
import { openTwin, type Twin } from '../capture/shapes/twins.js';
import { catalogueByTable } from '../support/catalogue.js';
import { hostile } from '../support/hostile.js';

const catalogue = catalogueByTable(fileURLToPath(new URL('../capture/schemas/shapes.prisma', import.meta.url)));
const ENGINE = ENGINES.find(({ name }) => name === 'client')!;

let twin: Twin;
beforeAll(async () => void (twin = await openTwin(ENGINE)));
afterAll(() => twin?.close());

function connect(how: 'bare' | 'audited', max = 3): PrismaClient {
  const { connectionString } = twin.pool.options;
  const adapter = new PrismaPg({ connectionString, max });
  if (how === 'bare') return new PrismaClient({ adapter });
  return new PrismaClient({ adapter: auditAdapter(adapter) }).$extends(
    audit({ engine: 'client', catalogue }),
  ) as unknown as PrismaClient;
}

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));

const UPDATE = `update "Auto" set "count" = "count" + 1`;
/** Raw writes; those with parameters take one number. */
const WRITES: readonly string[] = [
  `insert into "Auto" (id, code) values (10, 'x'), (11, 'y')`,
  `insert into "Auto" (id, code) values ($1, 'x')`,
  `insert into "Auto" (id, code) select 20 + id, 'n' || id from "Auto"`,
  `insert into "Auto" (id, code) values (1, 'one') on conflict do nothing`,
  `insert into "Auto" (id, code) values (1, 'new') on conflict (id) do update set code = excluded.code`,
  `insert into "Auto" (id, code) values (10, 'x') returning id`,
  `insert into "Auto" (id, code) values (10, 'x') returning *`,
  `insert into "Auto" (code) values ('d') returning count(*) over ()`,
  `insert into "Auto" default values`,
  UPDATE,
  `${UPDATE} where id = 1`,
  `${UPDATE} where id = $1`,
  `${UPDATE} where id = 99`,
  `${UPDATE} where id = 1 returning id`,
  `${UPDATE} where id = 99 returning id`,
  `${UPDATE} where id = $1 returning "Auto".*`,
  `update "Auto" a set "count" = 7 from "Cuid" c where c.code = a.code`.replace('c.code', 'c."the code"'),
  `update only "Auto" as a set ("count", code) = (9, 'z') where a.id = 2`,
  `delete from "Auto"`,
  `delete from "Auto" where id = $1`,
  `delete from "Auto" where id = 99`,
  `delete from "Auto" where id = 1 returning id, code`,
  `delete from "Auto" a using "Cuid" c where c."the code" = a.code`,
  `with w as (insert into "Auto" (id, code) values (10, 'x') returning id) select id from w`,
  `with w as (delete from "Auto" returning id) update "Cuid" set "count" = 3`,
  `with w as (select 1 as id) insert into "Auto" (id, code) select 30 + id, 'w' from w`,
  `with w as (select 1 as id) delete from "Auto" using w where "Auto".id = w.id returning w.id`,
  `merge into "Auto" a using (values (1), (12)) v (id) on a.id = v.id when matched then update set "count" = 5 when not matched then insert (id, code) values (v.id, 'm')`,
  `merge into "Auto" a using (values (1)) v (id) on a.id = v.id when matched then delete`,
  `truncate "Auto"`,
  `delete from "Owner" where code = 'none'`,
  `update "Owner" set code = 'moved' where code = 'a'`,
  `delete from "Owner" where code = 'b' returning code`,
  `insert into "Keyless" (code) values ('k')`,
  `update "Keyless" set "count" = 4`,
  `insert into nowhere values (1)`,
  `insert into "Auto" (id, code) values (1, 'one')`,
  `${UPDATE} where id = 1; select 1`,
  `select 1 as one`,
];

async function same(text: string, method: '$queryRawUnsafe' | '$executeRawUnsafe', inside: boolean): Promise<void> {
  const results: string[] = [];
  for (const how of ['bare', 'audited'] as const) {
    await twin.reset();
    const client = connect(how);
    const values = text.includes('$1') ? [text.startsWith('insert') ? 15 : 1] : [];
    try {
      const call = (p: Pick<PrismaClient, '$queryRawUnsafe' | '$executeRawUnsafe'>): Promise<unknown> => p[method](text, ...values); // prettier-ignore
      const result = await (inside ? client.$transaction((tx) => call(tx)) : call(client)).then(
        (value) => ({ value }),
        ({ code, meta }: { code?: string; meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } }) => ({ code, state: meta?.driverAdapterError?.cause?.originalCode }), // prettier-ignore
      );
      const { rows } = await twin.pool.query(`select 'a', t::text from "Auto" t union all select 'o', t::text from "Owner" t order by 1, 2`); // prettier-ignore
      results.push(shown({ ...result, rows }).replaceAll(/"id":\d{2,}/g, '"id":"n"'));
    } finally {
      await client.$disconnect();
    }
  }
  expect(results[1]).toBe(results[0]);
}

hostile('engine "client": what a raw write gives', (holds) => {
  for (const text of WRITES) {
    // The driver adapter fails over the answer of several statements; bare, they have been committed by then.
    if (!text.includes(';')) holds(`$queryRaw: ${text}`, () => same(text, '$queryRawUnsafe', false));
    holds(`$executeRaw: ${text}`, () => same(text, '$executeRawUnsafe', false));
    holds(`$queryRaw in a transaction: ${text}`, () => same(text, '$queryRawUnsafe', true), { full: true });
    holds(`$executeRaw in a transaction: ${text}`, () => same(text, '$executeRawUnsafe', true), { full: true });
  }
});

const FIRST: readonly [string, (p: Pick<PrismaClient, 'auto' | '$queryRawUnsafe'>) => PromiseLike<unknown>][] = [
  ['an update', (p) => p.auto.updateMany({ where: { id: 1 }, data: { count: 4 } })],
  ['an insert', (p) => p.auto.createMany({ data: [{ id: Math.floor(Math.random() * 1e9), code: String(Math.random()) }] })], // prettier-ignore
  ['a delete', (p) => p.auto.deleteMany({ where: { id: 2 } })],
  ['a call of a function that is not known', (p) => p.$queryRawUnsafe(`select pg_advisory_unlock_all()::text as x`)],
  ['raw SQL that is not read', (p) => p.$queryRawUnsafe(`with w as (delete from "Auto" where id = 99) select 1`)],
  ['a read', (p) => p.auto.findMany({ where: { id: 1 } })],
];

hostile('a pool that is full of transactions, and a call beside them', (holds) => {
  for (const max of [1, 3])
    for (const [inner, within] of FIRST)
      for (const [outer, beside] of FIRST)
        holds(`${max} connections: ${inner} in each, ${outer} beside`, async () => {
          await twin.reset();
          const client = connect('audited', max);
          let held = 0;
          let go = (): void => undefined;
          const all = new Promise<void>((resolve) => (go = resolve));
          try {
            const transactions = Array.from({ length: max }, () =>
              client.$transaction(
                async (tx) => {
                  await tx.$queryRawUnsafe('select 1');
                  if (++held === max) go();
                  await all;
                  await new Promise((resolve) => setTimeout(resolve, 20)); // the call beside is waiting by now
                  await within(tx);
                },
                { timeout: 10_000, maxWait: 10_000 },
              ),
            );
            await all;
            await Promise.all([...transactions, beside(client)]);
          } finally {
            await client.$disconnect();
          }
        }, { full: max > 1 || (inner !== 'an update' && outer !== 'an update') }); // prettier-ignore
});
