import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import type { AuditConditions, AuditEntry } from '../../src/query/index.js';
import { filledLog, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
let audit: Audit;
beforeAll(async () => {
  log = await filledLog();
  audit = createAudit({ databaseUrl: log.url, auditorUrl: log.url, seal: false });
});
afterAll(async () => {
  await audit.close();
  await log.close();
});

const QUESTIONS: readonly AuditConditions[] = [
  {},
  { tenant: 'acme' },
  { tenant: 'acme', failures: true },
  { tenant: 'acme', action: 'invoice.*' },
  { tenant: 'acme', actor: 'ann', outcome: ['denied'] },
  { tenant: 'acme', resource: { type: 'Invoice', id: 'inv-1' } },
  { tenant: 'acme', flag: 'no-context' },
  { tenant: 'nobody' },
];

function counted(entries: readonly AuditEntry[], of: (entry: AuditEntry) => string | null): object {
  const counts = new Map<string | null, number>();
  for (const entry of entries) counts.set(of(entry), (counts.get(of(entry)) ?? 0) + 1);
  return counts;
}

describe.each(QUESTIONS)('of %j', (conditions) => {
  it('facets and hours are those of the entries that are found', async () => {
    const { entries } = await audit.query.find({ ...conditions, limit: 500 });
    const facets = await audit.query.facets(conditions);
    const values = (list: readonly { value: string | null; count: number }[]): object =>
      new Map(list.map(({ value, count }) => [value, count] as const));
    expect(values(facets.action)).toEqual(counted(entries, ({ action }) => action));
    expect(values(facets.outcome)).toEqual(counted(entries, ({ outcome }) => outcome));
    expect(values(facets.source)).toEqual(counted(entries, ({ source }) => source));
    expect(values(facets.actor)).toEqual(
      counted(entries, ({ actor }) => (actor?.['id'] as string | undefined) ?? null),
    );
    expect(values(facets.resourceType)).toEqual(counted(entries, ({ resource }) => resource?.type ?? null));
    expect([facets.walked, facets.isExact]).toEqual([entries.length, true]);

    const { hours, outcomes } = await audit.query.overview(conditions);
    const hourOf = ({ occurredAt }: AuditEntry): string => `${occurredAt.slice(0, 13)}:00:00.000Z`;
    expect(new Map(hours.map(({ at, count }) => [at.toISOString(), count]))).toEqual(counted(entries, hourOf));
    const failed = entries.filter(({ outcome }) => outcome !== 'success').length;
    expect(hours.reduce((sum, hour) => sum + hour.failed, 0)).toBe(failed);
    expect(values(outcomes)).toEqual(values(facets.outcome));
  });
});

describe('who an id is', () => {
  it('is said by the newest entry of it, and by none of another tenant', async () => {
    const labels = async (conditions: AuditConditions): Promise<ReadonlyMap<string | null, string | undefined>> => {
      const { actor } = await audit.query.as({ tenants: 'all', actor: { id: 'x' } }).facets(conditions);
      return new Map(actor.map(({ value, label }) => [value, label]));
    };
    expect((await labels({ tenant: 'acme' })).get('ann')).toBe('Ann@acme.test');
    expect((await labels({ tenant: 'acme' })).get(null)).toBeUndefined();
    const { actors } = await audit.query.overview({ tenant: 'acme' });
    expect(actors.find(({ value }) => value === 'ann')?.label).toBe('Ann@acme.test');
    for (const [value, label] of await labels({ allTenants: true })) {
      const { entries } = value === null || label === undefined ? { entries: [] } : await audit.query.as({ tenants: 'all', actor: { id: 'x' } }).find({ allTenants: true, actor: value, limit: 10 }); // prettier-ignore
      expect(new Set(entries.map(({ actor }) => actor?.['email'] ?? actor?.['name'])).size).toBeLessThan(2);
    }
  });

  it('is not said to whom no entry of it is shown', async () => {
    const reader = audit.query.as({ tenants: ['acme'], actor: { id: 'x' }, actions: () => false });
    expect((await reader.facets({ tenant: 'acme' })).actor).toEqual([]);
  });
});

describe('a reader of a person who had one before', () => {
  const scope = { tenants: ['acme'], actor: { id: 'ann' } };
  const told = async (): Promise<number> =>
    (await log.pool.query<{ n: number }>(`select count(*)::int as n from audit.content where header like '%audit.read%'`)).rows[0]?.n ?? 0; // prettier-ignore

  it('tells what he asks again once', async () => {
    const before = await told();
    const first = audit.query.as(scope);
    await first.facets({ tenant: 'acme' });
    await audit.query.as(scope, first).facets({ tenant: 'acme' });
    expect(await told()).toBe(before + 1);
    await audit.query.as(scope).facets({ tenant: 'acme' }); // by himself he is another
    await audit.query.as(scope, first).facets({ tenant: 'acme', failures: true });
    expect(await told()).toBe(before + 3);
  });

  it('is told nothing of asking what the last verification said', async () => {
    const before = await told();
    expect(await audit.query.as({ ...scope, tenants: 'all' }).verified()).toBeUndefined();
    expect(await told()).toBe(before);
  });

  it('sees by the scope of now', async () => {
    const first = audit.query.as(scope);
    await first.find();
    const { entries } = await audit.query
      .as({ ...scope, actions: (action) => action === 'invoice.refund' }, first)
      .find();
    expect(new Set(entries.map(({ action }) => action))).toEqual(new Set(['invoice.refund']));
  });
});

describe('a tail', () => {
  it.each([[{ allTenants: true }, {}, /of one tenant/], [{}, { after: -2 }, /number of an entry/], [{ actorr: 'x' }, {}, /no condition/]] as const)('of %j, %j is refused', async (conditions, options, message) => {
    const reader = audit.query.as({ tenants: 'all', actor: { id: 'x' } });
    await expect(reader.tail(conditions as AuditConditions, options).next()).rejects.toThrow(expect.objectContaining({ code: 'AUDIT_QUERY_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
  }); // prettier-ignore

  it('gives all that stands behind a place, in looks of a hundred, and ends when it is told to', async () => {
    const reader = audit.query.as({ tenants: ['acme'], actor: { id: 'x' } });
    const ending = new AbortController();
    const seen: number[] = [];
    for await (const entries of reader.tail(
      { tenant: 'acme', action: 'invoice.*' },
      { after: 0, signal: ending.signal, everyMs: 5 },
    )) {
      // prettier-ignore
      seen.push(...entries.map(({ seq }) => seq));
      if (entries.length === 0) ending.abort();
    }
    const { entries } = await audit.query.find({ tenant: 'acme', action: 'invoice.*', order: 'oldest', limit: 500 });
    expect(seen).toEqual(entries.map(({ seq }) => seq).filter((seq) => seq > 0));
    expect(seen.length).toBeGreaterThan(3);
  });
});
