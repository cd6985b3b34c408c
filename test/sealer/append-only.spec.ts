import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { INLINED } from '../support/inlined.js';
import { capture, lead, openLog, type Log } from '../support/open-log.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
  await capture(log.pool, 'one');
  await lead(log.store);
});
afterAll(() => log.close());

const CHANGES = ['content', 'entry'].flatMap((table) => [
  `update audit.${table} set pos = pos`,
  `delete from audit.${table}`,
  `truncate audit.${table}`,
]);

describe('the log', () => {
  it.each(CHANGES)('refuses its superuser: %s', async (sql) => {
    await expect(log.pool.query(sql)).rejects.toMatchObject({ code: 'AUD01' });
  });

  it.each(CHANGES)('refuses in replica mode, where other triggers do not fire: %s', async (sql) => {
    await expect(log.pool.query(`set session_replication_role = replica; ${sql}`)).rejects.toMatchObject({
      code: 'AUD01',
    });
    await log.pool.query('reset session_replication_role').catch(() => undefined);
  });

  it.each(['delete from audit.chain', 'truncate audit.chain', 'delete from audit.sealer', 'truncate audit.sealer'])(
    'keeps its heads: %s',
    async (sql) => {
      await expect(log.pool.query(sql)).rejects.toMatchObject({ code: 'AUD01' });
    },
  );

  it.each(['size = size - 1', `origin = 'other'`, `tenant_key = 'other'`, 'chain = 99'])(
    'lets a chain only grow: %s',
    async (set) => {
      await expect(log.pool.query(`update audit.chain set ${set}`)).rejects.toMatchObject({ code: 'AUD01' });
    },
  );

  it('gives nobody the privilege to change it, its owner included', async () => {
    const { rows } = await log.pool.query<{ table: string; privilege: string }>(
      `select c.relname as table, a.privilege_type as privilege from pg_class c, aclexplode(c.relacl) a
        where c.oid in ('audit.content'::regclass, 'audit.entry'::regclass)`,
    );
    const given = new Set(rows.map((row) => `${row.table} ${row.privilege}`));
    for (const table of ['content', 'entry']) {
      expect(given).toContain(`${table} INSERT`);
      for (const privilege of ['UPDATE', 'DELETE', 'TRUNCATE']) expect(given).not.toContain(`${table} ${privilege}`);
    }
  });

  it('lets PUBLIC execute none of its functions, and pins the search path of each', async () => {
    const { rows } = await log.pool.query<{ name: string; open: boolean; path: boolean; trigger: boolean }>(
      `select p.proname as name, has_function_privilege('public', p.oid, 'execute') as open, p.prorettype = 'trigger'::regtype as trigger,
              exists (select from unnest(p.proconfig) c where c like 'search_path=%') as path
         from pg_proc p where p.pronamespace = 'audit'::regnamespace`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(6);
    for (const row of rows) {
      // Some become part of the statements of others, which a path of its own would forbid: their names are qualified.
      expect(row).toMatchObject({ path: !INLINED.includes(row.name) });
      // The guards themselves may be attached by anybody: they only refuse.
      if (row.name !== 'refuse_change' && row.name !== 'chain_grows') expect(row).toMatchObject({ open: false });
    }
  });
});
