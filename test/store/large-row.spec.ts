import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { reconcileTriggers, withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { full } from '../support/full.js';
import { lead, openLog, sealed, type Log } from '../support/open-log.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
  await log.pool.query('create table file (id int primary key, n int, bytes bytea)');
  await reconcileTriggers(log.pool, {});
});
afterAll(() => log.close());

// 520 MiB of JSON for each image of the row: more than a text of PostgreSQL's can hold in an update.
const MEBIBYTES = full ? 260 : 33;

it(
  'a row too large for the log is written all the same, and its entries say so',
  async () => {
    await log.pool.query(`insert into file select 1, 0, decode(repeat('ab', $1 * 1024 * 1024), 'hex')`, [MEBIBYTES]);
    await log.pool.query('update file set n = n + 1');
    await log.pool.query(`insert into file values (2, 0, 'x')`);
    await lead(log.store);
    const entries = await sealed(log.pool);
    expect(entries.map((entry) => entry.body['flags'])).toEqual([
      ['no-context', 'truncated'],
      ['no-context', 'truncated'],
      ['no-context'],
    ]);
    expect(entries[0]?.resourceId).toBe('1');
    const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
    expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [] });
  },
  full ? 600_000 : 120_000,
);
