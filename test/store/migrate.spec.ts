import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { full } from '../support/full.js';
import { startPostgres } from '../support/postgres.mjs';
import { sealAll } from '../support/filled-log.js';
import {
  createPool,
  migrate,
  missingMigrations,
  postgresSealerStore,
  reconcileTriggers,
  withLogSource,
  type Pool,
} from '../../src/store/postgres/index.js';
import { migrations } from '../../src/store/postgres/migrations.generated.js';
import { verify } from '../../src/verify/index.js';

const ALL = migrations.map(({ name }) => name);
const open: { pool: Pool; database: Pick<TestDatabase, 'drop'> }[] = [];
afterEach(async () => {
  for (const { pool, database } of open.splice(0)) {
    await pool.end();
    await database.drop();
  }
});

async function makeDatabase(encoding?: string): Promise<Pool> {
  const made = await createDatabase(encoding === undefined ? {} : { encoding });
  const pool = createPool(made.url, { max: 10, applicationName: 'test' });
  open.push({ pool, database: made });
  return pool;
}
const one = async (pool: Pool, sql: string): Promise<unknown> =>
  Object.values((await pool.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];
const relations = (pool: Pool): Promise<unknown> =>
  one(
    pool,
    `select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'audit'`,
  );

describe('migrate', () => {
  it('installs the log, and does nothing the second time', async () => {
    const pool = await makeDatabase();
    expect(await missingMigrations(pool, 'audit')).toEqual(ALL);
    expect(await migrate(pool, { schema: 'audit' })).toEqual(ALL);
    expect(await missingMigrations(pool, 'audit')).toEqual([]);
    expect(await migrate(pool, { schema: 'audit' })).toEqual([]);
    expect(await one(pool, 'select count(*)::int from audit.migration')).toBe(ALL.length);
  });

  it('fences off who seals by the old function, and says from which position on entries can be found by what is new', async () => {
    const pool = await makeDatabase();
    await pool.query(`create schema audit; create table audit.migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())`); // prettier-ignore
    for (const { name, sql } of migrations.filter((each) => each.name < '0011')) await pool.query(`${sql}; insert into audit.migration values ('${name}', '')`); // prettier-ignore
    await pool.query(
      `insert into audit.content (source, op, model) select 'change', 'insert', 'Note' from generate_series(1, 3)`,
    );
    const { epoch } = (await pool.query<{ epoch: string }>(`select epoch from audit.acquire('before', 60000)`))
      .rows[0]!;
    // Its batch is on its way while the log is migrated.
    const old = await pool.connect();
    await old.query(`begin; select from audit.content; update audit.sealer set lease_ms = lease_ms`);
    const migrating = migrate(pool, { schema: 'audit' });
    const batch = pool.query(`select audit.seal(${epoch}, 'before', 1000, 0, (extract(epoch from clock_timestamp()) * 1000)::bigint, '{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{1}','{0}','{1}','{1}','x','x','{}','{}','{}','{}','{}','{}','{}','{}','x')`).catch((error: unknown) => error); // prettier-ignore
    await old.query('commit');
    old.release();
    expect(await migrating).toEqual(ALL.filter((name) => name >= '0011'));
    expect(await batch).toMatchObject({ code: expect.stringMatching(/^AUD0[23]$|^42883$/) });
    expect(await one(pool, 'select from_pos::int from audit.projection')).toBe(4);
    await sealAll(pool);
    expect((await withLogSource(pool, 'audit', (source) => verify(source))).findings).toEqual([]);
    expect(await migrate(pool, { schema: 'audit' })).toEqual([]);
    expect(await one(pool, `select epoch::int - ${epoch}::int from audit.sealer`)).toBe(2); // the fence, and whoever sealed since
  });

  it.each([false, true])(
    'puts the groups of a log that is there in the order of pages, while others write (and read: %s)',
    async (isRead) => {
      const pool = await makeDatabase();
      await pool.query(`create schema audit; create table audit.migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())`); // prettier-ignore
      for (const { name, sql } of migrations.filter((each) => each.name < '0014')) await pool.query(`${sql}; insert into audit.migration values ('${name}', '')`); // prettier-ignore
      const capture = `insert into audit.content (source, op, model, group_id) values ('change', 'insert', 'Note', gen_random_uuid())`;
      await pool.query(capture);
      await sealAll(pool);
      const [reader, migrator] = [await pool.connect(), await pool.connect()];
      await reader.query('begin isolation level repeatable read');
      if (isRead) await reader.query('select from audit.entry');
      await migrator.query('begin');
      const { sql } = migrations.find(({ name }) => name.startsWith('0014'))!; // of those above
      await migrator.query(sql);
      expect(await one(pool, 'show lock_timeout')).toBe(
        (await migrator.query('show lock_timeout')).rows[0].lock_timeout,
      );
      await pool.query(`set lock_timeout = '1s'; ${capture}; reset lock_timeout`);
      await migrator.query('commit');
      const indexes = async (): Promise<unknown> =>
      (await pool.query<{ is: string }>(`select c.relname || ' ' || split_part(pg_get_indexdef(c.oid), ' btree ', 2) as is from pg_class c join pg_index i on i.indexrelid = c.oid where i.indrelid = 'audit.entry'::regclass and c.relname ~ 'group|request' order by 1`)).rows.map(({ is }) => is); // prettier-ignore
      const made = ['entry_group (group_id, id) WHERE (group_id IS NOT NULL)', 'entry_request (request_id, id) WHERE (request_id IS NOT NULL)']; // prettier-ignore
      const old = ['entry_group_old (group_id)', 'entry_request_old (request_id)'];
      expect(await indexes()).toEqual(isRead ? [made[0], old[0], made[1], old[1]] : made);
      await reader.query('commit');
      reader.release();
      migrator.release();
      // What could not be dropped goes with the next run; somebody's own `drop index` is made good.
      if (!isRead) await pool.query('drop index audit.entry_group');
      await pool.query(sql);
      expect(await indexes()).toEqual(made);
    },
  );

  it('can be run by eight at once: one installs, the others find it done', async () => {
    const pool = await makeDatabase();
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(pool, { schema: 'audit' })));
    expect(runs.filter((applied) => applied.length > 0)).toEqual([ALL]);
    expect(await one(pool, 'select count(*)::int from audit.sealer')).toBe(1);
  });

  it('installs under another name, beside a log that is there', async () => {
    const pool = await makeDatabase();
    await migrate(pool, { schema: 'audit', origin: 'one' });
    expect(await migrate(pool, { schema: 'journal_2', origin: 'two' })).toEqual(ALL);
    expect(await one(pool, 'select origin from journal_2.sealer')).toBe('two');
    await pool.query(
      `insert into journal_2.content (source, op, model, data) values ('change', 'insert', 'Note', '{}')`,
    );
    await sealAll(pool, 'journal_2');
    const report = await withLogSource(pool, 'journal_2', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', entries: 2 });
    expect(await one(pool, 'select count(*)::int from audit.content')).toBe(0);
    expect(await one(pool, `select count(*)::int from pg_proc where pronamespace = 'journal_2'::regnamespace and prosrc like '%"audit"%'`)).toBe(0); // prettier-ignore
  });

  it.each(['Audit', 'pg_audit', 'a-b', 'a"b', '', '1a', 'x'.repeat(64)])(
    'refuses the schema name %j',
    async (schema) => {
      const pool = await makeDatabase();
      await expect(migrate(pool, { schema })).rejects.toMatchObject({
        code: 'AUDIT_OPTIONS_INVALID',
        message: expect.stringContaining('lower-case name'),
      });
    },
  );

  it('refuses a schema of somebody else, and leaves it as it was', async () => {
    const pool = await makeDatabase();
    await pool.query('create schema audit; create table audit.theirs (id int)');
    await expect(migrate(pool, { schema: 'audit' })).rejects.toMatchObject({
      code: 'AUDIT_SCHEMA_FOREIGN',
      message: expect.stringMatching(/somebody else's: choose another name with the option schema \(and --schema\)/),
    });
    expect(await relations(pool)).toBe(1);
  });

  it.each(['LATIN1', 'SQL_ASCII'])('refuses a database in %s, with what to write instead', async (encoding) => {
    const pool = await makeDatabase(encoding);
    await expect(migrate(pool, { schema: 'audit' })).rejects.toMatchObject({
      code: 'AUDIT_SERVER_UNSUPPORTED',
      message: expect.stringMatching(new RegExp(`encoding is ${encoding}.*TEMPLATE template0 ENCODING 'UTF8'`)),
    });
    expect(await relations(pool)).toBe(0);
  });

  it.each([
    [130_023, 13],
    [190_000, 19],
    [90_603, 9],
  ])('refuses a server of version %i', async (number, major) => {
    // A server that only says its version: there is none of these to be started.
    const said: string[] = [];
    const client = {
      query: async (sql: string) => {
        said.push(sql);
        return { rows: sql.includes('server_version_num') ? [{ version: String(number), encoding: 'UTF8' }] : [] };
      },
      release: () => undefined,
    };
    const pool = { connect: async () => client } as unknown as Pool;
    await expect(migrate(pool, { schema: 'audit' })).rejects.toMatchObject({
      code: 'AUDIT_SERVER_UNSUPPORTED',
      message: expect.stringContaining(`PostgreSQL ${major} is not supported: use 14 to 18`),
    });
    expect(said).toEqual(['begin', expect.stringContaining('server_version_num'), 'rollback']);
  });

  it.each(['', 'Example.com', 'https://example.com', 'a//b', 'a/', '/a', 'a b', 'a\n', 'ü', 'x'.repeat(201)])(
    'refuses the origin %j',
    async (origin) => {
      const pool = await makeDatabase();
      await expect(migrate(pool, { schema: 'audit', origin })).rejects.toMatchObject({
        code: 'AUDIT_OPTIONS_INVALID',
        message: expect.stringContaining('e.g. "example.com/audit"'),
      });
      expect(await relations(pool)).toBe(0);
    },
  );

  it('takes the origin of the first run, or makes one up', async () => {
    const pool = await makeDatabase();
    await migrate(pool, { schema: 'audit', origin: 'example.com/first' });
    await migrate(pool, { schema: 'audit', origin: 'example.com/second' });
    expect(await one(pool, 'select origin from audit.sealer')).toBe('example.com/first');
    await migrate(pool, { schema: 'other' });
    expect(await one(pool, 'select origin from other.sealer')).toMatch(/^log-[0-9a-f]{16}$/);
  });

  it('refuses a log that a newer version has migrated', async () => {
    const pool = await makeDatabase();
    await migrate(pool, { schema: 'audit' });
    await pool.query(`insert into audit.migration (name, checksum) values ('9999_later.sql', 'x')`);
    await expect(migrate(pool, { schema: 'audit' })).rejects.toMatchObject({
      code: 'AUDIT_SCHEMA_OLD',
      message: expect.stringMatching(/does not know 9999_later\.sql.*install that/),
    });
  });

  it.each([
    'drop trigger append_only on audit.content',
    'drop trigger append_only on audit.entry',
    'alter table audit.entry disable trigger append_only',
    'alter table audit.content enable trigger append_only', // no longer in replica mode
    'drop trigger keep on audit.sealer',
    'alter table audit.chain disable trigger all',
    'alter table audit.coverage enable trigger all', // as pg_restore --disable-triggers leaves it
  ])('puts the guards back after: %s', async (sql) => {
    const pool = await makeDatabase();
    await migrate(pool, { schema: 'audit' });
    await pool.query(sql);
    expect(await migrate(pool, { schema: 'audit' })).toEqual([
      '0002_append_only.sql',
      '0007_coverage.sql',
      '0010_registry.sql',
      '0011_questions.sql',
    ]);
    for (const table of ['content', 'entry', 'chain', 'sealer', 'coverage', 'checkpoint', 'head', 'projection'])
      await expect(
        pool.query(`set session_replication_role = replica; delete from audit.${table}`),
      ).rejects.toMatchObject({ code: 'AUD01' });
    expect(await migrate(pool, { schema: 'audit' })).toEqual([]);
  });
});

it('a leader moves on a sequence that a logical restore left behind', async () => {
  const pool = await makeDatabase();
  await migrate(pool, { schema: 'audit' });
  const write = async (): Promise<number> =>
    Number(await one(pool, `insert into audit.content (source, op, model) values ('change', 'insert', 'Note') returning pos`)); // prettier-ignore
  for (let i = 0; i < 5; i += 1) await write();
  await sealAll(pool);
  await pool.query(`select setval('audit.content_pos_seq', 1, false)`);
  const store = postgresSealerStore(pool, 'audit');
  const lease = await store.acquire('somebody', 10_000);
  expect(await write()).toBeGreaterThan(6); // five rows and the opening of the chain
  if (lease) await store.release(lease);
  await sealAll(pool);
  expect(await one(pool, 'select count(*)::int from audit.entry')).toBe(7);
});

(full ? describe : describe.skip)('the oldest server', () => {
  it('installs, captures, seals and verifies', async () => {
    const server = await startPostgres({ major: 14 });
    const pool = createPool(server.url, { max: 4, applicationName: 'test' });
    open.push({ pool, database: { drop: () => server.stop() } });
    expect(server.majorVersion).toBe(14);
    expect(await migrate(pool, { schema: 'audit' })).toEqual(ALL);
    await pool.query('create table public."Note" (id int primary key, text text, password text)');
    await reconcileTriggers(pool, {});
    await pool.query(`insert into public."Note" values (1, 'a', 'x'); update public."Note" set text = 'b'; delete from public."Note"; truncate public."Note"`); // prettier-ignore
    await sealAll(pool);
    const report = await withLogSource(pool, 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', entries: 5, findings: [] });
  });
});
