import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { AuditEntry, ReaderScope } from '../../src/query/index.js';
import { AuditReader } from '../../src/query/index.js';
import { createPool, postgresEntryStore, type Pool } from '../../src/store/postgres/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

let world: LevelsWorld;
let audit: Audit;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader, auditor } = world.roles;
  audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), readerUrl: world.urlOf(reader), auditorUrl: world.urlOf(auditor), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
  for (const tenant of ['acme', 'globex'])
    for (let i = 0; i < 5; i += 1)
      audit.record({ action: 'invoice.approve', resource: { type: 'Invoice', id: `inv-${i}` } }, { context: newContext({ actor: { id: 'ann' }, tenant }) }); // prettier-ignore
  await audit.flush();
});
afterAll(async () => {
  await audit?.close();
  await world?.close();
});

const SCOPE: ReaderScope = { tenants: ['acme'], actor: { id: 'u-7', email: 'eve@example.test' } };

/** What reading has left since it was last asked for, by tenant. */
const already = new Set<string>();
async function told(): Promise<readonly AuditEntry[]> {
  await audit.flush();
  const left: AuditEntry[] = [];
  const reader = new AuditReader(postgresEntryStore(world.owner, 'audit'), { allTenants: true });
  for (const entry of (await reader.find({ allTenants: true, action: 'audit.read', limit: 500, order: 'oldest' }))
    .entries)
    // prettier-ignore
    if (!already.has(entry.id)) left.push(entry);
  for (const { id } of left) already.add(id);
  return left;
}

describe('reading through a scope', () => {
  it('leaves who read what, and how much of it, in the chain that was read', async () => {
    await audit.query.as(SCOPE).find({ actor: 'ann', resource: { type: 'Invoice', id: 'inv-1' }, failures: false });
    const [entry, ...others] = await told();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      tenant: 'acme',
      source: 'read',
      action: 'audit.read',
      outcome: 'success',
      actor: { id: `db:${world.roles.reader}`, type: 'system' },
      details: {
        kind: 'find',
        reader: { id: 'u-7', email: 'eve@example.test' },
        filter: { actor: 'ann', failures: false, resource: { type: 'Invoice', id: 'inv-1' } },
        count: 1,
      },
    });
  });

  it('is told once for the pages of one list, and again for another question or another reader', async () => {
    const reader = audit.query.as(SCOPE);
    let page = await reader.find({ limit: 1, action: 'invoice.approve' });
    while (page.next) page = await reader.find({ limit: 1, action: 'invoice.approve', cursor: page.next });
    expect(await told()).toHaveLength(1);
    await reader.count({ action: 'invoice.approve' });
    await reader.history({ type: 'Invoice', id: 'inv-1' });
    await reader.history({ type: 'Invoice', id: 'inv-2' });
    const { entries } = await reader.find({ action: 'invoice.approve', limit: 2 });
    await reader.entry(entries[0]?.id ?? '');
    await reader.entry(entries[1]?.id ?? '');
    await audit.query.as(SCOPE).find({ action: 'invoice.approve' });
    expect((await told()).map(({ details }) => details?.['kind'])).toEqual(['count', 'history', 'history', 'entry', 'entry', 'find']); // prettier-ignore
  });

  it('of all tenants leaves it with each of those whose entries were shown', async () => {
    const reader = audit.query.as({ ...SCOPE, tenants: 'all' });
    await reader.find({ allTenants: true, action: 'invoice.approve', limit: 7, order: 'oldest' });
    const left = await told();
    expect(Object.fromEntries(left.map(({ tenant, details }) => [tenant, details?.['count']]))).toEqual({ acme: 5, globex: 2 }); // prettier-ignore
    expect(left[0]?.actor?.['id']).toBe(`db:${world.roles.auditor}`);
    // Nothing was shown: no chain is opened for a tenant that there is not.
    await reader.find({ tenant: 'no-such-tenant' });
    expect((await told()).map(({ tenant, details }) => [tenant, details?.['filter']])).toEqual([['', { tenant: 'no-such-tenant' }]]); // prettier-ignore
  });

  it('leaves nothing for what is outside of the scope, and nothing for what was refused', async () => {
    const reader = audit.query.as(SCOPE);
    await reader.find({ tenant: 'globex' });
    await reader.find({ limit: 0 }).catch(() => undefined);
    await audit.query.find({ tenant: 'acme' }); // no reader of anybody's
    expect(await told()).toEqual([]);
  });

  it('tells of hostile values what fits, as text', async () => {
    const values = ['x'.repeat(1_000_000), '\0', '\ud800', '"},"count":0', `'); drop table audit.entry; --`, '\u202e\u001b[31m']; // prettier-ignore
    for (const value of values) {
      const reader = audit.query.as({ ...SCOPE, actor: { id: value, email: value } });
      await reader.find({ actor: value, resource: { type: value, id: value }, requestId: value, tx: value });
    }
    const left = await told();
    expect(left).toHaveLength(values.length);
    for (const { unreadable, details } of left) {
      expect(unreadable).toBeUndefined();
      expect(details?.['count']).toBe(0);
      expect(JSON.stringify(details).length).toBeLessThan(5_000);
    }
  });
});

describe('where the database', () => {
  let pool: Pool;
  const readerOf = (options: string): AuditReader => {
    const url = new URL(world.urlOf(world.roles.reader));
    url.searchParams.set('options', options);
    pool = createPool(url.href, { max: 2, applicationName: 'faults' });
    return new AuditReader(postgresEntryStore(pool, 'audit', { tellTenant: true }));
  };

  it('cannot be written, questions are answered and nothing may leave', async () => {
    const reader = readerOf('-c default_transaction_read_only=on').as(SCOPE);
    expect((await reader.find({ action: 'invoice.approve' })).entries).toHaveLength(5);
    await expect(reader.leaving('export', { tenant: 'acme' })).rejects.toMatchObject({ code: 'AUDIT_NOT_WRITABLE', message: expect.stringContaining('ask the primary') }); // prettier-ignore
    await pool.end();
    expect(await told()).toEqual([]);
    await audit.query.as(SCOPE).leaving('export', { action: 'invoice.*' }, 5);
    expect((await told())[0]?.details).toMatchObject({ kind: 'export', filter: { action: 'invoice.*' }, count: 5 });
  });

  it('ends a question that takes too long, cuts the connection, or takes the right away, the error says so, and the next question is answered', async () => {
    const slow = readerOf('-c statement_timeout=300').as(SCOPE);
    const locker = await world.owner.connect();
    await locker.query('begin');
    await locker.query('lock table audit.entry in access exclusive mode');
    await expect(slow.find()).rejects.toMatchObject({ code: 'AUDIT_QUERY_TIMEOUT', message: expect.stringContaining('statement_timeout') }); // prettier-ignore
    const cut = expect(audit.query.as(SCOPE).find()).rejects.toMatchObject({ code: 'AUDIT_CONNECTION_LOST', message: expect.stringContaining('go on from their cursor') }); // prettier-ignore
    for (let tries = 0; tries < 100; tries += 1) {
      const { rows } = await world.owner.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`, [world.roles.reader]); // prettier-ignore
      if (rows.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await cut;
    await locker.query('rollback');
    locker.release();
    const reader = audit.query.as(SCOPE);
    const page = await reader.find({ limit: 2 });
    await world.owner.query(`revoke select on audit.entry from "${world.roles.reader}"`);
    await expect(reader.find({ limit: 2, cursor: page.next })).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING' }); // prettier-ignore
    await world.reconcile();
    expect((await reader.find({ limit: 2, cursor: page.next })).entries).toHaveLength(2);
    await world.owner.query(`revoke execute on function audit.record_read(text, text) from "${world.roles.reader}"`);
    // What cannot be told is not shown.
    await expect(audit.query.as(SCOPE).find()).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING' });
    await world.reconcile();
    await pool.end();
  });
});
