import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isOrigin } from '../../src/chain/index.js';
import { brokenChains, capture, lead, openLog, type Log } from '../support/open-log.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
  for (let i = 0; i < 120; i += 1) await capture(log.pool, String(i), `tenant ${i % 40}`);
  await lead(log.store);
});
afterAll(() => log.close());

describe('tenants', () => {
  it('have one chain each, opened in the batch that first needs it', async () => {
    const { rows } = await log.pool.query<{ tenant_key: string; origin: string; size: number }>(
      'select tenant_key, origin, size::int from audit.chain order by chain',
    );
    expect(rows).toHaveLength(40);
    expect(new Set(rows.map((row) => row.origin)).size).toBe(40);
    for (const row of rows) {
      expect(row.size).toBe(4);
      expect(isOrigin(row.origin)).toBe(true);
      expect(row.origin).not.toContain('tenant');
    }
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('are named in the data of entry 0, with a nonce that no two chains share', async () => {
    const { rows } = await log.pool.query<{ action: string; tenant_key: string; data: string }>(
      'select e.action, e.tenant_key, c.data from audit.entry e join audit.content c on c.pos = e.pos where e.seq = 0',
    );
    const details = rows.map((row) => {
      expect(row.action).toBe('chain.open');
      const data = JSON.parse(row.data) as { details: { nonce: string; tenant: string } };
      expect(data.details.tenant).toBe(row.tenant_key);
      return data.details.nonce;
    });
    expect(new Set(details).size).toBe(40);
  });

  it('keep their chain when the next leader has never heard of them', async () => {
    await capture(log.pool, 'again', 'tenant 3');
    await lead(log.store, { holder: 'next' });
    const { rows } = await log.pool.query(`select size::int from audit.chain where tenant_key = 'tenant 3'`);
    expect(rows).toEqual([{ size: 5 }]);
  });
});
