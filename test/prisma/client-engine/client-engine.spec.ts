import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { withContext } from '../../../src/context/index.js';
import { captureCell } from '../../../src/prisma/adapter.js';
import { ClientEngine, type ClientEngineSettings } from '../../../src/prisma/client-engine/engine.js';
import { CapturePlan } from '../../../src/prisma/client-engine/plan.js';
import { audit, auditAdapter, audited } from '../../../src/prisma/index.js';
import { PrismaClient } from '../../capture/schemas/generated/shapes/client.js';
import { ENGINES } from '../../capture/shapes/engine.js';
import { openTwin, type Twin } from '../../capture/shapes/twins.js';
import { catalogueByTable } from '../../support/catalogue.js';
import { lastPosition, readContent, type Content } from '../../support/quickstart.js';

const ENGINE = ENGINES.find(({ name }) => name === 'client')!;
const SCHEMA = fileURLToPath(new URL('../../capture/schemas/shapes.prisma', import.meta.url));
const catalogue = catalogueByTable(SCHEMA);

let twin: Twin;
let start = 0;
const clients: PrismaClient[] = [];
beforeAll(async () => void (twin = await openTwin(ENGINE)));
afterAll(() => twin?.close());
beforeEach(async () => {
  await twin.reset();
  start = await lastPosition(twin.pool);
});
afterEach(async () => void (await Promise.all(clients.splice(0).map((client) => client.$disconnect()))));

function connect(settings: Partial<ClientEngineSettings> = {}, max = 20): PrismaClient {
  const { connectionString } = twin.pool.options;
  const adapter = auditAdapter(new PrismaPg({ connectionString, max }));
  const client = new PrismaClient({ adapter });
  client.$extends(audit({ engine: 'client', catalogue }));
  const plan = new CapturePlan({ catalogue });
  const all = {
    plan,
    schema: 'audit',
    maxRows: 10_000,
    onTooManyRows: 'refuse',
    returnsOld: true,
    ...settings,
  } as const;
  captureCell(adapter)!.capture = new ClientEngine(all);
  clients.push(client);
  return client;
}
/** Until a connection to the database waits for a lock, or that which should is over. */
async function someoneWaits(what: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const over = (): void => void (state.isOver = true);
  void what.then(over, over);
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  while (!state.isOver && (await twin.pool.query(waits)).rowCount === 0);
}
const logged = (): Promise<Content[]> => readContent(twin.pool, start);
/** What entries say, without the moments and process numbers, in which a short value may stand by chance. */
const said = (entries: Content[]): string => JSON.stringify(entries.map(({ header, data }) => [header, data]));
const as = <T>(id: string, work: () => PromiseLike<T>): Promise<T> => withContext({ actor: { id } }, work);

describe.each([
  ['as with PostgreSQL 18', true],
  ['as before it', false],
])('%s', (_name, returnsOld) => {
  it('twenty increments of one row at the same time: each old value is the new one before it', async () => {
    const prisma = connect({ returnsOld });
    const increment = { where: { id: 1 }, data: { count: { increment: 1 } } };
    await Promise.all(Array.from({ length: 20 }, (_, i) => as(`u${i}`, () => prisma.auto.update(increment))));
    const entries = await logged();
    expect(entries.map(({ data }) => [data.old?.['count'], data.new?.['count']])).toEqual(
      Array.from({ length: 20 }, (_, i) => [i + 1, i + 2]),
    );
    expect(new Set(entries.map(({ actor }) => actor['id'])).size).toBe(20);
    expect(entries.flatMap(({ flags }) => flags)).toEqual([]);
  });

  it('twenty upserts of one new row at the same time: what is said is a history, and what is not known is flagged', async () => {
    const prisma = connect({ returnsOld });
    const upsert = { where: { code: 'x' }, create: { code: 'x', count: 0 }, update: { count: { increment: 1 } } };
    await Promise.all(Array.from({ length: 20 }, (_, i) => as(`u${i}`, () => prisma.auto.upsert(upsert))));
    const version = `select current_setting('server_version_num')::int >= 180000 as gives`;
    const { gives } = (await twin.pool.query<{ gives: boolean }>(version)).rows[0]!;
    const entries = await logged();
    expect(entries.map(({ op }) => op)).toEqual(['insert', ...Array.from({ length: 19 }, () => 'update')]);
    expect(entries.map(({ data }) => data.new?.['count'])).toEqual(Array.from({ length: 20 }, (_, i) => i));
    for (const [i, { data, flags }] of entries.entries()) {
      const isKnown = i === 0 || data.old?.['count'] === i - 1;
      expect(flags).toEqual(isKnown ? [] : ['gap']);
      if (returnsOld && gives) expect(isKnown).toBe(true);
    }
  });

  it('an upsert that writes the key: nothing where the row stays as it was, its old image where the key moves, none of another row', async () => {
    const prisma = connect({ returnsOld });
    const upsert = (update: object) => prisma.auto.upsert({ where: { id: 1 }, create: { id: 1, code: 'x' }, update });
    await upsert({ id: 1 });
    await upsert({ id: 71, count: 5 });
    await upsert({ id: 1 });
    const raw = `insert into "Auto" as t (id, code) values ($1, 'y'), ($2, 'z')
      on conflict (id) do update set id = 72, count = t.count + 1 where "t"."id" = $2`;
    expect(await prisma.$executeRawUnsafe(raw, 73, 71)).toBe(2);
    const image = (row?: Record<string, unknown>): string => (row ? [row['id'], row['code'], row['count']].join(' ') : '-'); // prettier-ignore
    expect((await logged()).map(({ op, flags, data }) => [op, flags.join(), image(data.old), image(data.new)])).toEqual(
      [
        ['update', 'no-context', '1 one 1', '71 one 5'],
        ['insert', 'no-context', '-', '1 x 0'],
        ['insert', 'no-context', '-', '73 y 0'],
        ['update', 'no-context', '71 one 5', '72 one 6'],
      ],
    );
  });

  it('an upsert with a condition on what would be inserted goes through, and is captured or flagged', async () => {
    const prisma = connect({ returnsOld });
    const sql = `insert into "Auto" (id, code) values ($1, 'x') on conflict (id) do update set count = 9 where "excluded"."id" = $1`;
    expect(await prisma.$executeRawUnsafe(sql, 2)).toBe(1);
    expect(await logged()).toHaveLength(1);
  });

  it('a transaction that is over sends nothing more: what waited for a lock is not done afterwards', async () => {
    const prisma = connect({ returnsOld }, 1);
    const other = new pg.Client(twin.pool.options.connectionString);
    await other.connect();
    await other.query('begin; select from "Auto" where id = 1 for update');
    const over = prisma.$transaction(
      async (tx) => {
        const [update] = await Promise.allSettled([
          tx.auto.update({ where: { id: 1 }, data: { count: 77 } }),
          tx.label.update({ where: { id: 1 }, data: { name: 'late' } }),
        ]);
        return update;
      },
      { timeout: 300 },
    );
    await someoneWaits(over);
    // Set later and for longer than that of the transaction, this timer ends behind it.
    setTimeout(() => void other.query('rollback').then(() => other.end()), 600);
    await expect(over).rejects.toMatchObject({ code: 'P2028' });
    // The pool has one connection: behind it is whatever was still on its way.
    expect(await prisma.auto.findUnique({ where: { id: 1 }, select: { count: true } })).toEqual({ count: 1 });
    expect(await prisma.label.findUnique({ where: { id: 1 } })).toMatchObject({ name: 'red' });
    expect(await logged()).toEqual([]);
  });

  it('a read that is sent with a write in one transaction sees it, as without audit', async () => {
    const prisma = connect({ returnsOld });
    const seen = await prisma.$transaction(async (tx) => {
      const [, after] = await Promise.all([
        tx.auto.update({ where: { id: 1 }, data: { count: 9 } }),
        tx.auto.findUnique({ where: { id: 1 } }),
      ]);
      return after?.count;
    });
    expect(seen).toBe(9);
  });

  it('a row that a concurrent transaction deletes before the write is P2025, and no entry', async () => {
    const prisma = connect({ returnsOld });
    const other = new pg.Client(twin.pool.options.connectionString);
    await other.connect();
    await other.query(`begin; delete from "Auto" where id = 1`);
    const update = prisma.auto.update({ where: { id: 1 }, data: { count: 5 } }).catch((error: unknown) => error);
    await someoneWaits(update);
    await other.query('commit');
    await other.end();
    expect(await update).toMatchObject({ code: 'P2025' });
    expect(await logged()).toEqual([]);
  });
});

it('more rows by a referential action than maxRows: refused before the write, or written with one entry that says so', async () => {
  const refused = connect({ maxRows: 2 }).owner.delete({ where: { code: 'a' } });
  await expect(refused).rejects.toMatchObject({ code: 'AUDIT_TOO_MANY_ROWS' });
  expect(await connect().cascaded.count()).toBe(2);
  expect(await logged()).toEqual([]);

  const prisma = connect({ maxRows: 2, onTooManyRows: 'summary' });
  await as('u', () => prisma.owner.delete({ where: { code: 'a' } }));
  const [entry, ...others] = await logged();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    source: 'change.client',
    model: 'Owner',
    flags: ['gap'],
    header: { action: 'Owner.write' },
    actor: { id: 'u' },
    data: { details: { gap: 'more rows than maxRows', statement: 'delete', rows: 1 } },
  });
});

it('a table that the catalogue does not know, and SQL that cannot be read, leave an entry flagged gap without a value', async () => {
  const prisma = connect();
  await twin.pool.query('create table if not exists stranger (id int)');
  await as('u', () => prisma.$executeRaw`insert into stranger values (${4711})`);
  await as('u', () => prisma.$executeRawUnsafe(`with x as (select 4711) update "Auto" set count = 4711`));
  await prisma.$executeRawUnsafe(`delete from stranger; delete from "Keyless" where code = '4711'`);
  const entries = await logged();
  expect(entries.map(({ data }) => data.details)).toEqual([
    { gap: 'a table that the catalogue does not know', statement: 'insert' },
    { gap: 'SQL that engine "client" does not look into', statement: 'with' },
    { gap: 'SQL that engine "client" does not look into', statement: 'several' },
  ]);
  expect(entries.map(({ flags }) => flags)).toEqual([['gap'], ['gap'], ['no-context', 'gap']]);
  expect(said(entries)).not.toContain('4711');
});

it('a function that may write, called in a SELECT, leaves an entry flagged gap with its change; another leaves none', async () => {
  const prisma = connect({}, 1);
  await twin.pool.query(`
    create or replace function rename(what text) returns text language sql as $f$ update "Label" set name = what where id = 1 returning name $f$;
    create or replace function "Shown"(what int) returns int language plpgsql stable as $f$ begin return what + 1; end $f$`);
  expect(await as('u', () => prisma.$queryRaw`select "Shown"(1), count(*), repeat('x', 2) from "Label"`)).toHaveLength(
    1,
  );
  expect(await as('u', () => prisma.$queryRaw`select rename('4711') as name`)).toEqual([{ name: '4711' }]);
  await as('u', () =>
    prisma.$transaction((tx) => tx.$queryRaw`with x as (select 1) select public.rename('4712') from x`),
  );
  await as('u', () => prisma.$queryRaw`select audit.renew('nobody', 0, 1)`);
  const undone = prisma.$transaction(async (tx) => {
    await tx.$queryRaw`select rename('4713')`;
    throw new RangeError('mine');
  });
  await expect(undone).rejects.toThrow('mine');
  const entries = await logged();
  const gap = { gap: 'the function rename may write, which engine "client" does not see', statement: 'select' };
  expect(entries.map(({ data, flags, actor }) => [data.details, flags, actor['id']])).toEqual([
    [gap, ['gap'], 'u'],
    [gap, ['gap'], 'u'],
  ]);
  expect(said(entries)).not.toContain('471');
  await expect(prisma.$queryRaw`select no_such_function(1)`).rejects.toMatchObject({ code: 'P2010' });
});

it('what the configuration leaves out, ignores and masks is left out, ignored and masked', async () => {
  const models = { Label: false, Club: { mask: { name: 2 } }, people: { ignore: ['role'] } } as const;
  const prisma = connect({ plan: new CapturePlan({ catalogue, models }) });
  await prisma.label.update({ where: { id: 1 }, data: { name: 'no' } });
  await prisma.person.update({ where: { id: 1 }, data: { role: 'STAFF' } });
  await prisma.club.update({ where: { id: 1 }, data: { name: 'chequers' } });
  await prisma.post.delete({ where: { id: 1 } });
  expect((await logged()).map(({ model, op }) => `${op} ${model}`)).toEqual([
    'update Club',
    'delete posts',
    'delete _LabelToPost',
    'delete _LabelToPost',
  ]);
  expect((await logged())[0]?.data).toMatchObject({ masked: { old: { name: '****ss' }, new: { name: '****rs' } } });
});

it('what deletes rows of others is logged although its own model is left out', async () => {
  const prisma = connect({ plan: new CapturePlan({ catalogue, models: { Owner: false } }) });
  await prisma.owner.delete({ where: { code: 'a' } });
  expect((await logged()).map(({ model, op }) => `${op} ${model}`).sort()).toEqual([
    'delete Cascaded',
    'delete Cascaded',
    'update Defaulted',
    'update Nulled',
  ]);
});

it('a log that is not there is an error that says what to do, and the write is undone', async () => {
  const prisma = connect();
  const rename = (from: string, to: string) => twin.pool.query(`alter function audit.${from} rename to ${to}`);
  await rename('client_change', 'gone');
  const create = prisma.auto.create({ data: { code: 'lost' } });
  await expect(create).rejects.toMatchObject({ code: 'AUDIT_SCHEMA_MISSING' });
  await rename('gone', 'client_change');
  expect(await prisma.auto.count({ where: { code: 'lost' } })).toBe(0);
});

it('engine "database" on the same adapter is left as it is', () => {
  const adapter = auditAdapter(new PrismaPg({ connectionString: 'postgresql://nowhere' }));
  new PrismaClient({ adapter }).$extends(audit());
  expect(captureCell(adapter)).toEqual({});
});

describe('is refused at the door:', () => {
  const code = { code: 'AUDIT_OPTIONS_INVALID' };
  it.each([
    ['the mixin, which has no hook for it', () => audited(PrismaClient, { engine: 'client' }), /\$extends\(audit/],
    ['no catalogue', () => audit({ engine: 'client' }), /generator audit/],
    ['another engine', () => audit({ engine: 'other' as 'client' }), /"database" or "client"/],
    ['a cap that is none', () => audit({ engine: 'client', catalogue, maxRows: 0 }), /maxRows/],
    ['an answer that is none', () => audit({ engine: 'client', catalogue, onTooManyRows: 'ask' as 'refuse' }), /onTooManyRows/], // prettier-ignore
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(expect.objectContaining({ ...code, message: expect.stringMatching(message) }));
  });
});
