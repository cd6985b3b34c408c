import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { catalogueOf } from '../../src/prisma/generator/index.js';
import {
  catalogueTables,
  planCoverage,
  prismaMigration,
  reconcileTriggers,
  withCatalogue,
  type Coverage,
} from '../../src/store/postgres/index.js';
import { examine, type Health } from '../../src/store/postgres/health.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';

const catalogue = catalogueOf([
  {
    path: 'shop.prisma',
    content: `
model Customer { id Int @id
  name String
  orders Order[] }
model Order { id Int @id
  customerId Int? @map("customer_id")
  customer Customer? @relation(fields: [customerId], references: [id])
  @@map("orders") }
model Note { text String?
  @@ignore }`,
  },
]);
const TABLES = `
create table "Customer" (id int primary key, name text not null);
create table orders (id int primary key, customer_id int constraint own references "Customer" on delete set null on update cascade);
create table "Note" (text text);
insert into "Customer" values (1, 'a')`;
const coverage: Coverage = withCatalogue({ engine: 'client', catalogue, models: { Note: false } });

let log: FilledLog;
let role: string;
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(TABLES);
  role = `shop_${(await log.pool.query('select current_database() as name')).rows[0].name}`;
  await log.pool.query(
    `create role "${role}"; grant select, insert, update, delete on all tables in schema public to "${role}"`,
  );
});
afterEach(async () => {
  await log.pool.query(`
    drop table if exists "Customer", orders, "Note", heir, stranger, written cascade;
    drop function if exists writes(), touches();
    ${TABLES};
    grant select, insert, update, delete on all tables in schema public to "${role}"`);
});
afterAll(async () => {
  await log?.pool.query(`drop owned by "${role}"; drop role "${role}"`);
  await log?.close();
});

const examined = (of: Coverage = coverage): Promise<Health> => examine(log.pool, 'audit', of, { roles: { app: role } });
/** What is said of engines and tables, apart from what is well and from the rest of the log. */
async function said(of?: Coverage): Promise<string[]> {
  const { checks } = await examined(of);
  return checks
    .filter(({ name, state }) => state !== 'ok' && /^(client|engine|catalogue)/.test(name))
    .map(({ state, message }) => `${state} ${message}`);
}

const FUNCTION = (name: string, body: string): string =>
  `create function ${name}() returns trigger language plpgsql as $f$ begin ${body} return new; end $f$;`;

describe('doctor, with engine "client",', () => {
  it('has nothing to say of tables that do what the schema says', async () => {
    expect(await said()).toEqual([]);
    const { checks, covered, skipped } = await examined();
    expect(checks).toContainEqual({ name: 'client', state: 'ok', message: 'engine "client" sees what happens to each of its tables' }); // prettier-ignore
    expect(checks).toContainEqual({ name: 'engine', state: 'ok', message: 'the client captures, and no trigger does' });
    expect([covered.toSorted(), skipped]).toEqual([['Customer', 'Order'], ['Note']]);
  });

  it.each<[string, string, RegExp[]]>([
    [
      'a trigger that writes',
      `create table written (a int primary key); ${FUNCTION('writes', 'insert into written values (1);')} create trigger t after insert on "Customer" for each row execute function writes()`,
      [/^fail the table public.written is in the database and not/, /^warn Customer: .* the triggers t write$/],
    ],
    [
      'no trigger that only changes its row',
      `${FUNCTION('touches', "new.name = new.name || '!';")} create trigger t before insert or update on "Customer" for each row execute function touches()`,
      [],
    ],
    [
      'no trigger that is switched off',
      `${FUNCTION('writes', 'delete from orders;')} create trigger t after insert on "Customer" for each row execute function writes(); alter table "Customer" disable trigger t`,
      [],
    ],
    [
      'a rule that writes',
      `create rule r as on delete to orders do also delete from "Note"`,
      [/^warn Order: .* the rules r write$/],
    ],
    [
      'a table that others inherit from',
      `create table heir (more int) inherits ("Customer")`,
      [/^fail the table public.heir is in the database/, /^warn Customer: of rows of heir, which inherit from it/],
    ],
    [
      'a table without a key',
      `alter table orders drop constraint orders_pkey`,
      [/^fail the key of public.orders is \(\)/, /^warn Order: without a key/],
    ],
    [
      'a foreign key that does something else',
      `alter table orders drop constraint own, add constraint other foreign key (customer_id) references "Customer" on delete cascade on update cascade`,
      [/^warn orders: the foreign key other \(customer_id\) to "Customer" has onDelete Cascade, of which/],
    ],
    [
      'no foreign key that does less',
      `alter table orders drop constraint own, add constraint other foreign key (customer_id) references "Customer"`,
      [],
    ],
    [
      'a foreign key of a table that the schema does not know',
      `create table stranger (id int primary key references "Customer" on update cascade)`,
      [/^fail the table public.stranger is in the database/, /^warn stranger: the foreign key stranger_id_fkey \(id\) to "Customer" has onUpdate Cascade/], // prettier-ignore
    ],
    [
      'no foreign key of a model that is left out',
      `alter table "Note" add customer int references "Customer" on delete cascade`,
      [/^fail the column public.Note.customer is in the database/],
    ],
    [
      'row-level security that hides rows',
      `alter table orders enable row level security`,
      [/^warn Order: row-level security may hide rows/],
    ],
    [
      'columns that the application may not read',
      `revoke select on "Customer" from :role; grant select (id) on "Customer" to :role`,
      [/^fail Customer: the role shop_\w+ may not read name, so its writes fail$/],
    ],
    [
      'columns of a table that a referential action leads to',
      `revoke all on orders from :role`,
      [/^fail Order: the role shop_\w+ may not read id, customer_id, so writes that lead here by a referential action/],
    ],
    ['no column of a table that it neither writes nor changes', `alter table orders drop constraint own; revoke all on orders from :role; `, []], // prettier-ignore
  ])('names %s', async (_name, sql, expected) => {
    await log.pool.query(sql.replaceAll(':role', `"${role}"`));
    const found = await said();
    expect(found.toSorted()).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

it('migrate takes the triggers away, and keeps what is not its own; until then doctor says that both engines are on', async () => {
  await reconcileTriggers(log.pool, { ...coverage, engine: 'database' });
  expect(await said()).toEqual([
    'fail both engines are on: audit.config says engine "client", and there are capture triggers on Customer, Order, so each change of a client is logged twice',
  ]);
  await reconcileTriggers(log.pool, coverage);
  expect(await said()).toEqual([]);
  expect((await log.pool.query(`select from pg_trigger where tgname like '!audit%'`)).rowCount).toBe(0);
});

it('a migration of Prisma Migrate makes the log and no trigger, and takes away those of an earlier one', () => {
  const planned = (engine: Coverage['engine']) => planCoverage(catalogueTables(catalogue), { ...coverage, ...(engine && { engine }) }); // prettier-ignore
  const options = { schema: 'audit', onMissing: 'fail', origin: 'example.com/test' } as const;
  const fresh = prismaMigration(planned('client'), [], options);
  expect(fresh?.steps.slice(-5)).toEqual([
    '+ 0015_sealed.sql',
    '+ 0016_follow.sql',
    '· "public"."Customer" without a trigger',
    '· "public"."Note" without a trigger',
    '· "public"."orders" without a trigger',
  ]);
  const earlier = prismaMigration(planned('database'), [], options)?.sql ?? '';
  expect(prismaMigration(planned('client'), [earlier], options)?.steps).toEqual([
    '- "public"."Customer"',
    '- "public"."orders"',
  ]);
});
