import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { ExportQuery, ExportSource } from '../../src/export/entries.js';
import { AuditReader, type AuditEntry, type ReaderScope } from '../../src/query/index.js';
import { postgresEntryStore } from '../../src/store/postgres/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

let world: LevelsWorld;
let audit: Audit;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader, auditor } = world.roles;
  audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), readerUrl: world.urlOf(reader), auditorUrl: world.urlOf(auditor), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
  for (const tenant of ['', 'acme', 'globex'])
    for (const action of ['invoice.approve', 'payroll.run'])
      audit.record({ action }, { context: newContext({ actor: { id: 'ann' }, ...(tenant === '' ? {} : { tenant }) }) });
  await audit.flush();
});
afterAll(async () => {
  await audit?.close();
  await world?.close();
});

/** What was left in the log since it was last asked for: of exports, and of reading. */
const already = new Set<string>();
async function left(): Promise<readonly AuditEntry[]> {
  await audit.flush();
  const reader = new AuditReader(postgresEntryStore(world.owner, 'audit'), { allTenants: true });
  const found: AuditEntry[] = [];
  for (const action of ['audit.exported', 'audit.read'])
    for (const entry of (await reader.find({ allTenants: true, action, limit: 500 })).entries)
      if (!already.has(entry.id)) found.push(entry);
  for (const { id } of found) already.add(id);
  return found;
}
const chains = async (): Promise<number> =>
  (await world.owner.query<{ n: number }>('select count(*)::int as n from audit.chain')).rows[0]?.n ?? 0;

async function taken(query: ExportQuery, reader?: ExportSource, by?: { id: string }): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audit.export(query, { reader, by })) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean); // prettier-ignore
  return lines.map((line) => {
    const { tenant, action } = JSON.parse(line) as AuditEntry;
    return `${tenant}: ${action}`;
  });
}
const ACTOR = { id: 'u-7', email: 'eve@example.test' };
const scoped = (scope: Partial<ReaderScope>): ExportSource => audit.query.as({ tenants: ['acme'], actor: ACTOR, ...scope }); // prettier-ignore

describe('an export', () => {
  it.each<[string, ExportQuery, Partial<ReaderScope> | undefined, string, readonly string[], object]>([
    ['through a scope of one tenant', { action: 'invoice.*' }, {}, 'acme', ['acme: invoice.approve'], { filter: { action: 'invoice.*' }, reader: ACTOR }],
    ['through a scope of several, with one named', { tenant: 'globex', action: 'invoice.*' }, { tenants: ['acme', 'globex'] }, 'globex', ['globex: invoice.approve'], { reader: ACTOR }],
    ['through a scope of all', { tenant: 'globex', action: 'payroll.*' }, { tenants: 'all' }, 'globex', ['globex: payroll.run'], { reader: ACTOR }],
    ['through a scope of all, with none named', { action: 'invoice.*' }, { tenants: 'all' }, '', [': invoice.approve'], { reader: ACTOR }],
    ['through a scope that sees none of its entries', { action: 'payroll.*' }, { actions: () => false }, 'acme', [], { reader: ACTOR }],
    ['of a tenant that there is not, in the scope', { tenant: 'nobody' }, { tenants: ['nobody'] }, '', [], { reader: ACTOR, noSuchTenant: 'nobody' }],
    ['of a tenant that there is not, of all', { tenant: 'nobody' }, { tenants: 'all' }, '', [], { reader: ACTOR, noSuchTenant: 'nobody' }],
    ['of a tenant that there is not, without a scope', { tenant: 'no\0body' }, undefined, '', [], { noSuchTenant: 'no\0body' }],
    ['without a scope', { tenant: 'acme', action: 'invoice.*' }, undefined, 'acme', ['acme: invoice.approve'], {}],
  ])('%s leaves one entry, in the chain whose they are', async (_name, query, scope, tenant, found, details) => {
    const before = await chains();
    expect(await taken(query, scope && scoped(scope))).toEqual(found);
    const entries = await left();
    expect(entries.map((entry) => [entry.action, entry.tenant])).toEqual([['audit.exported', tenant]]);
    expect(entries[0]?.details).toMatchObject(details);
    expect('noSuchTenant' in (entries[0]?.details ?? {})).toBe('noSuchTenant' in details);
    expect(await chains()).toBe(before);
  }); // prettier-ignore

  it.each<[string, Partial<ReaderScope>, ExportQuery]>([
    ['a tenant', {}, { tenant: 'globex' }],
    ['the default chain', {}, { tenant: '' }],
    ['a tenant that there is not', {}, { tenant: 'nobody' }],
  ])('of %s out of the scope is empty, and leaves nothing anywhere', async (_name, scope, query) => {
    const before = await chains();
    expect(await taken(query, scoped(scope))).toEqual([]);
    expect([await left(), await chains()]).toEqual([[], before]);
  });

  it.each<[string, Partial<ReaderScope> | undefined, ExportQuery]>([
    ['all tenants', { tenants: 'all' }, { allTenants: true }],
    ['all tenants without a scope', undefined, { allTenants: true }],
    ['no tenant, where several are meant', { tenants: ['acme', 'globex'] }, {}],
    ['a condition that there is not', {}, { acton: 'x' } as ExportQuery],
  ])('of %s is refused, and leaves nothing anywhere', async (_name, scope, query) => {
    await expect(taken(query, scope && scoped(scope))).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' });
    expect(await left()).toEqual([]);
  });

  it('is for whom the caller says, where he says it', async () => {
    await taken({}, scoped({}), { id: 'u-8' });
    expect((await left())[0]?.details?.['reader']).toEqual({ id: 'u-8' });
  });
});
