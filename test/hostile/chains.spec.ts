import { afterAll, beforeAll, expect } from '@jest/globals';
import { SetAside } from '../../src/sealer/set-aside.js';
import { hostile } from '../support/hostile.js';
import { brokenChains, capture, openLog, sealed, type Log } from '../support/open-log.js';
import { sealTelling } from './sealing.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
});
afterAll(() => log.close());

/** What somebody who may write everything does to the row of a chain. */
const HEADS: [string, string][] = [
  ['an empty frontier', `update audit.chain set frontier = '' where tenant_key = $1`],
  ['a frontier one byte short', `update audit.chain set frontier = substr(frontier, 2) where tenant_key = $1`],
  ['a frontier one hash too long', `update audit.chain set frontier = frontier || hash where tenant_key = $1`],
  ['a frontier of 20 MB', `update audit.chain set frontier = convert_to(repeat('x', 20000000), 'UTF8') where tenant_key = $1`],
  ['a size that its frontier has not', `update audit.chain set size = size + 1 where tenant_key = $1`],
  ['a size beyond 2^53', `update audit.chain set size = 9007199254740993 where tenant_key = $1`],
  ['the greatest size', `update audit.chain set size = 9223372036854775807 where tenant_key = $1`],
  ['a size before its entries', `update audit.chain set size = 0, frontier = '' where tenant_key = $1`],
  ['an origin of 300 characters', `update audit.chain set origin = repeat('o', 300) where tenant_key = $1`],
  ['an origin with a line feed', `update audit.chain set origin = E'a\\nb' where tenant_key = $1`],
  ['an empty origin', `update audit.chain set origin = '' where tenant_key = $1`],
  ['a hash of one byte', `alter table audit.chain drop constraint if exists chain_hash_check; update audit.chain set hash = 'x'`],
  ['no row', `delete from audit.chain where tenant_key = $1`],
]; // prettier-ignore

const labels = async (): Promise<(string | null)[]> => (await sealed(log.pool)).map(({ resourceId }) => resourceId);

hostile('chains that cannot grow', (holds) => {
  for (const [i, [name, forge]] of HEADS.entries()) {
    const tenant = `broken${i}`;
    const run = async (): Promise<void> => {
      for (const label of ['one', 'two', 'three']) await capture(log.pool, label, tenant);
      await sealTelling(log);
      const { rows } = await log.pool.query(`select * from audit.chain where tenant_key = $1`, [tenant]);
      const head = rows[0] as Record<string, unknown>;
      if (forge.includes('alter table')) await change(`${forge} where tenant_key = '${tenant}'`);
      else await change(forge, [tenant]);
      await capture(log.pool, `waits of ${tenant}`, tenant);
      await capture(log.pool, `goes on beside ${tenant}`, 'sound');
      await capture(log.pool, `opened beside ${tenant}`, `new${i}`);
      const chain = { code: 'AUDIT_CHAIN_SET_ASIDE', facts: { chain: head['chain'] } };
      expect(await sealTelling(log)).toMatchObject([chain]);
      expect(await labels()).toEqual(expect.arrayContaining([`goes on beside ${tenant}`, `opened beside ${tenant}`]));
      expect(await labels()).not.toContain(`waits of ${tenant}`);
      const named = await log.pool.query(`select chain from audit.broken_chains()`);
      expect(named.rows).toEqual([{ chain: head['chain'] }]);

      await change(`delete from audit.chain where tenant_key = $1`, [tenant]);
      await change(
        `insert into audit.chain (chain, origin, tenant_key, size, hash, frontier) values ($1, $2, $3, $4, $5, $6)`,
        ['chain', 'origin', 'tenant_key', 'size', 'hash', 'frontier'].map((column) => head[column]),
      );
      expect(await sealTelling(log)).toEqual([]);
      expect(await labels()).toContain(`waits of ${tenant}`);
      expect(await brokenChains(log.pool)).toEqual([]);
    };
    holds(`${name}: named once, the others go on, and it does when it is mended`, run, { timeoutMs: 60_000 });
  }

  holds('a forged row with the origin of the next chain: a new tenant waits, the others are sealed', async () => {
    await change(
      `insert into audit.chain (chain, origin, tenant_key, size, hash, frontier)
       select 1000, (select origin from audit.sealer) || '/1001', 'forged', 0, decode(repeat('00', 32), 'hex'), ''`,
    );
    await capture(log.pool, 'of a new tenant', 'brand new');
    await capture(log.pool, 'of an old tenant', 'sound');
    const told: unknown[] = [];
    const aside = new SetAside((error) => told.push(error));
    // As the sealer does after some terms that ended badly.
    await expect(sealTelling(log, { aside })).rejects.toThrow();
    for (let term = 0; term < 2; term += 1) await sealTelling(log, { aside, careful: true }).catch(() => undefined);
    expect(told).toMatchObject([{ code: 'AUDIT_CHAIN_SET_ASIDE', facts: { chain: 1001 } }]);
    expect(await labels()).toContain('of an old tenant');
  });
});

/** Past the triggers that keep a chain from anything but growing. */
async function change(sql: string, values?: unknown[]): Promise<void> {
  const client = await log.pool.connect();
  try {
    await client.query('begin');
    for (const name of ['keep', 'grows']) await client.query(`alter table audit.chain disable trigger ${name}`);
    await client.query(sql, values);
    for (const name of ['keep', 'grows']) await client.query(`alter table audit.chain enable always trigger ${name}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
