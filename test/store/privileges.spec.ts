import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createAudit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { AuditReader } from '../../src/query/reader.js';
import {
  createPool,
  migrate,
  postgresEntryStore,
  reconcilePrivileges,
  reconcileTriggers,
  type Pool,
  withLogSource,
} from '../../src/store/postgres/index.js';
import { checkLevelConfig } from '../../src/store/postgres/privileges.js';
import { verify } from '../../src/verify/index.js';
import { examine } from '../../src/store/postgres/health.js';
import { createDatabase } from '../support/database.js';
import { sealAll } from '../support/filled-log.js';
import { levelsWorld, type LevelsWorld } from './levels-world.js';

let world: LevelsWorld;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
});
afterAll(() => world.close());

const count = async (sql: string): Promise<number> => Number((await world.owner.query(sql)).rows[0].count);

describe('the reader', () => {
  beforeAll(async () => {
    const { app, sealer } = world.roles;
    const audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
    for (const tenant of [undefined, 'acme', 'globex'])
      await withContext({ actor: { id: 'ann' }, tenant }, () => audit.record({ action: 'report.export', outcome: 'success', reason: `of ${tenant}` })); // prettier-ignore
    await audit.flush();
    await audit.close();
  });

  /** Tenants of the rows that the reader sees with these settings: of entries, of chains, and of content by its text. */
  const seen = async (...settings: string[]): Promise<unknown> => {
    const client = await world.poolOf(world.roles.reader).connect();
    try {
      await client.query('begin');
      for (const setting of settings) await client.query(`set local ${setting}`);
      const { rows } = await client.query(
        `select (select array_agg(distinct tenant_key) from audit.entry) as entry, (select array_agg(tenant_key) from audit.chain) as chain,
                (select array_agg(distinct substring(data from 'of [a-z]+')) filter (where data like '%of %') from audit.content) as content`,
      );
      return rows[0];
    } finally {
      await client.query('rollback');
      client.release();
    }
  };

  it.each<[string, string[], unknown]>([
    ['nothing without a tenant', [], { entry: null, chain: null, content: null }],
    ['nothing with an empty one', [`audit.tenant = ''`], { entry: null, chain: null, content: null }],
    ['nothing of a tenant that is not there', [`audit.tenant = 'nobody'`], { entry: null, chain: null, content: null }],
    ['its tenant alone', [`audit.tenant = 'acme'`], { entry: ['acme'], chain: ['acme'], content: ['of acme'] }],
    ['another', [`audit.tenant = 'globex'`], { entry: ['globex'], chain: ['globex'], content: ['of globex'] }],
    ['what has no tenant, when it asks for that', [`audit.no_tenant = 'on'`], { entry: [''], chain: [''], content: ['of undefined'] }],
  ])('sees %s', async (_name, settings, expected) => {
    expect(await seen(...settings)).toEqual(expected);
    expect(await seen()).toEqual({ entry: null, chain: null, content: null }); // the setting does not outlive its transaction
  }); // prettier-ignore

  it.each(['salt_actor', 'salt_data', '*', 'xid, salt_data'])('cannot read the salts: select %s', async (columns) => {
    const query = world.poolOf(world.roles.reader).query(`select ${columns} from audit.content`);
    await expect(query).rejects.toMatchObject({ code: '42501' });
  });

  it('is what audit.query uses where the option readerUrl is given', async () => {
    const { app, reader } = world.roles;
    const with_ = createAudit({ databaseUrl: world.urlOf(app), readerUrl: world.urlOf(reader), seal: false });
    const found = async (tenant?: string): Promise<(string | undefined)[]> =>
      (await with_.query.find({ tenant, action: 'report.export' })).entries.map(({ reason }) => reason);
    expect(await found('acme')).toEqual(['of acme']);
    expect(await found()).toEqual(['of undefined']);
    expect(await found('nobody')).toEqual([]);
    await with_.close();
    const without = createAudit({ databaseUrl: world.urlOf(app), seal: false });
    await expect(without.query.find()).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING' });
    await without.close();
  });

  it('does not narrow what the sealer sees', async () => {
    const report = await withLogSource(world.poolOf(world.roles.sealer), 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', chains: [{}, {}, {}] });
    const query = new AuditReader(postgresEntryStore(world.poolOf(world.roles.sealer), 'audit'));
    expect((await query.find({ tenant: 'acme', action: 'report.export' })).entries).toHaveLength(1);
  });

  it('leaves with its policies when it has no part any more', async () => {
    const policies = `select count(*) from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'audit'::regnamespace and c.relrowsecurity`;
    expect(await count(policies)).toBe(14);
    const done = await world.reconcile({ reader: 'none', guard: 'none' });
    expect(done.roles).toEqual({ app: world.roles.app, sealer: world.roles.sealer, auditor: world.roles.auditor, follower: world.roles.follower }); // prettier-ignore
    expect(await count(policies)).toBe(0);
    await expect(seen()).rejects.toMatchObject({ code: '42501' });
    expect((await world.reconcile()).revoked).toEqual([]);
    expect(await count(policies)).toBe(14);
  });
});

describe('migrate', () => {
  it('gives nothing the second time', async () => {
    expect(await world.reconcile()).toMatchObject({ created: [], granted: [], revoked: [] });
    expect(await world.reconcile({})).toMatchObject({ roles: { app: world.roles.app }, granted: [], revoked: [] });
  });

  it('says in a rehearsal what it would do, and does not do it', async () => {
    const role = `later_${randomBytes(4).toString('hex')}`;
    const rehearse = () => reconcilePrivileges(world.owner, { schema: 'audit', roles: { app: role }, createRoles: true, dryRun: true }); // prettier-ignore
    const done = await rehearse();
    expect(done.created).toEqual([role]);
    expect(new Set(done.granted.map(({ grantee }) => grantee))).toEqual(new Set([role]));
    expect(new Set(done.revoked.map(({ grantee }) => grantee))).toEqual(new Set([world.roles.app]));
    expect(await count(`select count(*) from pg_roles where rolname = '${role}'`)).toBe(0);
    expect(await rehearse()).toEqual(done);
    expect(await world.reconcile()).toMatchObject({ granted: [], revoked: [] });
  });

  it.each<[string, string, string, RegExp]>([
    ['a role that is not there', '', 'nobody_there', /there is no role nobody_there for app: create it, or pass --create-roles/],
    ['a superuser', '', 'postgres', /the role postgres is a superuser/],
    ['one role for two parts', '', 'READER', /the role READER has two parts/],
    ['a member of the owner', 'grant pg_monitor to OTHER; alter schema audit owner to pg_monitor', 'OTHER', /the role OTHER owns the log or is a member of its owner/],
    ['a member of the sealer', 'grant "SEALER" to OTHER', 'OTHER', /the role OTHER is a member of SEALER, and has its rights/],
  ])('refuses %s, and changes nothing', async (_name, sql, app, message) => {
    const { other, reader, sealer } = world.roles;
    const fill = (text: string): string => text.replaceAll('OTHER', other).replaceAll('READER', reader).replaceAll('SEALER', sealer);
    if (sql) await world.owner.query(fill(sql));
    await expect(world.reconcile({ app: fill(app) })).rejects.toMatchObject({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringMatching(new RegExp(fill(message.source))) });
    await world.owner.query(`revoke pg_monitor, "${sealer}" from ${other}; alter schema audit owner to postgres`);
    expect(await world.reconcile()).toMatchObject({ granted: [], revoked: [] });
  }); // prettier-ignore

  it('refuses to do it as a role that does not own the log', async () => {
    const doing = reconcilePrivileges(world.poolOf(world.roles.sealer), { schema: 'audit' });
    await expect(doing).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING', message: expect.stringMatching(/does not own the log, postgres does/) }); // prettier-ignore
  });

  it('as long as no role is named, leaves reading to the owner and takes the rest', async () => {
    const database = await createDatabase();
    const pool = createPool(database.url, { max: 2, applicationName: 'test' });
    const other = `"${world.roles.other}"`;
    await migrate(pool, { schema: 'audit' });
    await pool.query(`grant usage on schema audit to ${other}; grant select on audit.entry to ${other}; grant execute on function audit.seal to ${other}; grant insert on audit.content to ${other}`); // prettier-ignore
    const { revoked } = await reconcilePrivileges(pool, { schema: 'audit' });
    expect(revoked.map(({ privilege, name }) => `${privilege} ${name}`).toSorted()).toEqual(['EXECUTE seal', 'INSERT content']); // prettier-ignore
    await pool.query(`drop owned by ${other}`);
    await pool.end();
    await database.drop();
  });

  it('does it as an owner that is no superuser, as on most hosted databases, and all works', async () => {
    const { app, sealer, reader } = world.roles;
    const owner = `owner_${randomBytes(4).toString('hex')}`;
    const database = await createDatabase();
    const open = (role: string): Pool => createPool(database.url.replace('postgres@', `${encodeURIComponent(role)}@`), { max: 2, applicationName: 'test' }); // prettier-ignore
    const pools = [open('postgres'), open(owner), open(app), open(sealer), open(reader)] as const;
    const [superuser, mine, asApp, asSealer, asReader] = pools;
    await superuser.query(`create role ${owner} login`);
    await superuser.query(`do $$ begin execute format('grant create on database %I to ${owner}', current_database()); end $$; grant create on schema public to ${owner}`); // prettier-ignore
    await migrate(mine, { schema: 'audit' });
    await mine.query(`create table note (id int primary key, org text); grant insert, update on note to ${app}`);
    await reconcileTriggers(mine, { tenantColumn: 'org' });
    await reconcilePrivileges(mine, { schema: 'audit', roles: { app, sealer, reader } });
    await asApp.query(`insert into note values (1, 'acme'); update note set id = 2`);
    await sealAll(asSealer);
    const report = await withLogSource(asSealer, 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', entries: 3 });
    const found = await asReader.query(`begin; set local audit.tenant = 'acme'; select action from audit.entry order by seq; commit`); // prettier-ignore
    const rows = (found as unknown as { rows: unknown[] }[])[2]?.rows; // several statements have several results
    expect(rows).toEqual([{ action: 'chain.open' }, { action: 'note.create' }, { action: 'note.update' }]);
    const health = await examine(asApp, 'audit', { tenantColumn: 'org' }, { level: 'split' });
    expect(health.problems).toEqual([expect.stringMatching(/^no sealer is alive/)]); // it has handed back its lease
    for (const role of [owner, app, sealer, reader]) await superuser.query(`drop owned by "${role}" cascade`);
    for (const pool of pools) await pool.end();
    await database.drop();
    await world.owner.query(`drop role ${owner}`);
  });

  it('creates roles in two databases at once, of a log with another name', async () => {
    const mark = randomBytes(4).toString('hex');
    const roles = { app: `a_${mark}`, sealer: `s_${mark}`, reader: `r_${mark}` };
    const made = await Promise.all([createDatabase(), createDatabase()]);
    const pools = made.map(({ url }) => createPool(url, { max: 3, applicationName: 'test' }));
    const runs = pools.map(async (pool) => {
      await migrate(pool, { schema: 'journal' });
      return await reconcilePrivileges(pool, { schema: 'journal', roles, createRoles: true });
    });
    for (const done of await Promise.all(runs)) {
      expect(done.roles).toEqual(roles);
      expect(new Set(done.granted.map(({ grantee }) => grantee))).toEqual(new Set(Object.values(roles)));
    }
    expect(await count(`select count(*) from pg_roles where rolname = any ('{${Object.values(roles).join()}}') and rolcanlogin and not rolsuper`)).toBe(3); // prettier-ignore
    for (const pool of pools) {
      await pool.query(`drop owned by ${Object.values(roles).join()}`);
      await pool.end();
    }
    for (const { drop } of made) await drop();
    await world.owner.query(`drop role ${Object.values(roles).join()}`);
  });

  it.each<[string, unknown, RegExp]>([
    ['a level that there is not', { level: 'triple' }, /level must be single, split, separate/],
    ['roles in one text', { roles: 'app' }, /roles must be an object/],
    ['a part that there is not', { roles: { owner: 'x' } }, /roles.owner: there are app, sealer, reader/],
    ['an empty name', { roles: { app: '' } }, /roles.app must be the name of a role/],
    ['a name that PostgreSQL would cut', { roles: { app: 'é'.repeat(32) } }, /1 to 63 bytes/],
    ['a name with NUL', { roles: { app: 'a\0' } }, /roles.app must be the name of a role/],
  ])('refuses %s', (_name, config, message) => {
    expect(() => checkLevelConfig(config as object)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
  });
});
