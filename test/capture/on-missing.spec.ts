import { afterEach, describe, expect, it } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { examine } from '../../src/store/postgres/health.js';
import { COVERAGE, createQuickstart, SHAPES, type AnyAuditedClient, type Quickstart } from '../support/quickstart.js';

let quickstart: Quickstart;
afterEach(() => quickstart.close());

async function connected(onMissing: 'fail' | 'warn'): Promise<AnyAuditedClient> {
  quickstart = await createQuickstart({ coverage: { ...COVERAGE, onMissing } });
  const [, connect] = SHAPES[0] as (typeof SHAPES)[number];
  return quickstart.keep(connect(quickstart.url, { max: 1 }));
}
const user = (email: string) => ({ tenantId: 't', name: 'Ann Secretname', passwordHash: 'x', email });

const BROKEN: [string, string, string, string][] = [
  ['the table is gone', 'drop table audit.content cascade', 'AUDIT_SCHEMA_MISSING', '42P01'],
  ['a function is gone', 'drop function audit.change cascade', 'AUDIT_SCHEMA_MISSING', '42883'],
  ['the owner may not write', `alter function audit.capture() owner to unprivileged; alter function audit.capture_or_warn() owner to unprivileged`, 'AUDIT_PRIVILEGE_MISSING', '42501'],
]; // prettier-ignore
const ROLE = `do $$ begin create role unprivileged; exception when duplicate_object then null; end $$;`;

describe('when the log is missing, under onMissing "fail"', () => {
  it.each(BROKEN)('because %s, a write fails as a whole, with our code', async (_why, sql, code) => {
    const prisma = await connected('fail');
    await quickstart.pool.query(ROLE + sql);
    const nested = prisma.user.create({
      data: { ...user('a@example.com'), sessions: { create: { expiresAt: new Date() } } },
    });
    const error: unknown = await nested.then(() => undefined, (reason: unknown) => reason); // prettier-ignore
    // Prisma makes its own error of every one that has a code, and keeps code and message.
    expect(error).toMatchObject({ code });
    expect(String((error as Error).message)).toMatch(/npx nestjs-prisma-audit/);
    expect(String((error as Error).message)).not.toContain('Secretname');
    const interactive = prisma.$transaction(async (tx) => {
      await tx.$executeRaw`create table half_done (id int)`;
      await tx.user.create({ data: user('b@example.com') });
    });
    await expect(interactive).rejects.toMatchObject({ code });
    expect(await prisma.user.count()).toBe(0);
    const { rows } = await quickstart.pool.query(`select to_regclass('half_done') as left`);
    expect(rows).toEqual([{ left: null }]);
  });

  it.each([
    ...BROKEN,
    ['the log is full', `create function audit.full() returns trigger language plpgsql as $$ begin raise exception using errcode = '53100'; end $$;
      create trigger full_up before insert on audit.content for each row execute function audit.full()`, '', '53100'],
  ])('because %s, no part of the server’s error has a value of the caller’s in it', async (_why, sql, _code, state) => {
    await connected('fail');
    await quickstart.pool.query(ROLE + sql);
    for (const statement of [
      `insert into "User" ("tenantId", name, email, "passwordHash") values ('t', $1, $1, $1)`,
      `insert into "User" ("tenantId", name, email, "passwordHash") select 't', $1::text, $1 || i, $1 from generate_series(1, 3) i`,
    ]) {
      const error: unknown = await quickstart.pool.query(statement, ['Secretname']).then(() => undefined, (reason: unknown) => reason); // prettier-ignore
      expect(error).toMatchObject({ code: state, where: expect.stringContaining('capture()') });
      const fields = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error as object, name)));
      expect(fields.join('\n')).not.toContain('Secretname');
    }
  }); // prettier-ignore

  it('because its schema was dropped with all that hangs on it, writes go on uncaptured, and whoever looks is told', async () => {
    const prisma = await connected('fail');
    await quickstart.pool.query('drop schema audit cascade');
    await prisma.user.create({ data: user('a@example.com') });
    const audit = createAudit({ databaseUrl: quickstart.url, seal: false });
    await expect(audit.check()).rejects.toMatchObject({ code: 'AUDIT_SCHEMA_MISSING' });
    expect(await audit.health()).toMatchObject({ status: 'down' });
    await audit.close();
    const { installed, problems } = await examine(quickstart.pool, 'audit', COVERAGE);
    expect({ installed, problems }).toMatchObject({ installed: false, problems: [expect.stringContaining('migrate')] });
  });

  it('errors of the caller’s own stay as they are', async () => {
    const prisma = await connected('fail');
    await expect(prisma.$executeRaw`update content set x = 1`).rejects.toMatchObject({ code: 'P2010' });
    await expect(prisma.$executeRaw`select audit.nothing()`).rejects.toMatchObject({ code: 'P2010' });
    await expect(prisma.$queryRaw`select * from nowhere`).rejects.toMatchObject({ code: 'P2010' });
    // A trigger of the application's that lacks a table of its own, whatever its name.
    await quickstart.pool.query(`create function notify() returns trigger language plpgsql as $$ begin insert into image values (1); return null; end $$;
      create trigger notify after delete on "Tag" for each statement execute function notify()`); // prettier-ignore
    await expect(prisma.$executeRaw`delete from "Tag"`).rejects.toMatchObject({ code: 'P2010' });
  });
});

describe('when the log is missing, under onMissing "warn"', () => {
  it.each(BROKEN)('because %s, the write goes through, and the loss is counted', async (_why, sql) => {
    const prisma = await connected('warn');
    await quickstart.pool.query(ROLE + sql);
    await withContext({ actor: { id: 'ann' } }, async () => {
      await prisma.user.create({ data: user('a@example.com') });
      await prisma.user.updateMany({ data: { name: 'Bob' } });
    });
    expect(await prisma.user.findMany()).toMatchObject([{ name: 'Bob' }]);
    const { rows } = await quickstart.pool.query(`select last_value::int as lost, is_called from audit.lost_seq`);
    if (!sql.includes('owner')) expect(rows).toEqual([{ lost: 2, is_called: true }]);
  });

  it('a gap is in the log where it can be, without the values', async () => {
    const prisma = await connected('warn');
    await quickstart.pool.query('drop function audit.change cascade');
    await prisma.user.create({ data: user('a@example.com') });
    const { rows } = await quickstart.pool.query(`select op, model, data, flags from audit.content`);
    expect(rows).toEqual([
      { op: 'insert', model: 'User', flags: 'gap', data: '{"details" : {"lost" : true, "error" : "42883"}}' },
    ]);
  });

  it('nothing is lost, and nothing counted, as long as all is there', async () => {
    const prisma = await connected('warn');
    await prisma.user.create({ data: user('a@example.com') });
    const { rows } = await quickstart.pool.query(
      `select c.op, c.flags, s.is_called from audit.content c, audit.lost_seq s`,
    );
    expect(rows).toEqual([{ op: 'insert', flags: 'no-context,redacted', is_called: false }]);
  });
});
