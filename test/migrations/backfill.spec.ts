import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { AuditReader, type AuditEntry } from '../../src/query/index.js';
import {
  backfill,
  planTriggers,
  postgresEntryStore,
  reconcileTriggers,
  withLogSource,
  type Coverage,
} from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { run, folder, type Folder } from '../cli/run.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';

let log: TestLog;
let here: Folder;
const COVERAGE: Coverage = { models: { Bill: { table: 'bills' }, free: false } };

beforeAll(async () => {
  log = await createLog();
  here = folder();
  await log.pool.query(`
    create table bills (id int primary key, title text); create table lines (id int primary key, bill int references bills on delete cascade);
    create table free (id int); create schema extra; create table extra.lines (id int primary key);
    create table part (id int, day int, primary key (id, day)) partition by list (day); create table part_1 partition of part for values in (1);
    create procedure committing() language plpgsql as 'begin commit; end'`);
  await reconcileTriggers(log.pool, COVERAGE);
});
afterAll(async () => {
  here.remove();
  await log.close();
});

let seen = 0;
async function entries(): Promise<AuditEntry[]> {
  await sealAll(log.store);
  const page = await new AuditReader(postgresEntryStore(log.pool, 'audit')).find({ order: 'oldest', limit: 500 });
  return page.entries.slice(seen);
}
beforeEach(async () => {
  await log.pool.query('truncate bills, lines, part');
  seen = 0;
  seen = (await entries()).length;
});
const load = (tables: string[], sql: string, more = {}): ReturnType<typeof backfill> =>
  backfill(log.pool, COVERAGE, { tables, sql, reason: 'import of 2019', ...more });
const covered = async (): Promise<unknown> =>
  (await planTriggers(log.pool, COVERAGE)).filter(({ step }) => step !== 'keep' && step !== 'skip').map(({ model }) => model); // prettier-ignore
const count = async (table: string): Promise<number> =>
  (await log.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]?.n ?? -1;

describe('a backfill', () => {
  it('loads without capturing, leaves one sealed entry, and captures again afterwards', async () => {
    await log.pool.query(`insert into bills values (1, 'before')`);
    const sql = `insert into bills select i, 'old' from generate_series(2, 1001) i; update bills set title = 'x' where id = 1;`;
    expect(await load(['Bill'], sql)).toEqual([{ table: 'public.bills', before: 1, after: 1001 }]);
    await log.pool.query(`insert into bills values (2000, 'after')`);
    const all = await entries();
    expect(all.map(({ action }) => action)).toEqual(['Bill.create', 'coverage.backfill', 'Bill.create']);
    expect(all[1]).toMatchObject({
      source: 'control',
      outcome: 'success',
      flags: ['gap'],
      reason: 'import of 2019',
      actor: { id: 'db:postgres', type: 'system' },
      details: {
        tables: [{ table: 'public.bills', before: 1, after: 1001 }],
        bytes: sql.length,
        sha256: createHash('sha256').update(sql).digest('hex'),
      },
    });
    expect(await log.store.watchCoverage()).toBe(0);
    expect(await covered()).toEqual([]);
    const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [] });
  });

  it('captures what it does to tables that it did not name', async () => {
    await load(['bills'], `insert into bills values (1); insert into lines values (1, 1)`, { actor: 'ann' });
    expect((await entries()).map(({ action, actor }) => [action, actor?.['id']])).toEqual([
      ['lines.create', 'db:postgres'],
      ['coverage.backfill', 'ann'],
    ]);
  });

  it('loads partitions through their table', async () => {
    await load(['part'], 'insert into part values (1, 1); insert into part_1 values (2, 1)');
    expect((await entries()).map(({ action }) => action)).toEqual(['coverage.backfill']);
    expect(await log.store.watchCoverage()).toBe(0);
    await log.pool.query('insert into part_1 values (3, 1)');
    expect((await entries()).map(({ action }) => action)).toEqual(['coverage.backfill', 'part.create']);
  });

  it('lets nobody else write to the table unseen: whoever tries waits, and is captured', async () => {
    const [blocker, other] = [await log.connect(), await log.connect()];
    await blocker.query('select pg_advisory_lock(42)');
    const loading = load(['bills'], 'insert into bills values (1); select pg_advisory_xact_lock(42)');
    const waits = async (like: string): Promise<boolean> =>
      (await log.pool.query(`select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and l.locktype = $1`, [like])).rowCount === 1; // prettier-ignore
    while (!(await waits('advisory'))) await new Promise((resolve) => setTimeout(resolve, 5));
    const written = other.query(`insert into bills values (2, 'meanwhile')`);
    while (!(await waits('relation'))) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await count('bills')).toBe(0); // readers go on
    await blocker.query('select pg_advisory_unlock(42)');
    await Promise.all([loading, written]);
    expect((await entries()).map(({ action }) => action).sort()).toEqual(['Bill.create', 'coverage.backfill']);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('that is ended by %s half way has not happened, and what comes after it is captured', async (signal) => {
    const blocker = await log.connect();
    await blocker.query('select pg_advisory_lock(43)');
    here.write('audit.config.mjs', `export default ${JSON.stringify(COVERAGE)}`);
    const sql = 'insert into bills values (1); select pg_advisory_xact_lock(43); insert into bills values (2)';
    const args = ['backfill', '--table', 'bills', '--reason', 'x', '--file', '-'];
    const waiting = `select from pg_locks where not granted and locktype = 'advisory' and objid = 43`;
    const until = async (there: boolean): Promise<void> => {
      while (((await log.pool.query(waiting)).rowCount === 1) !== there)
        await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const ran = await run(args, { url: log.url, cwd: here.path, input: sql, signal, until: () => until(true) });
    expect(ran.code).not.toBe(0);
    await blocker.query('select pg_advisory_unlock_all()');
    await until(false);
    // Waits for the lock of the load, if its session has not ended yet.
    await log.pool.query(`insert into bills values (7, 'after')`);
    expect(await count('bills')).toBe(1);
    expect(await covered()).toEqual([]);
    expect((await entries()).map(({ action }) => action)).toEqual(['Bill.create']);
    expect(await log.store.watchCoverage()).toBe(0);
  }); // prettier-ignore

  it('is for the owner: a role that may write to the table may not load it unseen', async () => {
    const role = `loader_${process.pid}`;
    await log.pool.query(`create role ${role} login; grant all on bills to ${role}; grant usage on schema audit to ${role}; grant execute on all functions in schema audit to ${role}`); // prettier-ignore
    const url = new URL(log.url);
    url.username = role;
    const args = ['backfill', '--table', 'bills', '--reason', 'x', '--file', '-'];
    const ran = await run(args, { url: url.href, cwd: here.path, input: 'insert into bills values (1)' });
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/must be owner|permission denied/) });
    expect([await count('bills'), await entries(), await log.store.watchCoverage()]).toEqual([0, [], 0]);
    await log.pool.query(`drop owned by ${role}; drop role ${role}`);
  });

  it.each<[string, string[], string, RegExp]>([
    ['a failing statement', ['bills'], 'insert into bills values (1); insert into bills values (1)', /duplicate key/],
    ['a COMMIT, after which all would be uncaptured', ['bills'], 'insert into bills values (1); commit; insert into bills values (2)', /transaction/i],
    ['a ROLLBACK', ['bills'], 'insert into bills values (1); rollback', /transaction/i],
    ['a procedure that commits', ['bills'], 'insert into bills values (1); call committing()', /transaction/i],
    ['a copy from the client', ['bills'], 'insert into bills values (1); copy bills from stdin', /COPY/],
    ['an unknown table', ['bill'], 'insert into bills values (1)', /there is no table "bill"/],
    ['an ambiguous table', ['lines'], 'insert into bills values (1)', /ambiguous: write schema.table/],
    ['a table that is not captured', ['free'], 'insert into bills values (1)', /free is not captured/],
    ['no table', [], 'insert into bills values (1)', /name the tables/],
  ])('changes nothing for %s', async (name, tables, sql, message) => {
    const coverage = { ...COVERAGE, schemas: name.includes('ambiguous') ? ['public', 'extra'] : ['public'] };
    await expect(backfill(log.pool, coverage, { tables, sql, reason: 'x' })).rejects.toThrow(message);
    expect(await count('bills')).toBe(0);
    expect(await covered()).toEqual([]);
    expect(await entries()).toEqual([]);
    expect(await log.store.watchCoverage()).toBe(0);
  }); // prettier-ignore

  it('refuses to go without a reason', async () => {
    await expect(load(['bills'], 'select 1', { reason: ' ' })).rejects.toMatchObject({
      code: 'AUDIT_BACKFILL_INVALID',
    });
  });

  it('gives a session no settings that the load made', async () => {
    await load(['bills'], `set search_path = ''; set timezone = 'Asia/Tokyo'; insert into public.bills values (1)`);
    const { rows } = await log.pool.query(`select current_setting('search_path') as path`);
    expect(rows).toEqual([{ path: '"$user", public' }]);
    expect((await entries()).map(({ action }) => action)).toEqual(['coverage.backfill']);
  });

  it('is a command: from a file or from standard input, and says what is missing', async () => {
    here.write('load.sql', `insert into bills values (1, 'O''Brien'), (2, 'né')`);
    here.write('audit.config.mjs', `export default ${JSON.stringify(COVERAGE)}`);
    const cli = (args: string[], input = ''): ReturnType<typeof run> => run(['backfill', ...args], { url: log.url, cwd: here.path, input }); // prettier-ignore
    const why = ['--reason', 'the old system', '--table', 'Bill'];
    expect(await cli([...why, '--file', 'load.sql'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('public.bills: 0 → 2 rows') }); // prettier-ignore
    expect(await cli([...why, '--file', '-', '--actor', 'ann'], 'delete from bills')).toMatchObject({ code: 0, out: expect.stringContaining('2 → 0 rows') }); // prettier-ignore
    expect(await cli([...why])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`'--file <sql>' not specified`),
    });
    expect(await cli([...why, '--file', 'none.sql'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('none.sql'),
    });
    expect((await entries()).map(({ action, actor }) => [action, actor?.['id'], actor?.['application']])).toEqual([
      ['coverage.backfill', 'db:postgres', 'nestjs-prisma-audit backfill'],
      ['coverage.backfill', 'ann', 'nestjs-prisma-audit backfill'],
    ]);
  });
});
