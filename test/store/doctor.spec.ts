import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresSealerStore, reconcileTriggers, type LevelConfig } from '../../src/store/postgres/index.js';
import { examine, type Health } from '../../src/store/postgres/health.js';
import type { Catalogue, CatalogueModel } from '../../src/event/catalogue.js';
import { COVERAGE } from '../support/quickstart.js';
import { catalogueOfDatabase } from '../support/catalogue.js';
import { levelsWorld, type LevelsWorld } from './levels-world.js';

let world: LevelsWorld;
beforeAll(async () => {
  world = await levelsWorld();
});
afterAll(() => world.close());

type Who = 'owner' | 'app' | 'sealer' | 'reader';
const poolOf = (who: Who) => (who === 'owner' ? world.owner : world.poolOf(world.roles[who]));
const doctor = (who: Who, levels: LevelConfig = {}, coverage = COVERAGE): Promise<Health> =>
  examine(poolOf(who), 'audit', coverage, levels);
/** What failed, but for the sealer: none is alive here. */
const failed = ({ checks }: Health): string[] =>
  checks.filter(({ name, state }) => state === 'fail' && name !== 'sealer').map(({ name, message, remedy }) => `${name}: ${message} -- ${remedy ?? ''}`); // prettier-ignore

// Each finds what the one before has left.
describe('doctor names the level that it finds:', () => {
  it('single, as long as the role owns the log, and is content as long as no other is asked for', async () => {
    const health = await doctor('owner');
    expect({ level: health.level, failed: failed(health) }).toEqual({ level: 'single', failed: [] });
    expect(failed(await doctor('owner', { level: 'split' }))).toEqual([
      'level: the level is single, and split is asked for: the role postgres owns the log, is a superuser, or is a member of its owner -- run "nestjs-prisma-audit migrate --app-role NAME", and give the application the URL of that role',
    ]);
  });

  it('nothing, before the role has a part: it may not look', async () => {
    await expect(doctor('app')).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING' });
  });

  it('split, for a role that migrate has given its rights', async () => {
    const { app, sealer, reader } = world.roles;
    expect(failed(await doctor('owner', { roles: { app } }))).toEqual([
      expect.stringMatching(/^level: the level is single, and split is asked for/),
      `rights: the roles of audit.config (app ${app}, sealer none, reader none, auditor none, guard none, follower none) are not those of the database -- run "nestjs-prisma-audit migrate"`,
    ]);
    await world.reconcile();
    const health = await doctor('app', { roles: { app, sealer, reader } });
    expect({ level: health.level, failed: failed(health) }).toEqual({ level: 'split', failed: [] });
    expect(health.checks).toContainEqual({ name: 'rights', state: 'ok', message: `app is ${app}, sealer is ${sealer}, reader is ${reader}, auditor is ${world.roles.auditor}, guard is ${world.roles.guard}, follower is ${world.roles.follower}, with the rights of their part` }); // prettier-ignore
    expect(failed(await doctor('app', { level: 'separate' }))).toEqual([
      'level: the level is split, and separate is asked for: no sealer has led yet -- start "nestjs-prisma-audit seal" with AUDIT_SEALER_DATABASE_URL, and the application with seal: false',
    ]);
  });

  it('single again, for an application that still has the URL of the owner', async () => {
    expect(failed(await doctor('owner'))).toEqual([
      `level: the level is single, and split is asked for: the role postgres owns the log, is a superuser, or is a member of its owner -- give the application the URL of the role ${world.roles.app}`,
    ]);
  });

  it.each<[Who]>([['sealer'], ['reader']])('none, for the role of the %s', async (who) => {
    expect(failed(await doctor(who))).toEqual([
      `level: this is the role of the ${who}, and the level is that of the application -- pass the application's URL`,
    ]);
  });

  it('separate, when the sealer’s role has led in the command seal', async () => {
    const lead = async (application: string): Promise<void> => {
      const client = await poolOf('sealer').connect();
      await client.query(`select set_config('application_name', $1, false)`, [application]);
      client.release();
      const store = postgresSealerStore(poolOf('sealer'), 'audit');
      const lease = await store.acquire('test', 60_000);
      expect(lease).toBeDefined();
      if (lease) await store.release(lease);
    };
    await lead('nestjs-prisma-audit sealer');
    expect((await doctor('app')).level).toBe('split');
    expect(failed(await doctor('app', { level: 'separate' }))).toEqual([
      expect.stringMatching(
        /the last sealer was Sealer [0-9a-f]+ in "nestjs-prisma-audit sealer", not the command seal/,
      ),
    ]);
    await lead('nestjs-prisma-audit seal');
    const health = await doctor('app', { level: 'separate' });
    expect({ level: health.level, failed: failed(health) }).toEqual({ level: 'separate', failed: [] });
  });
});

describe('doctor sees rights that are not those of the level, and migrate mends them:', () => {
  it.each<[string, string, string, RegExp[]]>([
    ['a table that the application may read', 'grant select on audit.entry to APP', 'single', [/^level: .*may SELECT entry --/, /^rights: the role APP has more rights .*SELECT entry/, /^rights: APP has right SELECT on entry, and should not/]],
    ['one column of it', 'grant update (body) on audit.entry to APP', 'single', [/^level: /, /^rights: the role APP has more rights .*UPDATE entry/, /^rights: APP has right UPDATE on entry/]],
    ['a function of the sealer', 'grant execute on function audit.acquire to APP', 'single', [/^level: .*EXECUTE acquire/, /^rights: .*EXECUTE acquire/, /^rights: APP has right EXECUTE on acquire/]],
    ['a function that everybody may execute', 'grant execute on function audit.seal to public', 'single', [/^level: /, /^rights: .*EXECUTE seal/, /^rights: public has right EXECUTE on seal/]],
    ['a table that everybody may read', 'grant select on audit.content to public', 'single', [/^level: /, /^rights: /, /^rights: public has right SELECT on content/]],
    ['a schema in which the application may make things', 'grant create on schema audit to APP', 'single', [/^level: .*CREATE in the schema/, /^rights: /, /^rights: APP has right CREATE on audit/]],
    ['the rights of another role', 'grant SEALER to APP', 'single', [/^level: /, /^rights: the role APP has more rights/]],
    ['a role that has no part', 'grant insert on audit.content to OTHER', 'separate', [/^rights: OTHER has right INSERT on content, and should not -- run "nestjs-prisma-audit migrate"/]],
    ['a reader of salts', 'grant select on audit.content to READER', 'separate', [/^rights: READER has right SELECT on content/]],
    ['an application that may not record', 'revoke execute on function audit.record from APP', 'separate', [/^rights: APP has no right EXECUTE on record/]],
    ['a sealer that may not seal', 'revoke execute on function audit.seal from SEALER', 'separate', [/^rights: SEALER has no right EXECUTE on seal/]],
  ])('%s', async (_name, sql, level, expected) => {
    const { app, sealer, reader, other } = world.roles;
    const fill = (text: string, quote: string): string =>
      text.replace(/APP|SEALER|READER|OTHER/g, (part) => quote + ({ APP: app, SEALER: sealer, READER: reader }[part] ?? other) + quote); // prettier-ignore
    await world.owner.query(fill(sql, '"'));
    const health = await doctor('app');
    expect(health.level).toBe(level);
    expect(failed(health)).toEqual(expected.map((each) => expect.stringMatching(new RegExp(fill(each.source, ''))))); // prettier-ignore
    if (sql.startsWith('grant SEALER')) {
      await expect(world.reconcile()).rejects.toMatchObject({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringMatching(/is a member of/) }); // prettier-ignore
      await world.owner.query(fill('revoke SEALER from APP', '"'));
    } else await world.reconcile();
    expect(failed(await doctor('app'))).toEqual([]);
  }); // prettier-ignore
});

describe('doctor compares the catalogue with the database', () => {
  const catalogue = async (change: (models: Record<string, CatalogueModel>) => void = () => undefined): Promise<Catalogue> => {
    const found = await catalogueOfDatabase(world.owner);
    const models = { ...found.models };
    change(models);
    return { ...found, models };
  }; // prettier-ignore
  const check = async (change?: (models: Record<string, CatalogueModel>) => void): Promise<string[]> =>
    (await doctor('app', {}, { ...COVERAGE, catalogue: await catalogue(change) })).checks
      .filter(({ name }) => name === 'catalogue')
      .map(({ state, message }) => `${state} ${message}`);
  const model = (models: Record<string, CatalogueModel>, name: string): CatalogueModel =>
    models[name] as CatalogueModel;

  it('and is content when they are the same, or when there is none', async () => {
    expect(await check()).toEqual([expect.stringMatching(/^ok the catalogue of \d+ tables is that of the database$/)]);
    expect((await doctor('app')).checks.map(({ name }) => name)).not.toContain('catalogue');
  });

  it.each<[string, (models: Record<string, CatalogueModel>) => void, string]>([
    ['a model that is new', (models) => { models['Fresh'] = { ...model(models, 'Invoice'), table: 'Fresh' }; }, 'fail the table public.Fresh is in the catalogue and not in the database'],
    ['a table that it does not know', (models) => { delete models['Session']; }, 'fail the table public.Session is in the database and not in the catalogue'],
    ['a field that is new', (models) => { models['Invoice'] = { ...model(models, 'Invoice'), fields: { ...model(models, 'Invoice').fields, extra: { column: 'extra_1', type: 'Int', kind: 'scalar' } } }; }, 'fail the column public.Invoice.extra_1 is in the catalogue and not in the database'],
    ['a column that it does not know', (models) => { const { note: _, ...fields } = model(models, 'Invoice').fields; models['Invoice'] = { ...model(models, 'Invoice'), fields }; }, 'fail the column public.Invoice.note is in the database and not in the catalogue'],
    ['another key', (models) => { models['Invoice'] = { ...model(models, 'Invoice'), id: ['number'] }; }, 'fail the key of public.Invoice is (id) in the database and (number) in the catalogue'],
  ])('and says what differs: %s', async (_name, change, expected) => {
    expect(await check(change)).toEqual([expected]);
  }); // prettier-ignore

  it('and what it should be told of a model that is no table', async () => {
    await world.owner.query('create view seen as table "Invoice"');
    const over = await catalogue((models) => { models['Seen'] = { ...model(models, 'Invoice'), table: 'seen' }; }); // prettier-ignore
    const said = async (coverage: object): Promise<string[]> =>
      failed(await doctor('app', {}, { ...COVERAGE, ...coverage, catalogue: over }));
    expect(await said({})).toEqual([
      'catalogue: the model Seen (public.seen) is a view: it is not captured by itself -- declare it as "view" in schema.prisma and run "prisma generate", or leave it out (models: { "Seen": false })',
    ]);
    expect(await said({ models: { ...COVERAGE.models, seen: false } })).toEqual([]);
    await world.owner.query('drop view seen');
  });

  it('but not of views', async () => {
    expect(await check((models) => { models['Seen'] = { ...model(models, 'Invoice'), table: 'Seen', view: true }; })).toEqual([expect.stringMatching(/^ok /)]); // prettier-ignore
  });
});

describe('doctor tells the rest', () => {
  it('that something else than the sealer’s role has sealed', async () => {
    const warned = async (): Promise<string[]> => (await doctor('app')).checks.filter(({ state }) => state === 'warn').map(({ message }) => message); // prettier-ignore
    const lead = async (who: Who): Promise<void> => {
      const store = postgresSealerStore(poolOf(who), 'audit');
      const lease = await store.acquire('test', 60_000);
      if (lease) await store.release(lease);
    };
    await lead('owner');
    expect(await warned()).toContain(`the last sealer logged in as postgres, and the role of the sealer is ${world.roles.sealer}`); // prettier-ignore
    await lead('sealer');
    expect(await warned()).not.toContainEqual(expect.stringMatching(/the last sealer/));
  });

  it('that writes went through without their entry, until somebody resets the count', async () => {
    await world.owner.query(`select nextval('audit.lost_seq')`);
    expect(failed(await doctor('app'))).toEqual([
      expect.stringMatching(
        /^lost: 1 writes went through although their change could not be logged \(onMissing: 'warn'\)/,
      ),
    ]);
    await world.owner.query(`select setval('audit.lost_seq', 1, false)`);
    expect(failed(await doctor('app'))).toEqual([]);
  });

  it('that nothing is captured from a session that writes as a replica', async () => {
    expect((await doctor('app')).checks).toContainEqual({ name: 'replica', state: 'ok', message: expect.stringMatching(/are never captured/) }); // prettier-ignore
    await world.owner.query(`alter role "${world.roles.other}" superuser; alter role "${world.roles.other}" set session_replication_role = replica`); // prettier-ignore
    const health = await examine(world.poolOf(world.roles.other), 'audit', COVERAGE);
    expect(failed(health)).toContainEqual(expect.stringMatching(/^replica: session_replication_role is not "origin"/));
    await world.owner.query(`alter role "${world.roles.other}" nosuperuser`);
  });

  it('which model has no trigger, by name', async () => {
    await world.owner.query('alter table "Invoice" disable trigger "!audit_update"; create table fresh (id int primary key)');
    expect(failed(await doctor('app'))).toEqual([
      expect.stringMatching(/^trigger:Invoice: Invoice has a capture trigger that is not what .* -- run "nestjs-prisma-audit migrate"/),
      expect.stringMatching(/^trigger:fresh: fresh has no capture trigger -- run/),
    ]);
    await reconcileTriggers(world.owner, COVERAGE);
    expect(failed(await doctor('app'))).toEqual([]);
  }); // prettier-ignore
});
