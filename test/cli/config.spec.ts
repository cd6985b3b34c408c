import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPool, type Pool } from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { full } from '../support/full.js';
import { folder, run, type Folder, type Ran } from './run.js';

const TABLES = `
create table "User" (id int primary key, email text, phone text, "orgId" text, name text);
create table "Session" (id int primary key, "orgId" text)`;
const CONFIG = `export default { tenantColumn: 'orgId', models: { User: { redact: ['email'], mask: { phone: 2 }, ignore: ['name'] }, Session: false } }`;
const MANIFEST = JSON.stringify({ name: 'app', 'nestjs-prisma-audit': { config: 'src/audit.config.mjs' } });

let database: TestDatabase;
let pool: Pool;
let here: Folder;
const cli = (args: string[], env: Record<string, string> = {}): Promise<Ran> => run(args, { url: database.url, cwd: here.path, env }); // prettier-ignore

beforeEach(() => {
  here = folder();
  mkdirSync(join(here.path, 'src'));
  here.write('src/audit.config.mjs', CONFIG);
});
afterEach(() => here.remove());

describe('a configuration that is forgotten once', () => {
  beforeEach(async () => {
    database = await createDatabase();
    pool = createPool(database.url, { max: 2, applicationName: 'test' });
    await pool.query(TABLES);
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const CONFIGURED = ['--config', 'src/audit.config.mjs'];
  const triggers = async (): Promise<unknown> =>
    (await pool.query(`select tgrelid::regclass::text, tgname, oid, xmin, tgargs from pg_trigger where tgname like '!audit%' order by 1, 2`)).rows; // prettier-ignore
  const logged = async (): Promise<string> => {
    await pool.query(`insert into "User" values ((select count(*) from "User"), 'ann@example.com', '555-0199', 'org-7', 'Ann')`); // prettier-ignore
    const { rows } = await pool.query(`select to_jsonb(c)::text as row from audit.content c where source = 'change' order by pos desc limit 1`); // prettier-ignore
    return String(rows[0]?.row);
  };

  it('is refused before anything is written, with what it would tell and what to do; a table that is new is no reason', async () => {
    expect(await cli(['migrate', ...CONFIGURED])).toMatchObject({ code: 0, err: '' });
    await pool.query('create table "Fresh" (id int primary key)');
    const before = await triggers();
    for (const args of [['migrate'], ['migrate', '--dry-run'], ['migrate', '--prisma', 'migrations']]) {
      const { code, out, err } = await cli(args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^error: no configuration was found, and without one the log would tell more than it does now: Session \(left out\), User\.email \(redacted\), User\.phone \(masked\), User\.name \(ignored\), User\.orgId \(names the tenant\)\. Nothing was changed\. /); // prettier-ignore
      expect(err).toMatch(/--config FILE, "nestjs-prisma-audit": .* in package\.json, or AUDIT_CONFIG; or pass --without-config[^]* in \/.*audit-cli-\w+ \[AUDIT_CONFIG_INVALID\]\n$/); // prettier-ignore
    }
    expect(await triggers()).toEqual(before);
    expect(await logged()).not.toContain('ann@example.com');
    // With it, the new table is covered and nothing is told that was hidden.
    const { code, out } = await cli(['migrate', ...CONFIGURED]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\+ Fresh$/m);
    expect(out).not.toContain('from now on');
  });

  it('is done where that is meant, and said', async () => {
    await cli(['migrate', ...CONFIGURED]);
    const lines = [
      '- Session is logged from now on',
      '- User.email is logged in clear from now on',
      '- User.phone is logged in clear from now on',
      '- User.name is logged in clear from now on',
      '- User.orgId names the tenant no more from now on',
    ];
    for (const more of [['--dry-run'], []]) {
      const { code, out } = await cli(['migrate', '--without-config', ...more]);
      expect(code).toBe(0);
      expect(out.split('\n').slice(0, 5)).toEqual(lines);
    }
    expect(await logged()).toContain('ann@example.com');
    expect((await cli(['migrate'])).out).not.toMatch(/^[+~-] /m); // now nothing is told that is not told already
  });

  it('says of a configuration that tells more what it tells, and does it', async () => {
    await cli(['migrate', ...CONFIGURED]);
    here.write('audit.config.mjs', CONFIG.replace(`redact: ['email'], `, '').replace('phone: 2', 'phone: 4'));
    const out = expect.stringMatching(/^- User\.email is logged in clear from now on\n- User\.phone is logged with 4 characters in clear from now on\n/); // prettier-ignore
    for (const more of [['--dry-run'], []])
      expect(await cli(['migrate', ...more])).toMatchObject({ code: 0, err: '', out });
    expect(await cli(['migrate'])).toMatchObject({ code: 0, out: expect.not.stringContaining('from now on') });
  });

  it('is named by doctor, which does not send anybody to migrate without it', async () => {
    await cli(['migrate', ...CONFIGURED]);
    const without = await cli(['doctor']);
    expect(without.code).toBe(1);
    expect(without.out).toMatch(/✗ User has a capture trigger that is not what is made where there is no configuration, or is switched off \(no configuration was found: looked at --config, "nestjs-prisma-audit" in package\.json, AUDIT_CONFIG, and audit\.config\.ts, \.mts, \.mjs and \.js in \/.*\): say where the configuration is, with --config FILE; where there is to be none, run "nestjs-prisma-audit migrate"/); // prettier-ignore
    await pool.query('alter table "User" disable trigger "!audit_insert"');
    const given = await cli(['doctor', ...CONFIGURED]);
    expect(given.out).toMatch(/✗ User has a capture trigger that is not what src\/audit\.config\.mjs says, or is switched off: run "nestjs-prisma-audit migrate"/); // prettier-ignore
  });

  it('is found by the migrations that were written before, where the database does not know it', async () => {
    const migrations = ['migrate', '--prisma', 'migrations'];
    expect(await cli([...migrations, ...CONFIGURED])).toMatchObject({ code: 0, out: expect.stringMatching(/^· "public"\."Session" without a trigger$/m) }); // prettier-ignore
    const refused = await cli(migrations);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/: Session \(left out\), User\.email \(redacted\), User\.phone \(masked\), .*Nothing was changed/); // prettier-ignore
    expect(await cli([...migrations, '--dry-run', '--without-config'])).toMatchObject({ code: 0, out: expect.stringMatching(/^- Session is logged from now on\n- User\.email is logged in clear from now on\n[^]*would be written/) }); // prettier-ignore
    expect((await cli([...migrations, ...CONFIGURED])).out).toMatch(/^nothing new/);
  });
});

describe('the configuration', () => {
  beforeAll(async () => {
    database = await createDatabase();
    pool = createPool(database.url, { max: 2, applicationName: 'test' });
    await pool.query(TABLES);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  const taken = async (args: string[] = [], env = {}): Promise<string | undefined> =>
    /\(([^()]*)\)$/m.exec((await cli(['migrate', '--dry-run', ...args], env)).out.trim().split('\n').find((each) => each.startsWith('would be audited')) ?? '')?.[1]; // prettier-ignore

  it('is that of --config, else of package.json, else of AUDIT_CONFIG, else of this folder', async () => {
    for (const name of ['audit.config.mjs', 'option.mjs', 'variable.mjs']) here.write(name, CONFIG);
    const env = { AUDIT_CONFIG: 'variable.mjs' };
    expect(await taken([])).toBe('audit.config.mjs');
    expect(await taken([], env)).toBe('variable.mjs');
    here.write('package.json', JSON.stringify({ name: 'app' }));
    expect(await taken([], env)).toBe('variable.mjs');
    here.write('package.json', `\uFEFF${MANIFEST}`);
    expect(await taken([], env)).toBe('src/audit.config.mjs');
    expect(await taken(['--config', 'option.mjs'], env)).toBe('option.mjs');
  });

  const KEY = 'nestjs-prisma-audit';
  /** Each is a process. */
  const commands = (what: string): string[] => full || what === 'a number' ? ['migrate', 'verify', 'query', 'doctor', 'actions'] : ['migrate']; // prettier-ignore
  it.each<[string, string | undefined, Record<string, string>, RegExp]>([
    ['package.json that is no JSON', '{ "name": ', {}, /package\.json is not JSON.*--config FILE/],
    ['a setting that is text', JSON.stringify({ [KEY]: 'audit.config.ts' }), {}, /in package\.json is \{ "config": "src\/audit\.config\.ts" \}/],
    ['a setting that is null', JSON.stringify({ [KEY]: null }), {}, /in package\.json is \{ "config"/],
    ['a setting without config', JSON.stringify({ [KEY]: {} }), {}, /has no "config" that is text/],
    ['a number', JSON.stringify({ [KEY]: { config: 1 } }), {}, /has no "config" that is text/],
    ['another setting beside it', JSON.stringify({ [KEY]: { config: 'src/audit.config.mjs', schema: 'a' } }), {}, /there is no setting schema/],
    ['empty text', JSON.stringify({ [KEY]: { config: ' ' } }), {}, /package\.json names no configuration file: it is empty/],
    ['a file that is not there', JSON.stringify({ [KEY]: { config: 'src/gone.ts' } }), {}, /there is no file \/.*src\/gone\.ts, which package\.json names/],
    ['a folder', JSON.stringify({ [KEY]: { config: 'src' } }), {}, /\/src, which package\.json names, is not a file/],
    ['an empty variable', undefined, { AUDIT_CONFIG: '' }, /AUDIT_CONFIG names no configuration file: it is empty/],
    ['a variable that names nothing', undefined, { AUDIT_CONFIG: 'gone.ts' }, /there is no file \/.*gone\.ts, which AUDIT_CONFIG names/],
  ])('is refused by every command when it is named by %s', async (what, manifest, env, message) => {
    if (manifest !== undefined) here.write('package.json', manifest);
    for (const command of commands(what)) {
      const { code, out, err } = await cli([command], env);
      expect({ command, code, out }).toEqual({ command, code: 2, out: '' });
      expect(err).toMatch(message);
      expect(err).toMatch(/\[AUDIT_CONFIG_INVALID\]\n$/);
    }
  }); // prettier-ignore

  it('cannot be there and not be there', async () => {
    here.write('package.json', MANIFEST);
    expect(await cli(['migrate', '--without-config'])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/--without-config says that there is no configuration, and src\/audit\.config\.mjs is named by package\.json/) }); // prettier-ignore
    here.write('package.json', '{}');
    here.write('audit.config.mjs', CONFIG);
    expect(await cli(['migrate', '--without-config'])).toMatchObject({ code: 2, err: expect.stringMatching(/audit\.config\.mjs is in this folder: take one of them away/) }); // prettier-ignore
  });

  it('of package.json is that of actions, too', async () => {
    here.write('package.json', MANIFEST);
    here.write('src/audit.config.mjs', `export default { actions: { 'invoice.approve': { description: 'x' } } }`);
    expect(await cli(['actions', '--json'])).toMatchObject({ code: 0, out: expect.stringMatching(/invoice\.approve/) });
  });
});
