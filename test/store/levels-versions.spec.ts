import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { examine, type Health } from '../../src/store/postgres/health.js';
import { withLogSource, type Roles } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { folder, run, type Folder } from '../cli/run.js';
import { describeFull } from '../support/full.js';
import { startPostgres } from '../support/postgres.mjs';
import { COVERAGE, SHAPES } from '../support/quickstart.js';
import { levelsWorld, type LevelsWorld } from './levels-world.js';

// A sample of levels.spec.ts, doctor.spec.ts and cli/levels.spec.ts, which run on the newest alone.
describeFull.each([14, 15, 16, 17] as const)('levels of privilege on PostgreSQL %s', (major) => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let world: LevelsWorld;
  let here: Folder;
  let roles: Roles;
  beforeAll(async () => {
    server = await startPostgres({ major });
    world = await levelsWorld(server.url);
    here = folder();
    const { app, sealer, reader } = world.roles;
    roles = { app, sealer, reader };
  }, 120_000); // the release is fetched
  afterAll(async () => {
    here?.remove();
    await world?.close();
    await server?.stop();
  });
  const doctor = async (level?: 'split' | 'separate'): Promise<Health> =>
    await examine(world.poolOf(world.roles.app), 'audit', COVERAGE, level === undefined ? { roles } : { roles, level });
  const failed = ({ checks }: Health): string[] =>
    checks.filter(({ name, state }) => state === 'fail' && name !== 'sealer').map(({ name, message }) => `${name}: ${message}`); // prettier-ignore
  const cli = (...args: string[]) =>
    run(args, {
      cwd: here.path,
      env: {
        AUDIT_DATABASE_URL: world.urlOf(world.roles.app),
        AUDIT_MIGRATE_DATABASE_URL: world.url,
        AUDIT_SEALER_DATABASE_URL: world.urlOf(world.roles.sealer),
      },
    });
  const refused = async (role: keyof LevelsWorld['roles'], sql: string): Promise<void> => {
    await expect(world.poolOf(world.roles[role]).query(sql)).rejects.toMatchObject({ code: '42501' });
  };

  it('single, until the roles have their rights; then split, and nothing is left to do', async () => {
    const before = await examine(world.owner, 'audit', COVERAGE, {});
    expect({ level: before.level, failed: failed(before) }).toEqual({ level: 'single', failed: [] });
    await world.reconcile();
    const health = await doctor('split');
    expect({ level: health.level, failed: failed(health) }).toEqual({ level: 'split', failed: [] });
    expect(await world.reconcile()).toMatchObject({ granted: [], revoked: [] });
  });

  it('the application writes through Prisma and records, and can do nothing else; the sealer seals, the reader reads its tenant', async () => {
    const { app, sealer, reader } = world.roles;
    const [, connect] = SHAPES[0] as (typeof SHAPES)[number];
    const prisma = connect(world.urlOf(app), { max: 2 });
    const audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
    await withContext({ actor: { id: 'ann' }, tenant: 'acme' }, async () => {
      await prisma.tag.create({ data: { tenantId: 'acme', name: 'x' } });
      audit.record({ action: 'report.export', outcome: 'success' });
    });
    await audit.flush();
    expect(await audit.close()).toEqual({ lost: 0, spooled: 0 });
    await prisma.$disconnect();
    for (const sql of ['select from audit.content', 'delete from audit.entry', `select audit.reserve(1)`, 'alter table "Tag" disable trigger all', 'set session_replication_role = replica'])
      await refused('app', sql);
    for (const sql of ['delete from audit.entry', 'insert into audit.content default values', `select audit.detach('public."Tag"')`])
      await refused('sealer', sql);
    await refused('reader', 'select * from audit.content');
    const client = await world.poolOf(reader).connect();
    await client.query('begin');
    expect((await client.query('select from audit.entry')).rowCount).toBe(0);
    await client.query(`select set_config('audit.tenant', 'acme', true)`);
    expect((await client.query(`select action from audit.entry where action <> 'chain.open' order by seq`)).rows).toEqual([{ action: 'Tag.create' }, { action: 'report.export' }]);
    await client.query('rollback');
    client.release();
    const report = await withLogSource(world.poolOf(sealer), 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [] });
  }); // prettier-ignore

  it.each<[string, string, RegExp[]]>([
    ['a table that everybody may read', 'grant select on audit.content to public', [/^level: /, /^rights: .*SELECT content/, /^rights: public has right SELECT on content/]],
    ['a function of the sealer', 'grant execute on function audit.seal to APP', [/^level: /, /^rights: .*EXECUTE seal/, /has right EXECUTE on seal/]],
    ['the rights of another role', 'grant SEALER to APP', [/^level: /, /^rights: /]],
    ['an application that may not record', 'revoke execute on function audit.record from APP', [/^rights: .* has no right EXECUTE on record/]],
  ])('doctor sees it, and migrate mends it: %s', async (_name, sql, expected) => {
    const fill = (text: string): string =>
      text.replace('APP', `"${world.roles.app}"`).replace('SEALER', `"${world.roles.sealer}"`);
    await world.owner.query(fill(sql));
    expect(failed(await doctor())).toEqual(expected.map((each) => expect.stringMatching(each)));
    if (sql.startsWith('grant SEALER')) await world.owner.query(fill('revoke SEALER from APP'));
    else await world.reconcile();
    expect(failed(await doctor())).toEqual([]);
  }); // prettier-ignore

  it('the command line: migrate, seal as the sealer, doctor finds separate, verify', async () => {
    here.write('audit.config.mjs', `export default ${JSON.stringify({ ...COVERAGE, roles, level: 'separate' })}`);
    expect(await cli('migrate')).toMatchObject({ code: 0, err: '' });
    const before = await cli('doctor');
    expect(before).toMatchObject({ code: 1, out: expect.stringContaining('separate is asked for') });
    let during: Awaited<ReturnType<typeof cli>> | undefined;
    const led = async (): Promise<boolean> =>
      (await world.owner.query(`select from audit.sealer where application = 'nestjs-prisma-audit seal' and role = $1`, [world.roles.sealer])).rowCount === 1; // prettier-ignore
    const sealed = await run(['seal'], {
      env: { AUDIT_SEALER_DATABASE_URL: world.urlOf(world.roles.sealer) },
      async until() {
        while (!(await led())) await new Promise((resolve) => setTimeout(resolve, 20));
        during = await cli('doctor');
      },
    });
    expect(sealed).toMatchObject({ code: 0, err: '' });
    expect(during).toMatchObject({ code: 0, out: expect.stringMatching(/^privileges {2}separate: [^]*✓ nothing wrong/m) }); // prettier-ignore
    expect(await cli('verify')).toMatchObject({ code: 0, out: expect.stringMatching(/^VERIFIED/) });
  }, 60_000);

  it('an owner that is no superuser, but may create roles, makes them all and has nothing left to do', async () => {
    const owner = `owner_${world.roles.app}`;
    await world.owner.query(`create role "${owner}" login createrole`);
    await world.owner.query(`create database "${owner}" owner "${owner}" template template0`);
    const url = new URL(world.url);
    Object.assign(url, { pathname: `/${owner}`, username: owner });
    const names = ['app', 'sealer', 'reader'].map((part) => [`--${part}-role`, `${part}_of_${owner}`] as const);
    const bare = folder(); // without the configuration of the tables above
    const ran = await run(['migrate', ...names.flat(), '--create-roles'], { url: url.href, cwd: bare.path });
    expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`+ role ${names[0]?.[1] ?? ''}`) });
    expect((await run(['migrate'], { url: url.href, cwd: bare.path })).out).not.toMatch(/role|given|taken/);
    url.username = names[0]?.[1] ?? '';
    const found = await run(['doctor', '--json'], { url: url.href, cwd: bare.path });
    expect(JSON.parse(found.out)).toMatchObject({ level: 'split' });
    bare.remove();
    await world.owner.query(`drop database "${owner}"`);
    for (const [, role] of names) await world.owner.query(`drop role "${role}"`);
    await world.owner.query(`drop role "${owner}"`);
  }, 60_000);
});
