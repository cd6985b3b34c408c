import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { AuditEntry, FailuresQuestion, ReaderScope } from '../../src/query/index.js';
import { AuditReader } from '../../src/query/index.js';
import { createPool, postgresEntryStore, type Pool } from '../../src/store/postgres/index.js';
import type { PoolClient } from '../../src/store/postgres/pool.js';
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

  it('is told once, for the pages of one list each time twice as much was shown, and again for another question or another reader', async () => {
    const reader = audit.query.as(SCOPE);
    let page = await reader.find({ limit: 1, action: 'invoice.approve' });
    while (page.next) page = await reader.find({ limit: 1, action: 'invoice.approve', cursor: page.next });
    await reader.find({ limit: 1, action: 'invoice.approve' });
    const pages = (await told()).map(({ details }) => details);
    expect(pages.map((details) => [details?.['count'], typeof details?.['cursor']])).toEqual([[1, 'undefined'], [2, 'string'], [4, 'string']]); // prettier-ignore
    await reader.count({ action: 'invoice.approve' });
    await reader.history({ type: 'Invoice', id: 'inv-1' });
    await reader.history({ type: 'Invoice', id: 'inv-2' });
    const { entries } = await reader.find({ action: 'invoice.approve', limit: 2 });
    await reader.entry(entries[0]?.id ?? '');
    await reader.entry(entries[1]?.id ?? '');
    await audit.query.as(SCOPE).find({ action: 'invoice.approve' });
    expect((await told()).map(({ details }) => details?.['kind'])).toEqual(['count', 'history', 'history', 'find', 'entry', 'entry', 'find']); // prettier-ignore
  });

  it('tells all that was asked: questions that differ in any of it are several', async () => {
    const reader = audit.query.as(SCOPE);
    const { entries } = await reader.find({ action: 'invoice.approve' });
    const id = entries[2]?.id ?? '';
    await told();
    const asked: (readonly [ask: () => Promise<unknown>, said: object])[] = [
      [() => reader.find({ limit: 1, action: 'invoice.approve' }), { limit: 1, action: 'invoice.approve' }],
      [() => reader.find({ limit: 500 }), { limit: 500 }],
      [() => reader.find({ limit: 500, order: 'oldest' }), { limit: 500, order: 'oldest' }],
      [() => reader.around(id, 1), { id, each: 1 }],
      [() => reader.around(id, 250), { id, each: 250 }],
      ...[{ by: 'actor', within: 60_000, atLeast: 100 }, { by: 'address', within: 60_000, atLeast: 100 }, { by: 'identity', within: 60_000, atLeast: 100 }, { by: 'address', within: 9e10, atLeast: 100 }, { by: 'address', within: 9e10, atLeast: 1 }].map((question) => [() => reader.failures(question as FailuresQuestion), { ...question, failures: true }] as const),
      [() => reader.pattern({}), {}],
      [() => reader.pattern({ zone: 'Europe/Berlin' }), { zone: 'Europe/Berlin' }],
    ]; // prettier-ignore
    for (const [ask] of asked) for (let i = 0; i < 2; i += 1) await ask();
    expect((await told()).map(({ details }) => details?.['filter'])).toEqual(asked.map(([, said]) => said));
  });

  it('covers what was shown: the first page of a list that grows shows more each time', async () => {
    const reader = audit.query.as(SCOPE);
    const shown = new Set<string>();
    const grow = async (action: string, ask: () => Promise<{ readonly entries: readonly { readonly id: string }[] }>): Promise<void> => {
      for (let round = 0; round < 8; round += 1) {
        for (let i = 0; i < 20; i += 1) audit.record({ action }, { context: newContext({ tenant: 'acme' }) });
        await audit.flush();
        for (const { id } of (await ask()).entries) shown.add(id);
      }
    }; // prettier-ignore
    for (const [name, ask] of [
      ['page', () => reader.find({ action: 'grown.page', limit: 20 })],
      [
        'sealed',
        async () => ({
          entries: await reader.sealed(
            (await audit.query.find({ tenant: 'acme', action: 'grown.sealed', limit: 20 })).entries.map(({ id }) => id),
          ),
        }),
      ],
      [
        'tail',
        async () => {
          for await (const entries of reader.tail({ action: 'grown.tail' }, { after: -1, everyMs: 1 }))
            return { entries: entries.slice(0, 20) };
          return { entries: [] };
        },
      ],
    ] as const) {
      // prettier-ignore
      shown.clear();
      await grow(`grown.${name}`, ask);
      const counts = (await told()).map(({ details }) => Number(details?.['count']));
      // As many more may follow untold as were told of.
      expect([name, shown.size, 2 * Math.max(...counts) > shown.size]).toEqual([name, name === 'tail' ? 20 : 160, true]); // prettier-ignore
      expect(counts.length).toBeLessThan(10);
      const same = await ask();
      if (name === 'page') for (let i = 0; i < 5; i += 1) await ask();
      expect([name, same.entries.length, name === 'page' ? (await told()).length : 0]).toEqual([name, 20, 0]);
    }
    await told();
  }, 60_000);

  it('of all tenants leaves it where nothing was found, too, and makes no chain by asking', async () => {
    const all = audit.query.as({ ...SCOPE, tenants: 'all' });
    const none = { type: 'Invoice', id: 'none' };
    const ID = '01a230ce-6fe7-72c4-8000-000c04120af4';
    const asks = (tenant: string): (() => Promise<unknown>)[] => [
      () => all.find({ tenant, action: 'nothing.x' }),
      () => all.count({ tenant, action: 'nothing.x' }),
      () => all.facets({ tenant, action: 'nothing.x' }),
      () => all.pattern({ tenant, action: 'nothing.x' }),
      () => all.failures({ tenant, by: 'identity', within: 1000, atLeast: 9_999 }),
      () => all.entry(ID, { tenant }),
      () => all.around(ID, 3, { tenant }),
      () => all.revert(ID, { tenant }),
      () => all.asOf(none, new Date(), { tenant }),
      () => all.difference(none, new Date(0), new Date(), { tenant }),
      () => all.history(none, { tenant }),
      () => all.whoSaw(none, { tenant }),
      () => all.exports({ tenant, actor: 'nobody' }),
      () => all.sealed([ID], { tenant }),
      () => all.leaving('proof', { tenant }),
    ];
    for (const [tenant, chain] of [['globex', 'globex'], ['ghost', '']] as const) {
      for (const ask of asks(tenant)) await ask();
      const left = await told();
      expect(left.map((entry) => [entry.tenant, entry.details?.['count']])).toEqual(asks(tenant).map(() => [chain, 0]));
    }
    const { rows } = await world.owner.query(`select from audit.chain where tenant_key = 'ghost'`);
    expect(rows).toEqual([]);
  }); // prettier-ignore

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

  it('of all tenants leaves it with each tenant of each page, and of each number', async () => {
    const all = { allTenants: true, action: 'invoice.approve' };
    const by = async (): Promise<unknown> => (await told()).map(({ tenant, details }) => [details?.['kind'], tenant, details?.['count']]); // prettier-ignore
    const reader = audit.query.as({ ...SCOPE, tenants: 'all' });
    let page = await reader.find({ ...all, limit: 4, order: 'oldest' });
    while (page.next) page = await reader.find({ ...all, limit: 4, order: 'oldest', cursor: page.next });
    expect(await by()).toEqual([['find', 'acme', 4], ['find', 'globex', 3]]); // prettier-ignore
    await reader.count(all);
    await reader.pattern(all);
    await reader.leaving('proof', all);
    const both = (kind: string): unknown[] => ['acme', 'globex'].map((tenant) => [kind, tenant, 5]);
    const sorted = (list: readonly unknown[]): string[] => list.map((each) => JSON.stringify(each)).toSorted();
    expect(sorted((await by()) as unknown[])).toEqual(sorted([...both('count'), ...both('pattern'), ...both('proof')])); // prettier-ignore
    audit.record({ action: 'auth.login', outcome: 'failure' }, { context: newContext({ tenant: 'globex' }) });
    await audit.flush();
    await reader.failures({ allTenants: true, by: 'actor', within: 1e9, atLeast: 1 });
    expect(await by()).toEqual([['failures', 'globex', 1]]);
  });

  it('is of the log where it tells of exports: what an application records under that name is none', async () => {
    audit.record({ action: 'audit.exported', details: { format: 'csv' } }, { context: newContext({ tenant: 'acme' }) });
    await audit.flush();
    for await (const _ of audit.export({ tenant: 'acme', action: 'invoice.approve' }, { by: { id: 'u-7' } }));
    await audit.flush();
    const { entries } = await audit.query.exports({ tenant: 'acme' });
    expect(entries.map(({ source, details }) => [source, details?.['reader']])).toEqual([['read', { id: 'u-7' }]]); // prettier-ignore
    await told();
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

/** A pool or a connection that answers one statement otherwise. */
function answering<T extends Pool | PoolClient>(of: T, words: string, answer: () => Promise<unknown>, more: object = {}): T {
  const query = (asked: string, values?: unknown[]): Promise<unknown> => (String(asked).includes(words) ? answer() : of.query(asked, values));
  const bound = (value: unknown): unknown => (typeof value === 'function' ? value.bind(of) : value);
  return new Proxy(of, { get: (target, name) => ({ query, ...more })[name as 'query'] ?? bound(Reflect.get(target, name)) }); // or another name
} // prettier-ignore

describe('where the database', () => {
  let pool: Pool;
  const readerOf = (options: string): AuditReader => {
    const url = new URL(world.urlOf(world.roles.reader));
    url.searchParams.set('options', options);
    pool = createPool(url.href, { max: 2, applicationName: 'faults' });
    return new AuditReader(postgresEntryStore(pool, 'audit', { tellTenant: true }));
  };

  it('is read-only by a setting of the role, reading leaves its entry all the same', async () => {
    await world.owner.query(`alter role "${world.roles.reader}" set default_transaction_read_only = on`);
    const reader = readerOf('').as(SCOPE);
    expect((await reader.find({ action: 'invoice.approve' })).entries).toHaveLength(5);
    await reader.leaving('export', { tenant: 'acme' });
    expect((await told()).map(({ details }) => details?.['kind'])).toEqual(['find', 'export']);
    await world.owner.query(`alter role "${world.roles.reader}" reset default_transaction_read_only`);
    await pool.end();
  });

  it('is a standby, questions are answered, somebody hears of it, and nothing may leave', async () => {
    const heard: unknown[] = [];
    let isStandby = true;
    readerOf('-c default_transaction_read_only=on');
    const standby = answering(pool, 'pg_is_in_recovery', () => Promise.resolve({ rows: [{ standby: isStandby }] }), {
      connect: async () => answering(await pool.connect(), 'read write', () => Promise.reject(Object.assign(new Error('no'), { code: '25006' }))),
    }); // prettier-ignore
    const reader = new AuditReader(postgresEntryStore(standby, 'audit', { tellTenant: true }), { onUntold: (error) => heard.push(error) }).as(SCOPE); // prettier-ignore
    expect((await reader.find({ action: 'invoice.approve' })).entries).toHaveLength(5);
    expect(heard).toEqual([expect.objectContaining({ code: 'AUDIT_NOT_WRITABLE', message: expect.stringContaining('ask the primary') })]); // prettier-ignore
    await expect(reader.leaving('export', { tenant: 'acme' })).rejects.toMatchObject({ code: 'AUDIT_NOT_WRITABLE' });
    expect(await told()).toEqual([]);
    // Elsewhere what cannot be told is not shown.
    isStandby = false;
    await expect(reader.find({ action: 'invoice.approve' })).rejects.toMatchObject({ code: 'AUDIT_NOT_WRITABLE' });
    expect([heard.length, (await told()).length]).toEqual([1, 0]);
    await pool.end();
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
