import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { prismaMigration, planTriggers, migrate, reconcilePrivileges, reconcileTriggers, type Pool } from '../../src/store/postgres/index.js'; // prettier-ignore
import { AuditedClient, COVERAGE, createQuickstart, PrismaClient, type Quickstart } from '../support/quickstart.js';
import { openEngine } from './engine.js';
import { itFull } from './sample.js';

const blocksOf = (page: string): string[] =>
  Array.from(readFileSync(page, 'utf8').matchAll(/^```sql\n(.*?)^```$/gms), ([, sql = '']) => sql);

/** The steps as they are written for the reader: five blocks, the last for those who use Prisma's migrations. */
const [LOCK_TIMEOUT = '', DETACH = '', DROP_SCHEMA = '', DROP_ROLES = '', BY_PRISMA = ''] =
  blocksOf('docs/uninstall.md');

const MARK = randomBytes(4).toString('hex');
const ROLES = { app: `shop_app_${MARK}`, sealer: `shop_sealer_${MARK}`, reader: `shop_reader_${MARK}` };

/** Everything in a database that somebody can have made: what is where, whose, with which rights. */
const THERE = `
select coalesce(json_agg(thing order by thing), '[]')::text as things from (
  select concat_ws(' ', 'schema', nspname, nspacl::text) from pg_namespace where nspname !~ '^pg_'
  union all select concat_ws(' ', 'relation', relnamespace::regnamespace, relname, relkind, relacl::text, relrowsecurity) from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select concat_ws(' ', 'column', attrelid::regclass, attname, atttypid::regtype, attacl::text) from pg_attribute join pg_class c on c.oid = attrelid where relnamespace::regnamespace::text !~ '^(pg_|information_schema)' and attnum > 0
  union all select concat_ws(' ', 'function', pronamespace::regnamespace, proname, proacl::text) from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
  union all select concat_ws(' ', 'policy', polrelid::regclass, polname) from pg_policy
  union all select concat_ws(' ', 'type', typnamespace::regnamespace, typname) from pg_type where typnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select concat_ws(' ', 'default rights', defaclrole::regrole, defaclnamespace, defaclacl::text) from pg_default_acl
  union all select concat_ws(' ', 'extension', extname) from pg_extension
  union all select concat_ws(' ', 'event trigger', evtname) from pg_event_trigger
  union all select concat_ws(' ', 'setting', setdatabase, setrole, setconfig::text) from pg_db_role_setting where setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all select concat_ws(' ', 'database', datname, datacl::text) from pg_database where datname = current_database()
  union all select concat_ws(' ', 'role', rolname) from pg_roles where rolname ~ '${MARK}$' and rolname <> '${ROLES.app}'
) as found (thing)`;

const thingsIn = async (pool: Pool): Promise<string[]> =>
  JSON.parse((await pool.query<{ things: string }>(THERE)).rows[0]?.things ?? '[]') as string[];

/** A client that writes, nested and in a transaction. */
async function writes(client: InstanceType<typeof AuditedClient> | PrismaClient, email: string): Promise<unknown> {
  const user = await client.user.create({ data: { tenantId: 'acme', email, name: 'Ann', passwordHash: 'x' } });
  await client.$transaction([
    client.user.update({ where: { id: user.id }, data: { name: 'Anna' } }),
    client.tag.create({ data: { tenantId: 'acme', name: email } }),
  ]);
  return await client.user.findUniqueOrThrow({ where: { email }, select: { name: true } });
}

describe('the steps of docs/uninstall.md', () => {
  let quickstart: Quickstart;
  afterAll(async () => {
    await quickstart.pool.query(`drop owned by "${ROLES.app}"; drop role "${ROLES.app}"`);
    await quickstart.close();
  });

  it('leave nothing of ours, and an application that writes as before, while it writes', async () => {
    quickstart = await createQuickstart({ coverage: false });
    const { pool, url } = quickstart;
    await pool.query(`create role "${ROLES.app}" login`);
    await pool.query(`grant select, insert, update, delete on all tables in schema public to "${ROLES.app}"; grant usage on all sequences in schema public to "${ROLES.app}"`); // prettier-ignore
    const before = await thingsIn(pool);

    await migrate(pool, { schema: 'audit', origin: 'example.com/uninstall' });
    await reconcileTriggers(pool, COVERAGE);
    await reconcilePrivileges(pool, { schema: 'audit', roles: ROLES, createRoles: true });
    const asApp = new URL(url);
    asApp.username = ROLES.app;
    const audited = quickstart.keep(new AuditedClient({ adapter: new PrismaPg({ connectionString: asApp.href }) }));
    await writes(audited, 'one@acme.test');
    const count = async (): Promise<number> =>
      (await pool.query(`select count(*)::int as n from audit.content where source = 'change'`)).rows[0].n as number;
    expect(await count()).toBe(3);
    expect((await thingsIn(pool)).length).toBeGreaterThan(before.length + 50);
    for (const sql of blocksOf('docs/adopt.md')) await pool.query(sql); // what it asks can be asked

    await pool.query(LOCK_TIMEOUT);
    await pool.query(DETACH);
    await writes(audited, 'two@acme.test');
    expect(await count()).toBe(3);

    await pool.query(DROP_SCHEMA);
    await pool.query(DROP_ROLES.replaceAll(/shop_(sealer|reader)/g, `$&_${MARK}`));
    expect(await thingsIn(pool)).toEqual(before);

    // An instance that has not been replaced yet, and the new one.
    expect(await writes(audited, 'three@acme.test')).toEqual({ name: 'Anna' });
    const plain = quickstart.keep(new PrismaClient({ adapter: new PrismaPg({ connectionString: asApp.href }) }));
    expect(await writes(plain, 'four@acme.test')).toEqual({ name: 'Anna' });
    expect(await plain.user.count()).toBe(4);
  });
});

describe('the migration of docs/uninstall.md', () => {
  const closing: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  itFull("undoes that of migrate --prisma, in Prisma's own engine, also in a replay", async () => {
    const world = await createQuickstart({ coverage: false });
    const { pool } = world;
    const before = await thingsIn(pool);
    const folder = mkdtempSync(join(tmpdir(), 'audit-uninstall-'));
    const schema = readFileSync('examples/quickstart/prisma/schema.prisma', 'utf8');
    const add = (name: string, sql: string): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'migration.sql'), sql);
    };
    cpSync('examples/quickstart/prisma/migrations/20260101000000_init', join(folder, '20260101000000_init'), { recursive: true }); // prettier-ignore
    const options = { schema: 'audit', onMissing: 'fail' as const, origin: 'example.com/prisma' };
    const audit = prismaMigration(await planTriggers(pool, COVERAGE), [], options, new Set());
    add('20260102000000_audit', audit?.sql ?? '');
    await pool.query('drop schema public cascade; create schema public');
    const engine = await openEngine(world.url, schema);
    closing.push(() => world.close(), () => rmSync(folder, { recursive: true }), () => engine.close()); // prettier-ignore

    await engine.deploy(folder);
    const installed = await thingsIn(pool);
    expect(installed).toContain('trigger "User" !audit_insert O');
    add('20260103000000_drop_audit', BY_PRISMA);
    await engine.deploy(folder);
    // Prisma's own table, and the schema that this test made anew, are not ours.
    const others = /_prisma_migrations|^schema public/;
    const left = (await thingsIn(pool)).filter((thing) => !others.test(thing));
    expect(left).toEqual(before.filter((thing) => !others.test(thing)));
    // Both ask a shadow database, in which all three folders are replayed.
    expect(await engine.diagnose(folder)).toBeUndefined();
    expect(await engine.drift(folder, schema)).toEqual({ code: 0, sql: expect.stringContaining('empty') });
  });
});
