import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import type { AuditQuery, ReaderScope, ScopedReader } from '../../src/query/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

const START = Date.UTC(2026, 2, 1);
const HIDDEN = 12_000;
const SHOWN = 6;
let world: LevelsWorld;
let audit: Audit;

/** Headers alone: `deep` has what is shown around many hidden entries, `flat` what is shown alone, `crowd` more than is passed over. */
const ENTRIES = `
insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, action, outcome, source, actor_id, actor_email, address, resource_type, resource_id, request_id, group_id, body)
select $1, i, $1 * 1000000 + i, now(), to_timestamp($2::float8 / 1000), (lpad(to_hex($2::bigint + i), 12, '0') || '7' || lpad(to_hex($1), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid, sha256(($1 || '/' || i)::bytea), $3,
       case when shown then 'invoice.approve' else 'payroll.run' end, 'denied', 'record', case when shown then 'ann' else 'boss' end, case when shown then 'ann' else 'boss' end || '@example.test',
       case when shown then '203.0.113.1' else '203.0.113.2' end, 'Staff', case when shown then 'ann' else 'boss' end, case when shown then 'req-ann' else 'req-boss' end,
       case when shown then '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e01'::uuid else '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e02' end, '{"action":"a","severity":"critical","source":"record"}'
  from (select i, i < ${SHOWN / 2} or i >= $4::integer - ${SHOWN / 2} as shown from generate_series(0, $4::integer - 1) i) e`;

beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader } = world.roles;
  audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), readerUrl: world.urlOf(reader), seal: false }); // prettier-ignore
  for (const [i, [tenant, count]] of [
    ['deep', HIDDEN + SHOWN] as const,
    ['flat', SHOWN] as const,
    ['crowd', 101_000] as const,
  ].entries())
    // prettier-ignore
    await world.owner.query(ENTRIES, [90 + i, START, tenant, count]);
  await world.owner.query('analyze audit.entry');
}, 120_000);
afterAll(async () => {
  await audit?.close();
  await world?.close();
});

const scopeOf = (tenant: string): ReaderScope => ({
  tenants: [tenant],
  actions: (action) => !action.startsWith('payroll.'),
  actor: { id: 'intruder' },
});

/** What a reader is told, without the names of single entries. */
async function told(tenant: string, ask: (reader: ScopedReader) => Promise<unknown>): Promise<string> {
  const answer = await ask(audit.query.as(scopeOf(tenant)));
  return JSON.stringify(answer, (name, value: unknown) =>
    ['entries', 'before', 'after'].includes(name) ? (value as unknown[]).length : ['next', 'previous', 'first', 'last', 'at'].includes(name) ? name : value,
  ); // prettier-ignore
}

/** Conditions that hidden entries alone fulfil, and such that none does. */
const PAIRS: readonly (readonly [name: string, real: AuditQuery, none: AuditQuery])[] = [
  ['action', { action: 'payroll.run' }, { action: 'nothing.run' }],
  ['a family', { action: 'payroll.*' }, { action: 'nothing.*' }],
  ['actor', { actor: 'boss' }, { actor: 'nobody' }],
  ['action and actor', { action: 'payroll.run', actor: 'boss' }, { action: 'nothing.run', actor: 'nobody' }],
  ['a shown action and actor', { action: 'invoice.approve', actor: 'boss' }, { action: 'invoice.approve', actor: 'nobody' }],
  ['failures of an actor', { actor: 'boss', failures: true }, { actor: 'nobody', failures: true }],
  ['record', { resource: { type: 'Staff', id: 'boss' } }, { resource: { type: 'Staff', id: 'nobody' } }],
  ['request', { requestId: 'req-boss' }, { requestId: 'req-none' }],
  ['group', { group: '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e02' }, { group: '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e03' }],
  ['address', { address: '203.0.113.2' }, { address: '203.0.113.3' }],
  ['e-mail', { email: 'boss@example.test' }, { email: 'nobody@example.test' }],
]; // prettier-ignore

/** What both tenants are asked alike: the hidden ones are on the way. */
const ALIKE: readonly AuditQuery[] = [
  {},
  { severity: 'critical' },
  { severity: 'info' },
  { failures: true },
  { failures: true, severity: 'info' },
  { outcome: 'success' },
  { source: 'record', flag: 'gap' },
  { resource: { type: 'Staff' } },
  { resource: { type: 'Staff', id: 'ann' } },
  { actor: 'ann', severity: 'info' },
  { action: 'invoice.*', outcome: 'denied' },
  { order: 'oldest', limit: 5, flag: 'gap' },
];

const asks = (query: AuditQuery): [string, (reader: ScopedReader) => Promise<unknown>][] => {
  const { order: _order, limit: _limit, ...conditions } = query;
  return [
    ['find', (reader) => reader.find(query)],
    ['oldest', (reader) => reader.find({ ...query, order: 'oldest', limit: 4 })],
    ['count', (reader) => reader.count(conditions)],
    ['pattern', (reader) => reader.pattern(conditions)],
    ['facets', (reader) => reader.facets(conditions)],
    ['overview', (reader) => reader.overview(conditions)],
  ];
};

describe('entries of hidden actions', () => {
  it('are nowhere to be told from entries that there are not, whatever 12,000 of them are asked for by', async () => {
    const differ: string[] = [];
    for (const [name, real, none] of PAIRS)
      for (const [question, ask] of asks(real)) {
        const other = asks(none).find(([same]) => same === question)?.[1] ?? ask;
        const [seen, same] = [await told('deep', ask), await told('deep', other)];
        if (seen !== same) differ.push(`${question} by ${name}: ${seen} | ${same}`);
      }
    expect(differ).toEqual([]);
  }, 120_000);

  it('change no answer by being on the way', async () => {
    const differ: string[] = [];
    const more: [string, (reader: ScopedReader) => Promise<unknown>][] = [
      ['failures', (reader) => reader.failures({ by: 'actor', within: 1e10, atLeast: 1, to: new Date(START + 1e9) })],
      ['history', (reader) => reader.history({ type: 'Staff', id: 'ann' }, { limit: 5 })],
      ['around', async (reader) => reader.around((await reader.find({ limit: 1 })).entries[0]?.id ?? '', 20)],
      ['asOf', (reader) => reader.asOf({ type: 'Staff', id: 'ann' }, new Date())],
    ];
    for (const [name, ask] of [...ALIKE.flatMap((query) => asks(query).map(([question, each]) => [`${question} ${JSON.stringify(query)}`, each] as const)), ...more]) {
      const [deep, flat] = [(await told('deep', ask)).replaceAll('deep', 'flat').replaceAll(/"(id|hash|seq|chain|sealedAt)":[^,}]*/g, ''), (await told('flat', ask)).replaceAll(/"(id|hash|seq|chain|sealedAt)":[^,}]*/g, '')];
      if (deep !== flat) differ.push(`${name}: ${deep.slice(0, 300)} | ${flat.slice(0, 300)}`);
    }
    expect(differ).toEqual([]);
  }, 120_000); // prettier-ignore

  it('cost what can be borne: behind 100,000 in a row an answer stops, and says so', async () => {
    const reader = audit.query.as(scopeOf('crowd'));
    const page = await reader.find({ actor: 'boss' });
    expect([page.entries.length, page.stoppedAt instanceof Date, page.next !== undefined]).toEqual([0, true, true]);
    expect(await reader.count({ actor: 'boss' })).toEqual({ count: 0, isExact: false });
    expect((await reader.pattern({ actor: 'boss' })).stoppedAt).toBeInstanceOf(Date);
    const rest = await reader.find({ actor: 'boss', cursor: page.next });
    expect([rest.entries.length, rest.next]).toEqual([0, undefined]);
    // Where the actions that are seen can be looked up by themselves, nothing is passed over.
    expect((await reader.find({ limit: 500 })).entries.length).toBe(SHOWN);
    expect(await reader.count({ action: 'payroll.run' })).toEqual({ count: 0, isExact: true });
  }, 120_000);
});
