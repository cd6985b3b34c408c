import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(readFileSync(new URL('../query/schemas/values.sql', import.meta.url), 'utf8'));
  await reconcileTriggers(log.pool, { models: { Thing: { table: 'things', keep: ['password'] } } });
});
afterAll(() => log.close());

it.each([1, 3])(
  'a NULL and a null in the document are told apart on both sides of an update of %i rows',
  async (rows) => {
    await log.pool.query('delete from things');
    await log.pool.query(`insert into things select from generate_series(1, ${rows})`);
    const marks = async (change: string): Promise<unknown[]> => {
      await log.pool.query(`update things set ${change}`);
      const found = await log.pool.query<{ mark: unknown }>(`select data::jsonb -> 'jsonNull' as mark from audit.content where model = 'Thing' order by pos desc limit ${rows}`); // prettier-ignore
      return found.rows.map(({ mark }) => mark);
    };
    const each = (mark: unknown): unknown[] => Array.from({ length: rows }, () => mark);
    expect(await marks(`jsonb = 'null'`)).toEqual(each({ new: ['jsonb'] }));
    expect(await marks('jsonb = null')).toEqual(each({ old: ['jsonb'] }));
    expect(await marks(`jsonb = '[]'`)).toEqual(each(null));
    expect(await marks(`jsonb = 'null'`)).toEqual(each({ new: ['jsonb'] }));
    expect(await marks(`json_text = 'null'`)).toEqual(each({ old: ['jsonb'], new: ['json_text', 'jsonb'] }));
  },
);
