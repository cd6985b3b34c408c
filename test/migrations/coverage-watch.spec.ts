import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditReader } from '../../src/query/reader.js';
import { CoverageWatch } from '../../src/sealer/coverage-watch.js';
import { Sealer } from '../../src/sealer/sealer.js';
import {
  backfill,
  postgresContentStore,
  postgresEntryStore,
  reconcileTriggers,
  withLogSource,
} from '../../src/store/postgres/index.js';
import { migrations } from '../../src/store/postgres/migrations.generated.js';
import { verify } from '../../src/verify/index.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';
import { sample } from './sample.js';

const TABLES = `
drop table if exists note, other, later, part, memo;
create table note (id int primary key, text text);
create table other (id int primary key);
create table part (id int, day int, primary key (id, day)) partition by list (day);
create table part_1 partition of part for values in (1)`;

let log: TestLog;
let seen = 0;

/** Everything as it should be. What happened before is remembered, so that only what follows is news. */
async function asInstalled(): Promise<void> {
  const { sql } = migrations.find(({ name }) => name === '0004_capture.sql') ?? { sql: '' };
  await log.pool.query(sql);
  await log.pool.query(TABLES);
  await reconcileTriggers(log.pool, {});
  seen = 0;
  seen = (await changes()).length;
}

beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());

/** Control entries that say that coverage changed, as a reader sees them. */
async function changes(): Promise<{ changes: unknown; flags: unknown; actor: unknown }[]> {
  await sealAll(log.store);
  const { entries } = await new AuditReader(postgresEntryStore(log.pool, 'audit')).find({
    order: 'oldest',
    limit: 500,
  });
  return entries
    .filter(({ action }) => action === 'coverage.changed')
    .slice(seen)
    .map(({ details, flags, actor }) => ({ changes: details?.['changes'], flags, actor: actor?.['id'] }));
}

describe('a look at the capture triggers finds', () => {
  beforeEach(asInstalled);

  const note = (
    what: string,
    triggers = ['!audit_delete', '!audit_insert', '!audit_truncate', '!audit_update'],
  ): unknown =>
    // prettier-ignore
    triggers.map((trigger) => ({ table: 'public.note', trigger, what }));

  it.each(sample<[string, string, unknown]>([
    ['one that was switched off', 'alter table note disable trigger "!audit_update"', note('disabled', ['!audit_update'])],
    ['all that were switched off', 'alter table note disable trigger user', note('disabled')],
    ['one that was switched off and on again', 'alter table note disable trigger "!audit_update"; insert into note values (1); alter table note enable trigger "!audit_update"', note('changed and put back', ['!audit_update'])],
    ['one that no longer fires for the application', 'alter table note enable replica trigger "!audit_update"', note('disabled', ['!audit_update'])],
    ['one that was dropped', 'drop trigger "!audit_insert" on note', note('removed', ['!audit_insert'])],
    ['one that was dropped and made again', `do $$ declare made text := (select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'note'::regclass and tgname = '!audit_truncate'); begin drop trigger "!audit_truncate" on note; execute made; end $$`, note('changed and put back', ['!audit_truncate'])],
    ['one that got other arguments', `create or replace trigger "!audit_truncate" before truncate on note execute function audit.capture('else', 'id', '', '', '')`, note('replaced', ['!audit_truncate'])],
    ['one that got another function', `create function f() returns trigger language plpgsql as 'begin return null; end'; create or replace trigger "!audit_truncate" before truncate on note execute function f()`, note('removed', ['!audit_truncate'])],
    ['those of a table that was dropped', 'drop table note', note('dropped with its table')],
    ['one of a partition alone', `do $$ begin execute format('alter table part_1 disable trigger %I', (select tgname from pg_trigger where tgrelid = 'part_1'::regclass and tgparentid <> 0)); end $$`, [{ table: 'public.part_1', trigger: expect.stringMatching(/^!audit_[0-9a-f]{12}$/), what: 'disabled' }]],
  ]))('%s', async (_name, sql, expected) => {
    await log.pool.query(sql);
    expect(await log.store.watchCoverage()).toBeGreaterThan(0);
    expect(await log.store.watchCoverage()).toBe(0);
    expect(await changes()).toEqual([{ changes: expected, flags: ['gap'], actor: 'sealer' }]);
  }); // prettier-ignore

  it.each(
    sample<[string, string]>([
      ['nothing happened', 'select 1'],
      ['the table was renamed', 'alter table note rename to memo'],
      [
        'a column was added and another one renamed',
        'alter table note add x int; alter table note rename text to body',
      ],
      [
        'columns got another type, and with it the table another file',
        'alter table note alter text type varchar(50), alter id type bigint; alter table note add check (id > 0)',
      ],
      ['rights were granted', 'grant select on note to public; revoke all on function audit.capture() from public'],
      ['the table was rewritten and the catalogue too', 'vacuum full note; vacuum full pg_trigger'],
      ['a change was rolled back', 'begin; alter table note disable trigger user; rollback'],
    ]),
  )('nothing when %s', async (_name, sql) => {
    const client = await log.connect();
    for (const statement of sql.split('; ')) await client.query(statement); // one by one: VACUUM stands alone
    expect(await log.store.watchCoverage()).toBe(0);
    expect(await changes()).toEqual([]);
  });

  it('the function behind all of them, when somebody replaced it', async () => {
    await log.pool.query(
      `create or replace function audit.capture() returns trigger language plpgsql as 'begin return null; end'`,
    );
    expect(await log.store.watchCoverage()).toBeGreaterThan(6);
    const [entry] = await changes();
    expect(entry?.changes).toContainEqual({ table: 'public.note', trigger: '!audit_insert', what: 'replaced' });
  });

  it('new ones, which are no gap, with migrate as the actor where it made them', async () => {
    await log.pool.query('create table later (id int primary key)');
    await reconcileTriggers(log.pool, {});
    expect(await log.store.watchCoverage()).toBe(0);
    const triggers = ['!audit_delete', '!audit_insert', '!audit_truncate', '!audit_update'];
    expect(await changes()).toEqual([
      { changes: triggers.map((trigger) => ({ table: 'public.later', trigger, what: 'added' })), flags: [], actor: 'db:postgres' },
    ]); // prettier-ignore
  });

  it('what changed once, when eight look at the same time', async () => {
    await log.pool.query('alter table note disable trigger "!audit_update"');
    await Promise.all(Array.from({ length: 8 }, () => log.store.watchCoverage()));
    await log.store.watchCoverage();
    expect(await changes()).toHaveLength(1);
  });

  it('nothing while a change is on its way, and does not wait for it', async () => {
    const client = await log.connect();
    await client.query('begin; alter table note disable trigger user; select audit.watch_coverage(true)');
    expect(await log.store.watchCoverage()).toBe(0);
    await client.query('commit');
    expect(await changes()).toMatchObject([{ actor: 'db:postgres' }]);
  });
});

describe('a sealer', () => {
  beforeAll(asInstalled);

  async function sealFor(onError: (error: unknown) => void): Promise<void> {
    const sealer = new Sealer(log.store, { onError });
    sealer.start();
    const content = postgresContentStore(log.pool, 'audit');
    const { rows } = await log.pool.query(`select looked_at as t from audit.coverage`);
    for (;;) {
      const now = await log.pool.query(`select looked_at > $1 as looked from audit.coverage`, [rows[0].t]);
      if (now.rows[0].looked && (await content.unsealed(await content.position())) === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await sealer.stop();
  }

  it('seals at its start what happened while nobody sealed, although it was put back, and says so', async () => {
    await log.pool.query('alter table note disable trigger user');
    await log.pool.query(`insert into note values (7, 'unseen')`);
    await log.pool.query('alter table note enable trigger user');
    const errors: unknown[] = [];
    await sealFor((error) => errors.push(error));
    expect(await changes()).toMatchObject([{ flags: ['gap'], actor: 'sealer' }]);
    expect(errors).toMatchObject([{ code: 'AUDIT_COVERAGE_CHANGED', message: expect.stringContaining('doctor') }]);
    const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [] });
  });

  it('says nothing the next time', async () => {
    const errors: unknown[] = [];
    await sealFor((error) => errors.push(error));
    expect(errors).toEqual([]);
    expect(await changes()).toHaveLength(1);
  });

  it('does not report a backfill a second time, but what others did meanwhile', async () => {
    await log.pool.query('alter table other disable trigger "!audit_update"');
    await backfill(log.pool, {}, { tables: ['note'], sql: `insert into note values (8, 'x')`, reason: 'import' });
    expect(await log.store.watchCoverage()).toBe(0);
    expect((await changes()).slice(1)).toMatchObject([
      { changes: [{ table: 'public.other', trigger: '!audit_update', what: 'disabled' }] },
    ]);
  });

  it('goes on sealing when it may not look, and says why', async () => {
    const errors: unknown[] = [];
    const store = { watchCoverage: () => Promise.reject(new Error('permission denied for function watch_coverage')) };
    const watch = new CoverageWatch(store, (error) => errors.push(error), { everyMs: 0 });
    watch.tick();
    watch.tick(); // the first is still on its way
    await watch.settled();
    watch.tick();
    await watch.settled();
    expect(errors).toHaveLength(2);
  });
});
