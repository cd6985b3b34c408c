import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type pg from 'pg';
import { catalogueOf } from '../../src/prisma/generator/index.js';
import { createPool, reconcileTriggers } from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { folder, run, type Folder, type Ran } from './run.js';

const content =
  'model Bill {\n id Int @id\n lines Line[]\n}\nmodel Line {\n id Int @id\n billId Int\n bill Bill @relation(fields: [billId], references: [id], onDelete: Cascade)\n}';
const catalogue = JSON.stringify(catalogueOf([{ path: 'schema.prisma', content }]));

let database: TestDatabase;
let pool: pg.Pool;
let home: Folder;
beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { max: 2, applicationName: 'test' });
  await pool.query(`
    create table "Bill" (id int primary key);
    create table "Line" (id int primary key, "billId" int not null references "Bill" on delete cascade on update cascade)`);
  home = folder();
});
afterAll(async () => {
  home.remove();
  await pool.end();
  await database.drop();
});

const configure = (engine: string): string => home.write('audit.config.mjs', `export default { engine: '${engine}', catalogue: ${catalogue} };`); // prettier-ignore
const cli = (...args: string[]): Promise<Ran> => run(args, { cwd: home.path, url: database.url });
const triggers = async (): Promise<number | null> => (await pool.query(`select from pg_trigger where tgname like '!audit%'`)).rowCount; // prettier-ignore

// Each finds what the one before has left.
it('audit.config with engine "client": the log, and no trigger', async () => {
  configure('client');
  const migrated = await cli('migrate');
  expect(migrated).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/· Bill without a trigger\n/) });
  expect(migrated.out).toMatch(/^audited: 2 of 2 tables, by engine "client" and no trigger \(audit\.config\.mjs\)$/m);
  expect(await triggers()).toBe(0);
});

it('one with triggers that becomes engine "client": doctor, --dry-run and migrate say the same, and migrate removes them', async () => {
  await reconcileTriggers(pool, {});
  expect(await triggers()).toBe(8);
  configure('client');
  expect(await cli('doctor')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/✗ both engines are on: .* on Bill, Line, so/),
  });
  const dry = await cli('migrate', '--dry-run');
  expect(dry.out).toBe(
    '- Bill\n- Line\nwould be audited: 2 of 2 tables, by engine "client" and no trigger (audit.config.mjs)\n',
  );
  expect(await triggers()).toBe(8);
  expect((await cli('migrate')).out).toMatch(/^- Bill\n- Line\n/);
  expect(await triggers()).toBe(0);
});

it('doctor names a table that is at risk, as a warning', async () => {
  await pool.query(`alter table "Line" drop constraint "Line_pkey"`);
  const { out } = await cli('doctor');
  expect(out).toMatch(/^! Line: without a key/m);
  expect(out).not.toMatch(/✗ both/);
});
