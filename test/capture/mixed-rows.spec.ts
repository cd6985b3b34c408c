import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { lastPosition, readContent } from '../support/quickstart.js';

/** Rows of which each takes another way through the trigger: as it is, looked into, blanked, cut, not readable. */
const ROWS: readonly (readonly [meta: string | null, raw: string | null, note: string])[] = [
  ['{"a": 1}', '{"b": 2}', 'plain'],
  ['{"password": "hunter2"}', '{}', 'a secret'],
  ['{"keyboard": 1}', '{}', 'a word that holds the word of a secret'],
  ['null', '{}', 'JSON null'],
  [null, null, 'SQL NULL'],
  ['{}', '{"x": "\\u0000"}', 'an escape that no text can hold'],
  ['{}', '{"p\\u0061ssword": "hunter2"}', 'a secret behind an escape'],
  ['{"a": {"x-api.Key": "hunter2"}}', '[]', 'a secret further down'],
  ['{}', '{}', 'x'.repeat(1_100_000)],
  ['{"é": "ü"}', '{}', 'plain again'],
];
const COLUMNS = 'a text not null, b text not null, meta jsonb, raw json, note text, n int';
const KEYS: readonly (readonly [name: string, constraint: string])[] = [
  ['one column', ', primary key (a)'],
  ['two columns', ', primary key (a, b)'],
  ['three columns', ', primary key (a, b, note)'],
  ['none', ''],
];

let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
});
afterAll(() => log.close());

describe.each(KEYS)('of a table whose key is of %s', (_name, constraint) => {
  const rows = constraint.includes('note') ? ROWS.filter(([, , note]) => note.length < 1000) : ROWS; // an index has its limits
  beforeAll(async () => {
    await log.pool.query(`drop table if exists t; create table t (${COLUMNS}${constraint})`);
    await reconcileTriggers(log.pool, {});
  });

  const places = rows.map((_row, i) => i);
  const insert = (which: readonly number[]): string =>
    `insert into t select 'k"' || i, 'é' || i, ($1::text[])[i + 1]::jsonb, ($2::text[])[i + 1]::json, ($3::text[])[i + 1], i
     from generate_series(${which[0]}, ${which.at(-1)}) i`;
  const columns = [0, 1, 2].map((column) => rows.map((row) => row[column]));
  /** The whole in one statement, or row by row. */
  const logged = async (
    parts: readonly (readonly number[])[],
    sql: (which: readonly number[]) => string,
    values: unknown[] = [],
  ) => {
    const mark = await lastPosition(log.pool);
    for (const part of parts) await log.pool.query(sql(part), values);
    return (await readContent(log.pool, mark)).map(({ op, resourceId, data, flags }) => ({
      op,
      resourceId,
      data,
      flags,
    }));
  };
  const among = (which: readonly number[]): string => `where n in (${which.join()})`;
  const steps: readonly (readonly [string, (which: readonly number[]) => string])[] = [
    ['insert', insert],
    ['update', (which) => `update t set b = b || '.', raw = '{"token": "hunter2"}' ${among(which)}`],
    ['update', (which) => `update t set raw = '{"b": 3}' ${among(which)}`],
    ['update', (which) => `update t set meta = '{"a": "changed"}', b = 'same' || n ${among(which)}`],
    ['update', (which) => `update t set b = 'again' || n ${among(which)}`],
    ['update', (which) => `update t set raw = case when n % 2 = 0 then raw end ${among(which)}`],
    ['delete', (which) => `delete from t ${among(which)}`],
  ];

  it('a statement is logged as its rows would be one by one, in their order and without secrets', async () => {
    const through = async (parts: readonly (readonly number[])[]) => {
      const all = [];
      for (const [op, sql] of steps) all.push([op, await logged(parts, sql, op === 'insert' ? columns : [])] as const);
      return all;
    };
    const alone = await through(places.map((place) => [place]));
    const together = await through([places]);
    expect(together).toEqual(alone);
    expect(together.map(([op, entries]) => [op, entries.length])).toEqual(
      steps.map(([op], step) => [op, step === 5 ? Math.floor(rows.length / 2) : rows.length]),
    );
    expect(together[0]![1].map(({ data }) => data.new?.['n'])).toEqual(places);
    expect(JSON.stringify(together)).not.toMatch(/hunter2/);
  });
});
