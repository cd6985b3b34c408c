import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  backfill,
  planTriggers,
  prismaMigration,
  reconcileTriggers,
  createPool,
  migrate,
} from '../../src/store/postgres/index.js';
import { describeFull } from '../support/full.js';
import { createLog } from '../support/log.js';
import { startPostgres } from '../support/postgres.mjs';

const TABLES = `
create table note (id int primary key, password text);
create table part (id int, day int, primary key (id, day)) partition by list (day); create table part_1 partition of part for values in (1)`;

describeFull.each([14, 15, 16, 17] as const)('on PostgreSQL %s', (major) => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres({ major });
  }, 120_000); // the release is fetched
  afterAll(() => server.stop());

  it('the watch finds what changed, and a backfill leaves one entry and everything as it was', async () => {
    const log = await createLog(server.url);
    await log.pool.query(TABLES);
    await reconcileTriggers(log.pool, {});
    await log.pool.query('alter table note disable trigger user');
    await log.pool.query('alter table note enable trigger user');
    // Its name is that of no other table's.
    const { rows: own } = await log.pool.query<{ name: string }>(`select quote_ident(tgname) as name from pg_trigger where tgrelid = 'part_1'::regclass and tgname like '!audit%' and tgtype & 1 = 1`); // prettier-ignore
    await log.pool.query(`alter table part_1 disable trigger ${own[0]?.name}`);
    expect(await log.store.watchCoverage()).toBe(5);
    await log.pool.query(`alter table part_1 enable trigger ${own[0]?.name}`);
    expect(await log.store.watchCoverage()).toBe(1);
    await backfill(log.pool, {}, { tables: ['note', 'part'], sql: 'insert into note values (1); insert into part values (1, 1); insert into part_1 values (2, 1)', reason: 'x' }); // prettier-ignore
    expect(await log.store.watchCoverage()).toBe(0);
    await log.pool.query('insert into part_1 values (3, 1)');
    const { rows } = await log.pool.query(`select op from audit.content where pos > 2 order by pos`);
    expect(rows.map(({ op }) => op)).toEqual(['coverage.backfill', 'insert']);
    await log.close();
  });

  it('the folder for Prisma can be applied, and again', async () => {
    const url = new URL(server.url);
    const pool = createPool(url.href, { max: 2, applicationName: 'test' });
    await pool.query(TABLES);
    const made = prismaMigration(await planTriggers(pool, {}), [], { schema: 'audit', onMissing: 'fail' });
    for (let times = 0; times < 2; times += 1) await pool.query(made?.sql ?? '');
    expect(await migrate(pool, { schema: 'audit' })).toEqual([]);
    expect((await planTriggers(pool, {})).map(({ step }) => step)).toEqual(['keep', 'keep']);
    await pool.end();
  });
});
