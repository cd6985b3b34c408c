import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { reconcileTriggers, type Coverage } from '../../src/store/postgres/index.js';
import { examine } from '../../src/store/postgres/health.js';
import { createLog, type TestLog } from '../support/log.js';
import { sample } from './sample.js';

// prettier-ignore
const TABLES = `
drop table if exists note, author, fresh, memo, keyless, part cascade; drop domain if exists strict_text;
create domain strict_text as text not null;
create table author (id int primary key, name text, password text);
create table note (id int primary key, text text, size int, author int references author on delete cascade, org text);
create table part (id int, day int, primary key (id, day)) partition by list (day); create table part_1 partition of part for values in (1);
insert into author values (1, 'ann', 'secret')`;

const COVERAGE: Coverage = { tenantColumn: 'org' };
let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());
beforeEach(async () => {
  await log.pool.query(TABLES);
  await reconcileTriggers(log.pool, COVERAGE);
});

const RUN_MIGRATE = /: run "nestjs-prisma-audit migrate"$/;

/** What doctor says of tables; the rest (nobody seals here) is not of interest. */
async function problems(coverage: Coverage): Promise<string[]> {
  const { problems: all } = await examine(log.pool, 'audit', coverage);
  return all.filter((problem) => RUN_MIGRATE.test(problem)).map((problem) => problem.replace(RUN_MIGRATE, ''));
}

/** Each change as `action:id`, with `malformed` where it is flagged so. */
async function captured(after: number): Promise<string[]> {
  const { rows } = await log.pool.query<{ change: string }>(
    `select concat_ws(' ', model || '.' || op || ':' || coalesce(resource_id, '-'), case when flags like '%malformed%' then 'malformed' end) as change
       from audit.content where source = 'change' and pos > $1 order by pos`,
    [after],
  );
  return rows.map(({ change }) => change);
}

const STALE = 'has a capture trigger that is not what audit.config says, or is switched off';
const NONE = 'has no capture trigger';
const INSERT = `insert into note values (1, 'x', 1, 1)`;

describe('after a change of the tables, writes go on, and doctor says what to run:', () => {
  it.each(sample<[string, string, string, string[], string[]]>([
    ['a renamed column', 'alter table note rename text to body', INSERT, ['note.insert:1'], []],
    ['a renamed key column', 'alter table note rename id to number', INSERT, ['note.insert:- malformed'], [`note ${STALE}`]],
    ['a renamed tenant column', 'alter table note rename org to firm; alter table author add org text', INSERT, ['note.insert:1'], [`author ${STALE}`, `note ${STALE}`]],
    ['a renamed secret column', 'alter table author rename password to motto', `update author set motto = 'x'`, ['author.update:1'], [`author ${STALE}`]],
    ['a column that now has the name of a secret', 'alter table note rename text to api_key', INSERT, ['note.insert:1'], [`note ${STALE}`]],
    ['a new column', 'alter table note add extra text default 7', INSERT, ['note.insert:1'], []],
    ['a new secret column', `alter table note add "apiToken" text default 'x'`, INSERT, ['note.insert:1'], [`note ${STALE}`]],
    ['a dropped column', 'alter table note drop size', `insert into note values (1, 'x', 1)`, ['note.insert:1'], []],
    ['a dropped secret column', 'alter table author drop password', `update author set name = 'bob'`, ['author.update:1'], [`author ${STALE}`]],
    ['a dropped key column', 'alter table note drop id', `insert into note values ('x', 1, 1)`, ['note.insert:- malformed'], [`note ${STALE}`]],
    ['another key', 'alter table note drop constraint note_pkey, alter size set not null, add primary key (size)', INSERT, ['note.insert:1'], [`note ${STALE}`]],
    ['another type of a column', 'alter table note alter size type text', `insert into note values (1, 'x', 'big', 1)`, ['note.insert:1'], []],
    ['another type of the key', 'alter table note alter id type text', `insert into note values ('n1', 'x', 1, 1)`, ['note.insert:n1'], []],
    ['a document out of a text', 'alter table note alter text type jsonb using to_jsonb(text)', `insert into note values (1, '{"a":1}', 1, 1)`, ['note.insert:1'], [`note ${STALE}`]],
    ['a new table', 'create table fresh (id int primary key)', 'insert into fresh values (1)', [], [`fresh ${NONE}`]],
    ['a dropped table', 'alter table author add org text; drop table note', `update author set name = 'bob'`, ['author.update:1'], [`author ${STALE}`]],
    ['a renamed table', 'alter table note rename to memo', INSERT.replace('note', 'memo'), ['note.insert:1'], [`memo ${STALE}`]],
    ['a table dropped and made again', 'drop table note; create table note (id int primary key, org text)', 'insert into note values (1)', [], [`note ${NONE}`]],
    ['a second foreign key, which asks for row triggers', 'alter table note add editor int references author on delete set null', INSERT, ['note.insert:1'], [`note ${STALE}`]],
    ['a trigger of the application', `create or replace function app() returns trigger language plpgsql as 'begin return null; end'; create trigger app after insert on note for each row execute function app()`, INSERT, ['note.insert:1'], [`note ${STALE}`]],
    ['a new partition', 'create table part_2 partition of part for values in (2)', 'insert into part_2 values (1, 2)', ['part.insert:["1","2"]'], []],
    ['a table that became the partition of another', 'create table part_3 (id int not null, day int not null); alter table part attach partition part_3 for values in (3)', 'insert into part_3 values (1, 3)', ['part.insert:["1","3"]'], []],
  ]))('%s', async (_name, change, write, changes, expected) => {
    await log.pool.query(change);
    const { rows } = await log.pool.query<{ pos: string }>('select coalesce(max(pos), 0) as pos from audit.content');
    await log.pool.query(write);
    expect(await captured(Number(rows[0]?.pos))).toEqual(changes);
    expect(await problems(COVERAGE)).toEqual(expected);
    await reconcileTriggers(log.pool, COVERAGE);
    expect(await problems(COVERAGE)).toEqual([]);
  }); // prettier-ignore

  it.each<[string, Coverage, string, RegExp]>([
    ['a dropped column', { models: { author: { redact: ['name'] } } }, 'alter table author drop name', /model author: the table has no column "name"/],
    ['a dropped table', { models: { note: { ignore: ['size'] } } }, 'drop table note', /model note: there is no table "note"/],
    ['a column whose type refuses to be blanked', { models: { author: { redact: ['name'] } } }, 'alter table author alter name type strict_text', /model author: name cannot be redacted/],
  ])('a configuration that names %s is told so', async (_name, coverage, change, message) => {
    await reconcileTriggers(log.pool, coverage);
    await log.pool.query(change);
    await expect(examine(log.pool, 'audit', coverage)).rejects.toMatchObject({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringMatching(message) });
  }); // prettier-ignore
});
