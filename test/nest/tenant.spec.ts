import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createAudit, withContext, type Audit } from '../../src/index.js';
import { AuditedClient, createQuickstart, lastPosition, type Quickstart } from '../support/quickstart.js';

// The table of docs/multi-tenant.md: which of those who can name a tenant does.
let world: Quickstart;
let client: InstanceType<typeof AuditedClient>;
let audit: Audit;
beforeAll(async () => {
  world = await createQuickstart();
  client = world.keep(new AuditedClient({ adapter: new PrismaPg({ connectionString: world.url }) }));
  audit = createAudit({ databaseUrl: world.url, seal: { minWaitMs: 1 } });
});
afterAll(async () => {
  await audit.close();
  await world.close();
});

let n = 0;
const tag = (tenantId: string): Promise<{ id: number }> =>
  client.tag.create({ data: { tenantId, name: `tag ${(n += 1)}` } });
const record = (tenant?: string): void => void audit.record({ action: 'a.b', ...(tenant ? { tenant } : {}) });
const of = (tenant: string | undefined, fn: () => unknown): Promise<unknown> =>
  withContext(tenant === undefined ? {} : { tenant }, fn as () => Promise<unknown>);

it.each<[string, () => unknown, Record<string, string[]>]>([
  ['an event’s own, over the context’s', () => of('acme', () => record('globex')), { globex: ['a.b'] }],
  ['the context’s, of an event', () => of('acme', () => record()), { acme: ['a.b'] }],
  ['nobody’s, of an event', () => record(), { '': ['a.b'] }],
  ['the context’s, over the row’s', () => of('acme', () => tag('globex')), { acme: ['Tag.create'] }],
  ['the row’s, in a context that names none', () => of(undefined, () => tag('globex')), { globex: ['Tag.create'] }],
  ['the row’s, without a context', () => tag('acme'), { acme: ['Tag.create'] }],
  [
    'the new row’s of an update, the old one’s of a deletion',
    async () => {
      const { id } = await tag('acme');
      await client.tag.update({ where: { id }, data: { tenantId: 'globex' } });
      await client.tag.delete({ where: { id } });
    },
    { acme: ['Tag.create'], globex: ['Tag.update', 'Tag.delete'] },
  ],
  [
    'nobody’s, of a table without the column',
    () => client.$executeRaw`insert into "Counter" (key, value) values ('x', 1)`,
    { '': ['Counter.create'] },
  ],
  ['nobody’s, of a truncation', () => client.$executeRaw`truncate "Counter"`, { '': ['Counter.truncate'] }],
])('the tenant of an entry is %s', async (_, act, expected) => {
  const last = await lastPosition(world.pool);
  await act();
  await audit.flush();
  const { rows } = await world.pool.query<{ tenant: string; action: string }>(
    `select tenant_key as tenant, action from audit.entry where pos > $1 and action <> 'chain.open' order by chain, seq`,
    [last],
  );
  const found: Record<string, string[]> = {};
  for (const { tenant, action } of rows) (found[tenant] ??= []).push(action);
  expect(found).toEqual(expected);
});
