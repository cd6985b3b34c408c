import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { writeAuditFolder } from '../../src/cli/prisma-folder.js';
import type { Catalogue, CatalogueField } from '../../src/event/catalogue.js';
import { createPool, planTriggers, type Coverage } from '../../src/store/postgres/index.js';
import { folder, run, type Folder, type Ran } from '../cli/run.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

const TABLES = `
create table users (id int primary key, "orgId" text, api_token text, profile jsonb);
create table "Membership" (org text, user_id int references users on delete cascade, by_id int references users on delete set null, primary key (org, user_id));
create table "_Tags" ("A" int not null, "B" int not null, constraint "_Tags_AB_pkey" primary key ("A", "B"))`;

const field = (column: string, type = 'String', more: Partial<CatalogueField> = {}): CatalogueField => ({ column, type, kind: 'scalar', ...more }); // prettier-ignore
const CATALOGUE: Catalogue = {
  version: 1,
  checksum: '0'.repeat(64),
  enums: {},
  models: {
    User: {
      table: 'users',
      id: ['id'],
      uniques: [],
      relations: {},
      fields: { id: field('id', 'Int'), orgId: field('orgId'), apiToken: field('api_token'), profile: field('profile', 'Json') }, // prettier-ignore
    },
    Membership: {
      table: 'Membership',
      id: ['org', 'userId'],
      uniques: [],
      fields: { org: field('org'), userId: field('user_id', 'Int'), byId: field('by_id', 'Int', { optional: true }) },
      relations: {
        user: { model: 'User', name: 'a', fields: ['userId'], references: ['id'], onDelete: 'Cascade' },
        by: { model: 'User', name: 'b', optional: true, fields: ['byId'], references: ['id'] },
      },
    },
    _Tags: { table: '_Tags', implicit: true, id: ['A', 'B'], uniques: [], relations: {}, fields: { A: field('A', 'Int'), B: field('B', 'Int') } }, // prettier-ignore
    Report: { table: 'report', view: true, id: [], uniques: [], relations: {}, fields: { n: field('n', 'Int') } },
  },
};
const CONFIG: Coverage = { tenantColumn: 'orgId', models: { User: { table: 'users', columns: { apiToken: 'api_token' } } } }; // prettier-ignore

let database: TestDatabase;
let pool: pg.Pool;
let here: Folder;
beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'test' });
  await pool.query(TABLES);
});
beforeEach(() => {
  here = folder();
});
afterAll(async () => {
  here.remove();
  await pool.end();
  await database.drop();
});

const cli = (args: string[], url = database.url): Promise<Ran> => run(['migrate', '--prisma', 'migrations', ...args], { url, cwd: here.path }); // prettier-ignore
const configure = (config: object): string =>
  here.write('audit.config.mjs', `export default ${JSON.stringify(config)}`);
const written = (): string[] => readdirSync(join(here.path, 'migrations'));

describe('migrate --prisma', () => {
  it('writes a folder stamped with the moment, prints its plan, and changes nothing in the database', async () => {
    configure(CONFIG);
    const dry = await cli(['--dry-run']);
    expect(dry).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^\+ 0001_log\.sql\n[^]*\+ "public"\."users"\n[^]*would be written to migrations\n$/) }); // prettier-ignore
    const stamp = (): string => new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const from = stamp();
    const { code, out, err } = await cli([]);
    const to = stamp();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/written migrations\/\d{14}_audit\/migration\.sql; apply it with "prisma migrate deploy"\n$/);
    const [name = ''] = written();
    expect(name.slice(0, 14) >= from && name.slice(0, 14) <= to).toBe(true);
    expect((await pool.query(`select to_regnamespace('audit') as there`)).rows).toEqual([{ there: null }]);

    expect(await cli([])).toMatchObject({ code: 0, out: `nothing new: ${name} and those before it do all that is wanted\n` }); // prettier-ignore
    expect(written()).toEqual([name]);
    here.remove();
  });

  it('needs no database where there is a catalogue, and wants what the database will want', async () => {
    configure({ ...CONFIG, catalogue: CATALOGUE });
    const { code, err, out } = await cli(['--origin', 'example.com/c'], 'postgresql://nobody@127.0.0.1:1/none');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('report');
    const [name = ''] = written();
    await pool.query(readFileSync(join(here.path, 'migrations', name, 'migration.sql'), 'utf8'));
    expect((await planTriggers(pool, CONFIG)).map(({ model, step }) => [model, step])).toEqual([
      ['Membership', 'keep'],
      ['_Tags', 'keep'],
      ['User', 'keep'],
    ]);
    // Now with the database: the same is wanted, so there is nothing new.
    configure(CONFIG);
    expect((await cli([])).out).toMatch(/^nothing new: /);
    expect((await run(['migrate'], { url: database.url, cwd: here.path })).out).not.toMatch(/^[+~-] /m);
  });
});

describe('the folder’s name', () => {
  it.each([
    ['there is none', [], '20260704120000_audit'],
    ['older ones', ['20260101000000_init', '20260704115959_audit'], '20260704120000_audit'],
    ['one of the same second', ['20260704120000_init'], '20260704120001_audit'],
    ['one from the future', ['20991231235959_x'], '21000101000000_audit'],
    ['one whose stamp is no time', ['99999999999998_x'], '99999999999999_audit'],
    ['other things', ['migration_lock.toml', 'x_audit'], '20260704120000_audit'],
  ])('is the last one when there are %s', async (_name, there, expected) => {
    for (const name of there) mkdirSync(join(here.path, name));
    const made = await writeAuditFolder(here.path, 'select 1', new Date('2026-07-04T12:00:00.789Z'));
    expect(made).toBe(join(here.path, expected));
    rmSync(here.path, { recursive: true });
  });
});
