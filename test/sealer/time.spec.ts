import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { brokenChains, capture, lead, openLog, type Log } from '../support/open-log.js';

let log: Log;
beforeEach(async () => {
  log = await openLog();
});
afterEach(() => log.close());

const times = async (): Promise<string[]> =>
  (
    await log.pool.query<{ at: string }>(
      `select to_char(sealed_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US') as at from audit.entry where action <> 'chain.open' order by seq`,
    )
  ).rows.map((row) => row.at);

describe('sealed_at', () => {
  it('rises with every batch, also across leaders, in whole milliseconds', async () => {
    for (let i = 0; i < 5; i += 1) {
      await capture(log.pool, String(i));
      await lead(log.store);
    }
    const found = await times();
    expect(new Set(found).size).toBe(5);
    expect(found).toEqual(found.toSorted());
    for (const at of found) expect(at).toMatch(/\.\d{3}000$/);
  });

  it('goes on one millisecond at a time while the clock is behind the log', async () => {
    await capture(log.pool, 'one');
    await lead(log.store);
    await log.pool.query(`update audit.sealer set last_sealed_at = '2099-01-01T00:00:00Z'`); // the clock was set back
    await capture(log.pool, 'two');
    await lead(log.store);
    await capture(log.pool, 'three');
    await lead(log.store);
    expect((await times()).slice(1)).toEqual(['2099-01-01 00:00:00.001000', '2099-01-01 00:00:00.002000']);
    expect(await brokenChains(log.pool)).toEqual([]);
  });
});

describe('the incarnation', () => {
  const incarnation = async (): Promise<string> =>
    (await log.pool.query<{ i: string }>('select incarnation as i from audit.sealer')).rows[0]?.i ?? '';

  it('stays while the server is the same', async () => {
    const first = await incarnation();
    await lead(log.store);
    await capture(log.pool, 'one');
    await lead(log.store);
    expect(await incarnation()).toBe(first);
  });

  it('changes on another server, and when transaction ids fall behind: after a restore they repeat', async () => {
    await lead(log.store);
    const first = await incarnation();
    await log.pool.query(`update audit.sealer set server = '1/1'`);
    await lead(log.store);
    const second = await incarnation();
    expect(second).not.toBe(first);
    await log.pool.query(`insert into audit.content (xid, source) values ('99999999999', 'change')`);
    await lead(log.store);
    expect(await incarnation()).not.toBe(second);
  });

  it('comes with a sequence that is ahead of what a logical restore brought', async () => {
    await capture(log.pool, 'one');
    await lead(log.store);
    await log.pool.query(`select setval('audit.content_pos_seq', 1, false)`);
    await lead(log.store);
    await capture(log.pool, 'two'); // would fail with a duplicate position
    await lead(log.store);
    expect(await brokenChains(log.pool)).toEqual([]);
  });
});
