import { afterEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import config from '../../examples/quickstart/audit.config.js';
import { readAuditFolders, writeAuditFolder } from '../../src/cli/prisma-folder.js';
import {
  createPool,
  lostTriggers,
  migrate,
  missingMigrations,
  planTriggers,
  prismaMigration,
  reconcileTriggers,
  withCatalogue,
  type Coverage,
  type Pool,
} from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { openEngine, type Engine } from './engine.js';
import { itFull, sample } from './sample.js';

const QUICKSTART = new URL('../../examples/quickstart/prisma/', import.meta.url);
const SCHEMA = readFileSync(new URL('schema.prisma', QUICKSTART), 'utf8');
const COVERAGE = withCatalogue(config as Coverage);
/** The same without the catalogue, which names tables: one that goes must go from there first. */
const BY_TABLES: Coverage = {
  tenantColumn: 'tenantId',
  models: { InvoiceLine: { table: 'invoice_lines' }, Session: false },
};

interface World {
  readonly pool: Pool;
  readonly engine: Engine;
  readonly folder: string;
  /** As `migrate --prisma` does it; resolves with its steps, none if there is nothing new. */
  readonly write: (coverage?: Coverage) => Promise<readonly string[]>;
  readonly add: (name: string, sql: string) => void;
}

const open: { pool: Pool; engine: Engine; database: TestDatabase; folder: string }[] = [];
afterEach(async () => {
  for (const { pool, engine, database, folder } of open.splice(0)) {
    await engine.close();
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  }
});

/** A database, and the migrations of the quickstart before it had an audit log. */
async function world(): Promise<World> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 3, applicationName: 'test' });
  const folder = mkdtempSync(join(tmpdir(), 'audit-prisma-'));
  const init = 'migrations/20260101000000_init';
  cpSync(new URL(init, QUICKSTART), join(folder, '20260101000000_init'), { recursive: true });
  const engine = await openEngine(database.url, SCHEMA);
  open.push({ pool, engine, database, folder });
  return {
    pool,
    folder,
    engine,
    async write(coverage = COVERAGE) {
      const folders = await readAuditFolders(folder);
      const plan = await planTriggers(pool, coverage);
      const lost = await lostTriggers(pool, coverage, plan, folders.at(-1)?.name);
      const options = { schema: 'audit', onMissing: 'fail' as const, origin: 'example.com/prisma' };
      const wanted = prismaMigration(plan, folders.map(({ sql }) => sql), options, lost); // prettier-ignore
      if (wanted) await writeAuditFolder(folder, wanted.sql);
      return wanted?.steps ?? [];
    },
    add(name, sql) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'migration.sql'), sql);
    },
  };
}

const captured = async (pool: Pool): Promise<unknown[]> =>
  (await pool.query<{ change: string }>(`select model || '.' || op as change from audit.content where source = 'change' order by pos`)).rows.map(({ change }) => change); // prettier-ignore
const INSERT = `insert into "User" ("tenantId", email, name, "passwordHash") values ('acme', 'a@b.c', 'A', 'x')`;

/** The database after both folders. */
async function deployed(): Promise<World> {
  const made = await world();
  await made.engine.deploy(made.folder);
  await made.write();
  await made.engine.deploy(made.folder);
  return made;
}

const AUDIT_FOLDER = expect.stringMatching(/^\d{14}_audit$/);
const upToDate = async (pool: Pool, coverage = COVERAGE): Promise<unknown> => ({
  missing: await missingMigrations(pool, 'audit'),
  steps: [...new Set((await planTriggers(pool, coverage)).map(({ step }) => step))].sort(),
});
const UP_TO_DATE = { missing: [], steps: ['keep', 'skip'] };

describe('a migration folder of migrate --prisma', () => {
  it('is applied by migrate deploy after the tables, once, and then the command migrate finds nothing to do', async () => {
    const { pool, engine, folder, write } = await world();
    expect(await engine.deploy(folder)).toEqual(['20260101000000_init']);
    expect((await write()).length).toBeGreaterThan(7);
    expect(await engine.deploy(folder)).toEqual([AUDIT_FOLDER]);
    expect(await engine.deploy(folder)).toEqual([]);

    expect(await upToDate(pool)).toEqual(UP_TO_DATE);
    expect(await migrate(pool, { schema: 'audit' })).toEqual([]);
    await pool.query(INSERT);
    expect(await captured(pool)).toEqual(['User.insert']);
    const { rows } = await pool.query('select origin from audit.sealer');
    expect(rows).toEqual([{ origin: 'example.com/prisma' }]);
  });

  it('can be applied where the command migrate has been, and changes nothing there', async () => {
    const { pool, engine, folder, write } = await world();
    await engine.deploy(folder);
    await migrate(pool, { schema: 'audit', origin: 'example.com/first' });
    await reconcileTriggers(pool, COVERAGE);
    await pool.query(INSERT);
    const ledger = await pool.query('select * from audit.migration order by name');
    await write();
    expect(await engine.deploy(folder)).toEqual([AUDIT_FOLDER]);
    expect(await upToDate(pool)).toEqual(UP_TO_DATE);
    expect((await pool.query('select * from audit.migration order by name')).rows).toEqual(ledger.rows);
    expect((await pool.query('select origin from audit.sealer')).rows).toEqual([{ origin: 'example.com/first' }]);
    expect(await captured(pool)).toEqual(['User.insert']);
  });

  it('can be replayed over the log that a reset leaves, which keeps what it holds', async () => {
    const { pool, engine, folder } = await deployed();
    await pool.query(INSERT);
    // What the command does where it may not drop the database: the schemas of the datasource go, the log's stays.
    await pool.query('drop schema public cascade; create schema public');
    expect(await engine.deploy(folder)).toEqual(['20260101000000_init', AUDIT_FOLDER]);
    expect(await upToDate(pool)).toEqual(UP_TO_DATE);
    await pool.query(INSERT);
    expect(await captured(pool)).toEqual(['User.insert', 'User.insert']);
  });

  itFull("survives the engine's own reset", async () => {
    const { pool, engine, folder } = await deployed();
    await engine.reset();
    expect(await engine.deploy(folder)).toEqual(['20260101000000_init', AUDIT_FOLDER]);
    expect(await upToDate(pool)).toEqual(UP_TO_DATE);
  });

  it('is no drift: neither the shadow database nor the live one differs from the schema', async () => {
    const { engine, folder } = await deployed();
    const none = { code: 0, sql: expect.stringMatching(/^(-- This is an empty migration\.\s*)?$/) };
    expect(await engine.drift(folder, SCHEMA)).toEqual(none);
    expect(await engine.liveDrift(SCHEMA)).toEqual(none);
    expect(await engine.diagnose(folder)).toBeUndefined();
    expect(await engine.next(folder)).toEqual({ tag: 'createMigration' });

    // The same question finds what is there.
    const changed = SCHEMA.replace('note ', 'remark ');
    expect(await engine.drift(folder, changed)).toEqual({ code: 2, sql: expect.stringContaining('ADD COLUMN     "remark"') }); // prettier-ignore
  });

  itFull('is no drift either where the datasource names its schemas', async () => {
    const { folder, pool } = await deployed();
    const named = SCHEMA.replace(/(datasource \w+ \{\n)/, '$1  schemas = ["public"]\n').replaceAll(/^(model|enum) (\w+) \{([^]*?)^\}/gm, '$1 $2 {$3\n  @@schema("public")\n}'); // prettier-ignore
    expect(named).toContain('@@schema("public")');
    const engine = await openEngine(open.at(-1)?.database.url ?? '', named);
    expect(await engine.drift(folder, named)).toMatchObject({ code: 0 });
    expect(await engine.liveDrift(named)).toMatchObject({ code: 0 });
    expect(await engine.next(folder)).toEqual({ tag: 'createMigration' });
    await engine.close();
    expect(await upToDate(pool)).toEqual(UP_TO_DATE);
  });

  itFull("refuses a schema named audit that is somebody else's, and leaves it alone", async () => {
    const { pool, engine, folder, write } = await world();
    await engine.deploy(folder);
    await pool.query('create schema audit; create table audit.log (a int)');
    await write();
    await expect(engine.deploy(folder)).rejects.toThrow(/somebody else's/);
    const { rows } = await pool.query(
      `select count(*)::int as n from pg_class where relnamespace = 'audit'::regnamespace`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  itFull('names the table that was locked for too long, and can be tried again', async () => {
    const { pool, engine, folder, write } = await world();
    await engine.deploy(folder);
    await write();
    const [audit] = (await readAuditFolders(folder)).slice(-1);
    writeFileSync(join(folder, String(audit?.name), 'migration.sql'), String(audit?.sql.replaceAll(`'5s'`, `'50ms'`)));
    const writer = await pool.connect();
    await writer.query(`begin; ${INSERT}`);
    await expect(engine.deploy(folder)).rejects.toThrow(/"public"\."User" was locked by another session/);
    await writer.query('rollback');
    writer.release();
    const { rows } = await pool.query(`select to_regnamespace('audit') as there`);
    expect(rows).toEqual([{ there: null }]); // one transaction: nothing is half done
    await pool.query(`update _prisma_migrations set rolled_back_at = now() where finished_at is null`); // migrate resolve --rolled-back
    expect(await engine.deploy(folder)).toEqual([AUDIT_FOLDER]);
    expect(await upToDate(pool)).toEqual(UP_TO_DATE);
  });
});

describe('migrate --prisma, run again', () => {
  it('has nothing to write when nothing is new, whether or not the last folder was applied', async () => {
    const { engine, folder, write } = await world();
    await engine.deploy(folder);
    expect(await write()).not.toEqual([]);
    expect(await write()).toEqual([]);
    await engine.deploy(folder);
    expect(await write()).toEqual([]);
  });

  const configured = (models: NonNullable<Coverage['models']>): Coverage => ({
    ...COVERAGE,
    models: { ...COVERAGE.models, ...models },
  });
  it.each(
    sample<[string, string, Coverage, string[]]>([
      ['a new table is attached', 'create table "Memo" (id int primary key)', COVERAGE, ['+ "public"."Memo"']],
      ['a dropped table is forgotten', 'drop table "Invoice" cascade', BY_TABLES, ['- "public"."Invoice"']],
      [
        'a table that is redacted otherwise is attached again',
        '',
        configured({ User: { redact: ['name'] } }),
        ['~ "public"."User"'],
      ],
      ['a table that is covered no more is detached', '', configured({ User: false }), ['- "public"."User"']],
      [
        'a renamed table is one that went and one that came',
        'alter table "User" rename to "Person"',
        BY_TABLES,
        ['+ "public"."Person"', '- "public"."User"'],
      ],
      [
        'a new secret column changes the redaction',
        'alter table "User" add "apiKey" text',
        COVERAGE,
        ['~ "public"."User"'],
      ],
      [
        'a trigger of the application makes the level another',
        `create function f() returns trigger language plpgsql as 'begin return null; end'; create trigger t after update on "User" for each row execute function f()`,
        COVERAGE,
        ['~ "public"."User"'],
      ],
      ['a plain new column is nothing new', 'alter table "User" add "nick" text', COVERAGE, []],
      [
        'a table dropped and made again is attached again',
        'drop table "Tag" cascade; create table "Tag" (id int primary key)',
        COVERAGE,
        ['~ "public"."Tag"'],
      ],
    ]),
  )('%s', async (_name, sql, coverage, steps) => {
    const { pool, engine, folder, write, add } = await deployed();
    add('29990101000000_later', sql);
    await engine.deploy(folder);
    expect(await write(coverage)).toEqual(steps);
    expect(await write(coverage)).toEqual([]);
    expect((await engine.deploy(folder)).length).toBe(steps.length > 0 ? 1 : 0);
    expect(await upToDate(pool, coverage)).toEqual(UP_TO_DATE);
    // And the whole history from the beginning.
    await pool.query('drop schema public cascade; create schema public');
    await engine.deploy(folder);
    expect(await upToDate(pool, coverage)).toEqual(UP_TO_DATE);
  });
});
