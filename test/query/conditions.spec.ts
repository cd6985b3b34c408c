import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { Outcome, Severity } from '../../src/event/types.js';
import type { AuditEntry, AuditPage, AuditQuery } from '../../src/query/index.js';
import { captureMany, emptyLog, type FilledLog } from '../support/filled-log.js';

const START = Date.UTC(2026, 2, 1);
const COUNT = 120;
const ACTORS = ['ann', 'bob', 'cy'];
const ACTIONS = ['invoice.approve', 'invoice.refund', 'invoices', 'report.run', 'auth.login'];
const OUTCOMES: readonly Outcome[] = ['success', 'success', 'denied', 'failure', 'partial'];
const SEVERITIES: readonly (Severity | undefined)[] = [undefined, 'critical', 'info'];
const ACTIONS_KNOWN = {
  'invoice.approve': { marks: ['billing'] },
  'invoice.refund': { marks: ['billing', 'money'] },
  'report.run': { marks: ['slow'] },
};

let log: FilledLog;
let audit: Audit;
let all: readonly AuditEntry[];
beforeAll(async () => {
  log = await emptyLog();
  audit = createAudit({ databaseUrl: log.url, flushIntervalMs: 1, actions: ACTIONS_KNOWN, unknownActions: 'allow' });
  for (const tenant of ['acme', 'globex'])
    for (let i = 0; i < COUNT; i += 1) {
      const severity = SEVERITIES[(i * 7) % 3];
      audit.record(
        {
          action: ACTIONS[(i * 3) % 5] as string,
          outcome: OUTCOMES[(i * 11) % 5] as Outcome,
          ...(severity === undefined ? {} : { severity }),
          // Words that a search of the body's text could stumble over.
          resource: { type: i % 4 ? 'Invoice' : '","severity":"critical"', id: `inv-${i % 6}` },
          details: { i, text: '"severity":"critical"' },
          occurredAt: new Date(START + (i >> 1) * 1000),
        },
        {
          context: newContext({
            actor: { id: ACTORS[i % 3] as string, email: `${ACTORS[i % 4] ?? 'Dee'}@Example.test` },
            ip: `203.0.113.${i % 5}`,
            tenant,
            requestId: `req-${i >> 3}`,
          }),
        },
      );
    }
  await audit.flush();
  all = (await audit.query.find({ tenant: 'acme', order: 'oldest', limit: 500 })).entries;
  expect(all).toHaveLength(COUNT + 1);
});
afterAll(async () => {
  await audit.close();
  await log.close();
});

/** What each condition means, said in JavaScript over the entries. */
const MEANS: { [N in keyof AuditQuery]?: (entry: AuditEntry, value: never) => boolean } = {
  actor: ({ actor }, value: string) => actor?.['id'] === value,
  email: ({ actor }, value: string) =>
    (JSON.parse(JSON.stringify(actor?.['email'] ?? '')) as string).toLowerCase() === value.toLowerCase(),
  address: ({ actor }, value: string) => actor?.['ip'] === value,
  source: ({ source }, value: string | string[]) => [value].flat().includes(source),
  resource: ({ resource }, { type, id }: { type: string; id?: string }) => resource?.type === type && (id === undefined || resource.id === id), // prettier-ignore
  action: ({ action }, value: string) => value.endsWith('*') ? action.startsWith(value.slice(0, -1)) : action === value, // prettier-ignore
  mark: ({ action }, value: string) => Object.entries(ACTIONS_KNOWN).some(([name, { marks }]) => name === action && marks.includes(value)), // prettier-ignore
  outcome: ({ outcome }, value: Outcome | Outcome[]) => [value].flat().includes(outcome as Outcome),
  failures: ({ outcome }, value: boolean) => !value || outcome !== 'success',
  severity: ({ severity }, value: string) => severity === value,
  flag: ({ flags }, value: never) => flags.includes(value),
  tx: ({ tx }, value: string) => tx === value,
  requestId: ({ actor }, value: string) => actor?.['requestId'] === value,
  from: ({ occurredAt }, value: Date) => occurredAt.slice(0, 23) >= value.toISOString().slice(0, 23),
  to: ({ occurredAt }, value: Date) => occurredAt.slice(0, 23) < value.toISOString().slice(0, 23),
};

const VALUES: { [N in keyof AuditQuery]?: readonly (() => AuditQuery[N])[] } = {
  actor: [() => 'ann', () => 'eve'],
  email: [() => 'ANN@example.TEST'],
  address: [() => '203.0.113.3', () => 'nowhere'],
  source: [() => 'record', () => ['control', 'change']],
  resource: [() => ({ type: 'Invoice', id: 'inv-1' }), () => ({ type: 'Invoice' }), () => ({ type: '","severity":"critical"' })], // prettier-ignore
  action: [() => 'invoice.approve', () => 'invoice*', () => 'invoice.*', () => '*', () => 'no.such*'],
  mark: [() => 'billing', () => 'money'],
  outcome: [() => 'denied', () => ['failure', 'partial'], () => ['success', 'denied'], () => 'success'],
  failures: [() => true, () => false],
  severity: [() => 'critical', () => 'warning'],
  flag: [() => 'gap', () => 'no-context'],
  tx: [() => all[5]?.tx, () => '", "x'],
  requestId: [() => 'req-3'],
  from: [() => new Date(START + 20_000)],
  to: [() => new Date(START + 40_000)],
};

/** All conditions by one and by two, and by three as far as one in eleven. */
function combinations(): (() => AuditQuery)[] {
  const single = Object.entries(VALUES).flatMap(([name, values]) =>
    (values as readonly (() => unknown)[]).map((value) => [name, value] as const),
  );
  const found: (() => AuditQuery)[] = [];
  for (let a = 0; a < single.length; a += 1)
    for (let b = a; b < single.length; b += 1)
      for (let c = b; c < single.length; c += c === b ? 1 : 11)
        found.push(() => Object.fromEntries([single[a], single[b], single[c]].map((each) => [each?.[0], each?.[1]()]))); // prettier-ignore
  return found;
}

const numbers = (entries: readonly AuditEntry[]): number[] => entries.map(({ seq }) => seq);

describe('conditions', () => {
  it('mean the same together as each by itself, as pages of both orders and as a count', async () => {
    const queries = combinations();
    let matched = 0;
    for (const make of queries) {
      const query = make();
      const expected = all.filter((entry) =>
        Object.entries(query).every(([name, value]) => MEANS[name as keyof AuditQuery]?.(entry, value as never)),
      );
      matched += expected.length;
      const order = expected.length % 2 ? 'oldest' : 'newest';
      const { entries, next, stoppedAt } = await audit.query.find({ tenant: 'acme', order, limit: 500, ...query });
      const wanted = order === 'oldest' ? numbers(expected) : numbers(expected).toReversed();
      expect([query, numbers(entries)]).toEqual([query, wanted]);
      expect([next, stoppedAt]).toEqual([undefined, undefined]);
      expect([query, await audit.query.count({ tenant: 'acme', ...query })]).toEqual([query, { count: expected.length, isExact: true }]); // prettier-ignore
    }
    expect(queries.length).toBeGreaterThan(700);
    expect(matched).toBeGreaterThan(1_000);
  }, 120_000);

  it.each<[string, AuditQuery]>([
    ['by time', {}],
    ['of a record', { resource: { type: 'Invoice', id: 'inv-1' } }],
    ['of several actions', { action: 'invoice.*' }],
    ['of a walk', { severity: 'critical', actor: 'bob' }],
  ])('have pages %s that lead forth and back to the same entries', async (_name, query) => {
    for (const order of ['oldest', 'newest'] as const)
      for (const limit of [1, 3, 7]) {
        const ask = (more: AuditQuery): Promise<AuditPage> => audit.query.find({ tenant: 'acme', order, limit, ...query, ...more }); // prettier-ignore
        const forth: AuditPage[] = [await ask({})];
        for (let last = forth[0]; last?.next !== undefined; last = forth.at(-1)) forth.push(await ask({ cursor: last.next })); // prettier-ignore
        expect(forth.length).toBeGreaterThan(2);
        expect(forth[0]?.previous).toBeUndefined();
        for (let i = forth.length - 1; i > 0; i -= 1) {
          const back = await ask({ cursor: forth[i]?.previous, back: true });
          expect(numbers(back.entries)).toEqual(numbers(forth[i - 1]?.entries ?? []));
          expect(back.previous === undefined).toBe(i === 1);
          expect(numbers((await ask({ cursor: back.next })).entries)).toEqual(numbers(forth[i]?.entries ?? []));
        }
      }
  });

  it.each<[string, object | null, string]>([
    ['a condition that there is not', { actr: 'ann' }, 'there is no condition "actr"; there are tenant, allTenants, actor, email'], // prettier-ignore
    ['one of every object', { constructor: 'x' }, 'there is no condition "constructor"'],
    ['a number for an actor', { actor: 5 }, 'actor must be text'],
    ['null for an actor', { actor: null }, 'actor must be text'],
    ['an outcome that there is not', { outcome: 'fine' }, 'outcome must be one of success, failure, denied, partial'],
    ['no outcome at all', { outcome: [] }, 'outcome must be one of'],
    ['a severity that there is not', { severity: ['info'] }, 'severity must be one of info, notice'],
    ['a flag that there is not', { flag: '"' }, 'flag must be one of deferred'],
    ['a source that there is not', { source: ['change', 'x'] }, 'source must be one of request, record'],
    ['a mark that there is not', { mark: 'blling' }, 'no action has this mark; there are billing, money, slow'],
    ['text for a flag', { failures: 'yes' }, 'failures must be true or false'],
    ['text for a resource', { resource: 'Invoice' }, "resource must be { type, id? }: { type: 'Invoice', id: 7 }"],
    ['a resource with more', { resource: { type: 'a', ids: 1 } }, 'resource must be { type, id? }'],
    ['an id that is an object', { resource: { type: 'a', id: {} } }, 'resource must be { type, id? }'],
    ['a page of a billion', { limit: 1e9 }, 'limit must be a whole number from 1 to 500'],
    ['a way back from nowhere', { back: true }, 'back needs a cursor'],
    ['all tenants', { allTenants: true }, "allTenants is for a reader whose scope is 'all'"],
    ['a list', [], "a query is an object: { actor: 'u-1' }"],
    ['nothing', null, 'a query is an object'],
  ])('are refused for %s', async (_name, query, message) => {
    const refusal = { code: 'AUDIT_QUERY_INVALID', message: expect.stringContaining(message) };
    await expect(audit.query.find(query as AuditQuery)).rejects.toMatchObject(refusal);
    if (!('limit' in (query ?? {})) && !('back' in (query ?? {})))
      await expect(audit.query.count(query as AuditQuery)).rejects.toMatchObject(refusal);
  });

  it('belong to a cursor: with any other it is refused', async () => {
    const { next } = await audit.query.find({ tenant: 'acme', limit: 2, actor: 'ann', order: 'oldest' });
    expect((await audit.query.find({ tenant: 'acme', limit: 9, actor: 'ann', order: 'oldest', cursor: next })).entries).toHaveLength(9); // prettier-ignore
    const place = next?.split('.')[1];
    for (const other of [
      { actor: undefined },
      { order: 'newest' },
      { actor: 'bob' },
      { tenant: 'globex' },
      { failures: true },
      { cursor: place },
      { cursor: `000000000000.${place}` },
      { cursor: `${next}\n` },
      { cursor: 'x'.repeat(1_000_000) },
    ] as const)
      await expect(
        audit.query.find({ tenant: 'acme', order: 'oldest', actor: 'ann', cursor: next, ...other }),
      ).rejects.toMatchObject({ code: 'AUDIT_CURSOR_INVALID' });
  });
});

describe('of more entries than are walked', () => {
  it('a page says where it stopped, and the next goes on from there, forth and back', async () => {
    await captureMany(log.pool, 25_000);
    await audit.flush({ timeoutMs: 60_000 });
    await log.pool.query('analyze audit.entry');
    // One of the oldest alone.
    const { rows } = await log.pool.query(`select body::json ->> 'tx' as tx, id from audit.entry where tenant_key = '' and action <> 'chain.open' order by id limit 1`); // prettier-ignore
    const first = await audit.query.find({ resource: { type: 'Nothing' } });
    expect(first).toMatchObject({ entries: [], stoppedAt: expect.any(Date) });
    const found: string[] = [];
    const stops: number[] = [];
    let stop: AuditPage | undefined;
    do {
      stop = await audit.query.find({ tx: rows[0].tx, limit: 500, to: new Date('2100-01-01'), ...(stop?.next === undefined ? {} : { cursor: stop.next }) }); // prettier-ignore
      found.push(...stop.entries.map(({ id }) => id));
      if (stop.stoppedAt) stops.push(stop.stoppedAt.getTime());
    } while (stop.next !== undefined);
    expect(stops.length).toBe(0); // all of one transaction, so each page is full
    expect(new Set(found).size).toBe(25_000);

    const conditions: AuditQuery = {
      actor: 'actor-0',
      resource: { type: 'Thing0' },
      severity: 'critical',
      order: 'oldest',
    };
    expect(await audit.query.find(conditions)).toEqual({ entries: [] }); // 125 of them
    const none: AuditQuery = { severity: 'critical' };
    const one = await audit.query.find(none);
    const two = await audit.query.find({ ...none, cursor: one.next });
    const three = await audit.query.find({ ...none, cursor: two.next });
    expect([one, two, three].map(({ entries, stoppedAt }) => [entries.length, stoppedAt !== undefined])).toEqual([[0, true], [0, true], [0, false]]); // prettier-ignore
    expect(one.stoppedAt?.getTime()).toBeGreaterThan(two.stoppedAt?.getTime() ?? 0);
    const back = await audit.query.find({ ...none, cursor: three.previous, back: true });
    expect(back).toMatchObject({ entries: [], stoppedAt: expect.any(Date), next: expect.any(String) });

    // Around the places where it stops: nothing is passed over, and nothing shown twice.
    await log.pool.query('alter table audit.entry disable trigger all');
    const mark = async (severity: string, places: readonly number[]): Promise<void> => {
      for (const place of places)
        await log.pool.query(`update audit.entry set body = replace(body, ',"source"', $1) where id = (select id from audit.entry where tenant_key = '' order by id desc offset $2 limit 1)`, [`,"severity":"${severity}","source"`, place - 1]); // prettier-ignore
    };
    await mark('notice', [9_999, 10_000]);
    await mark('warning', [10_001, 20_000, 20_001]);
    const shown = async (query: AuditQuery): Promise<readonly [AuditPage, number]> => {
      const answer = await audit.query.find(query);
      return [answer, answer.entries.length];
    };
    const [first_, n1] = await shown({ severity: 'notice' });
    const [empty, n2] = await shown({ severity: 'notice', cursor: first_.next });
    const [, n3] = await shown({ severity: 'notice', cursor: empty.previous, back: true });
    expect([n1, n2, n3]).toEqual([2, 0, 2]);
    const pages: AuditPage[] = [await audit.query.find({ severity: 'warning' })];
    for (let last = pages[0]; last?.next !== undefined; last = pages.at(-1)) pages.push(await audit.query.find({ severity: 'warning', cursor: last.next })); // prettier-ignore
    expect(pages.map(({ entries }) => entries.length)).toEqual([0, 2, 1]);
    expect((await audit.query.find({ severity: 'warning', cursor: pages[2]?.previous, back: true })).entries).toHaveLength(2); // prettier-ignore

    expect(await audit.query.count()).toEqual({ count: 10_000, isExact: false });
    expect(await audit.query.count(none)).toEqual({ count: 0, isExact: false });
    expect(await audit.query.count({ action: 'thing.do7' })).toEqual({ count: 500, isExact: true });
    expect(await audit.query.count({ action: 'thing.*', failures: true })).toEqual({ count: 625, isExact: true });
  }, 120_000);
});
