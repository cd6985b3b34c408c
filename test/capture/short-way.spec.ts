import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reconcileTriggers, type Coverage } from '../../src/store/postgres/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { full } from '../support/full.js';
import { INLINED } from '../support/inlined.js';
import { lastPosition, readContent } from '../support/quickstart.js';

// Where it can, a trigger for statements cuts a row's document and key out of its JSON as text. What it logs must be what a trigger for
// rows logs, which parses: each table has a twin that has such a one, since the application has a row trigger there.
const TABLES: readonly [name: string, columns: string][] = [
  ['middle', `id int primary key, before text, doc jsonb, after text`],
  ['last', `id int primary key, before text, after text, doc jsonb`],
  ['second', `id int primary key, doc jsonb, before text, after text`],
  ['first', `doc jsonb, id int primary key, before text, after text`],
  ['late_key', `before text, doc jsonb, after text, id int primary key`],
  ['as_text', `id int primary key, before text, doc json, after text`],
  ['beside_another', `id int primary key, before text, meta jsonb default '{"doc": 1}', doc jsonb, after text`],
  ['beside_composite', `id int primary key, before text, twin inner_row default row(1, '{"a": 1}', 'x'), doc jsonb, after text`], // prettier-ignore
  ['beside_list', `id int primary key, before text, twins inner_row[] default array[row(1, '{"a": 1}', 'x')::inner_row], doc jsonb, after text`], // prettier-ignore
  ['beside_domain', `id int primary key, before text, far far_text default '{"a":1,"doc":2}', doc jsonb, after text`],
  ['before_comma', `id int primary key, before text, doc jsonb, "," text, after text`],
  ['by_pair', `id int, other int default 2, before text, doc jsonb, after text, primary key (id, other)`],
  ['pairs', `id int, other text default 'a,"', doc text, before text, after text, primary key (other, id)`],
  ['by_three', `id int, a int default 2, b text default 'x', before text, doc jsonb, after text, primary key (id, a, b)`], // prettier-ignore
  ['by_none', `id int, before text, doc jsonb, after text`],
];

/** Text that looks like what is around a document, or like its end. */
const text = fc
  .array(
    fc.constantFrom(
      ',"doc":',
      ',"after":',
      '},"',
      '},',
      '}',
      ']',
      ',',
      '"',
      '\\',
      ':',
      ' ',
      'null',
      'x',
      'é',
      '{',
      '\n',
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));
const member = fc.constantFrom('a', 'doc', 'after', 'password', 'api_key', 'ShoeSize', '},"after":', ',"doc":', 'x},');
const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
    fc.dictionary(member, tie('document'), { maxKeys: 3 }),
    fc.array(tie('document'), { maxLength: 2 }),
  ),
}));
const json = fc.option(
  document.map((value) => JSON.stringify(value)),
  { freq: 6 },
);
const row = fc.record({ before: text, after: text, doc: json, next: json });

/** A null of the column is not the JSON null, though they read the same in the JSON of a row. */
const NULLS = [null, 'null'].flatMap((doc) =>
  [null, 'null', '{}'].map((next) => ({ before: '', after: '', doc, next })),
);

describe.each<[string, Coverage]>([
  ['the default names of secrets', {}],
  ['names of its own', { redaction: { add: ['shoe size'] } }],
])('with %s', (_name, coverage) => {
  let log: FilledLog;
  beforeAll(async () => {
    log = await emptyLog();
    await log.pool.query(`
      create type inner_row as (x int, doc jsonb, after text); create domain near_text as json; create domain far_text as near_text;
      create function nothing() returns trigger language plpgsql as 'begin return null; end'`);
    for (const [table, columns] of TABLES) {
      await log.pool.query(`
        create table ${table} (${columns}); create table ${table}_twin (${columns});
        create trigger of_rows after insert on ${table}_twin for each row execute function nothing()`);
    }
    await reconcileTriggers(log.pool, coverage);
  });
  afterAll(() => log.close());

  /** What both tables of a pair have logged of the same statements; these may take the rows of a table in any order. */
  const logged = async (table: string, write: (name: string) => Promise<unknown>): Promise<string[][]> => {
    const both = [];
    for (const name of [table, `${table}_twin`]) {
      const start = await lastPosition(log.pool);
      await write(name);
      const rows = await readContent(log.pool, start);
      const lines = rows.map(({ op, resourceId, flags, text: data }) => ({
        op,
        resourceId,
        flags: flags.toSorted(),
        data,
      }));
      both.push(lines.map((line) => JSON.stringify(line)).toSorted());
    }
    return both;
  };

  it.each(TABLES)('rows of table %s are logged as if they had been parsed', async (table, columns) => {
    const rows = [...NULLS, ...fc.sample(row, { numRuns: full ? 150 : 20, seed: 7 })];
    const type = /doc (\w+)/.exec(columns)?.[1] ?? 'jsonb';
    const all = [['before', 'text'], ['after', 'text'], ['doc', type], ['next', type]].map(([key = '', sql]) => ({ sql: `${sql}[]`, values: rows.map((each) => each[key as keyof typeof each]) })); // prettier-ignore
    const source = `unnest(${all.map(({ sql }, i) => `$${i + 1}::text[]::${sql}`).join(', ')}) with ordinality as r (before, after, doc, next, id)`;
    const [single, twin] = await logged(table, async (into) => {
      for (const [id, { before, after, doc, next }] of rows.entries()) {
        await log.pool.query(`insert into ${into} (id, before, after, doc) values ($1, $2, $3, $4)`, [id, before, after, doc]); // prettier-ignore
        await log.pool.query(`update ${into} set doc = $2, before = before || '.' where id = $1`, [id, next]);
      }
      await log.pool.query(`delete from ${into}`);
    });
    expect(single).toEqual(twin);
    const [many, twins] = await logged(table, async (into) => {
      const values = all.map(({ values: each }) => each);
      await log.pool.query(`insert into ${into} (id, before, after, doc) select id, before, after, doc from ${source}`, values); // prettier-ignore
      await log.pool.query(`update ${into} set after = after || '.'`);
      await log.pool.query(`update ${into} t set doc = r.next from ${source} where t.id = r.id`, values);
      await log.pool.query(`delete from ${into}`);
    });
    expect(many).toEqual(twins);
    expect(single).toHaveLength(rows.length * 3);
    expect(many?.length).toBeGreaterThan(rows.length * 3);
    if (type !== 'text') expect(JSON.stringify(single)).toContain('[redacted]');
  });

  it('a document that has other columns around it by now is not stored unseen', async () => {
    await log.pool.query(`
      create table moved (id int primary key, doc jsonb, after text); create table renamed (id int primary key, doc jsonb, after text);
      create table promoted (gone int, doc jsonb, id int primary key)`);
    await reconcileTriggers(log.pool, coverage);
    await log.pool.query(`alter table moved drop column after; alter table moved add column later text; alter table renamed rename column after to later; alter table promoted drop column gone`); // prettier-ignore
    const start = await lastPosition(log.pool);
    for (const table of ['moved', 'renamed', 'promoted']) {
      const values = [{ a: 1 }, { password: 'hunter2' }, null].map((doc, i) => `(${i}, '${JSON.stringify(doc)}')`);
      for (const value of values) await log.pool.query(`insert into ${table} (id, doc) values ${value}`);
      await log.pool.query(`delete from ${table}`);
    }
    const rows = await readContent(log.pool, start);
    expect(rows).toHaveLength(18);
    expect(JSON.stringify(rows)).not.toContain('hunter2');
    expect(rows.filter(({ flags }) => flags.includes('redacted'))).toHaveLength(6);
    await log.pool.query(`drop table moved; drop table renamed; drop table promoted`);
  });
});

describe('the functions that are asked of each row', () => {
  let log: FilledLog;
  beforeAll(async () => void (log = await emptyLog()));
  afterAll(() => log.close());

  it.each(INLINED)('%s is no call in the plan', async (called) => {
    const { rows } = await log.pool.query<{ args: string; columns: string }>(
      `select string_agg('c' || a.ord, ', ') as args, string_agg(format('c%s %s', a.ord, replace(a.type::regtype::text, 'anyelement', 'pg_class')), ', ') as columns
         from pg_proc p, unnest(p.proargtypes::oid[]) with ordinality a (type, ord)
        where p.pronamespace = 'audit'::regnamespace and p.proname = $1`,
      [called],
    );
    const [{ args, columns } = { args: '', columns: '' }] = rows;
    await log.pool.query(`create table of_${called} (${columns})`);
    const plan = await log.pool.query<{ 'QUERY PLAN': string }>(
      `explain (verbose, costs off) select audit.${called}(${args}) from of_${called}`,
    );
    const output = plan.rows.map((line) => line['QUERY PLAN']).join('\n');
    expect(output).toContain('c1');
    expect(output).not.toContain(`audit.${called}(`);
  });
});
