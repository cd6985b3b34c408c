import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cursors } from '../../src/query/cursor.js';
import { AuditReader, type AuditQuery } from '../../src/query/index.js';
import { postgresEntryStore, type Pool } from '../../src/store/postgres/index.js';
import { captureMany, emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

const COUNT = 20_000;
let log: FilledLog;
let group: string;
beforeAll(async () => {
  log = await emptyLog();
  await captureMany(log.pool, COUNT);
  await sealAll(log.pool);
  await log.pool.query(HUGE_GROUP);
  await log.pool.query('analyze audit.entry, audit.content, audit.chain');
  const { rows } = await log.pool.query(
    `select group_id from audit.entry where group_id is not null and tenant_key = '' limit 1`,
  );
  group = rows[0].group_id;
}, 120_000);
afterAll(() => log.close());

/** One unit of work and one request with 100,000 entries, by an actor, from an address, by an action, and before and after it as many of others: headers alone, which is all that a plan is made of. */
const HUGE = {
  group: '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00',
  requestId: 'req-huge',
  at: 1_700_000_100_000,
  middle: '018bcfe6-ee20-7000-8000-0000000186a0',
};
const HUGE_GROUP = `
insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, action, outcome, request_id, group_id, source, actor_id, actor_email, address, body)
select 99, i, 1000000 + i, now(), now(), (lpad(to_hex(1700000000000 + i), 12, '0') || '70008' || lpad(to_hex(i), 15, '0'))::uuid, sha256(i::text::bytea), 'huge', case when i / 50000 in (1, 2) then 'huge.do' else 'thing.do' || i % 50 end, case when i / 50000 in (1, 2) then 'failure' else 'success' end,
       case when i / 50000 in (1, 2) then '${HUGE.requestId}' else 'req-' || i / 3 end, case when i / 50000 in (1, 2) then '${HUGE.group}' else md5((i / 3)::text)::uuid end,
       case when i / 50000 in (1, 2) then 'read' else 'record' end, n.name, n.name, n.name, '{}'
  from generate_series(0, 199999) i, lateral (select case when i / 50000 in (1, 2) then 'huge' else 'actor-' || i % 200 end) n (name)`;

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

/** Every node of the plan of the statement that answers a query. */
async function planOf(query: AuditQuery): Promise<Plan[]> {
  const nodes: Plan[] = [];
  const explaining = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const { rows } = await log.pool.query(`explain (analyze, timing off, buffers, format json) ${text}`, values);
      const visit = (plan: Plan): void => {
        nodes.push(plan);
        plan.Plans?.forEach((inner) => visit(inner));
      };
      visit(rows[0]['QUERY PLAN'][0].Plan);
      return { rows: [] };
    },
  };
  await new AuditReader(postgresEntryStore(explaining as unknown as Pool, 'audit'), { allTenants: true }).find(query);
  return nodes;
}

const day = new Date(Date.now() - 3 * 3_600_000);
// Where nearly all entries are of one tenant, the index on id alone is as good.
const BROWSE = expect.stringMatching(/^entry_(browse|id_key)$/);
const PAGES: [string, AuditQuery, unknown][] = [
  ['everything', {}, BROWSE],
  ['an actor', { actor: 'actor-7' }, 'entry_actor'],
  ['the history of a record', { resource: { type: 'Thing2', id: '7' }, order: 'oldest' }, 'entry_resource'],
  ['an action', { action: 'thing.do7' }, 'entry_action'],
  ['failures', { failures: true }, 'entry_failed'],
  ['failures of an actor', { failures: true, actor: 'actor-0' }, 'entry_failed_actor'],
  ['failures of an action', { failures: true, action: 'thing.do0' }, 'entry_failed_action'],
  ['a range of time', { from: day, to: new Date(day.getTime() + 3_600_000) }, BROWSE],
];

describe('of 20,000 entries, a page of', () => {
  it.each(PAGES)('%s is read from an index, in its order', async (_name, query, index) => {
    for (const limit of [20, 50]) {
      for (const order of ['oldest', 'newest'] as const) {
        const nodes = await planOf({ order, limit, ...query });
        const scan = nodes.find((node) => node['Relation Name'] === 'entry');
        expect(scan).toMatchObject({ 'Node Type': 'Index Scan', 'Index Name': index });
        expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
        expect(nodes.map((node) => node['Node Type'])).not.toContain('Incremental Sort');
        expect(scan?.['Actual Rows']).toBeLessThanOrEqual(limit + 1);
        expect(scan?.['Rows Removed by Filter'] ?? 0).toBe(0);
      }
    }
  });

  it.each<[string, () => AuditQuery, string]>([
    ['a unit of work', () => ({ group }), 'entry_group'],
    ['a request', () => ({ requestId: 'req-7' }), 'entry_request'],
  ])('%s is read from an index: its few entries may be sorted', async (_name, query, index) => {
    const nodes = await planOf({ order: 'oldest', ...query() });
    const scan = nodes.find((node) => node['Index Name'] === index);
    expect(scan?.['Actual Rows']).toBeGreaterThanOrEqual(1);
    expect(scan?.['Actual Rows']).toBeLessThan(10);
  });

  // By id, or one of all tenants, it would be sorted whole, or looked for among all that was sealed behind it.
  it.each<[string, AuditQuery, string]>([
    ['a unit of work', { tenant: 'huge', group: HUGE.group }, 'entry_group'],
    ['a request', { tenant: 'huge', requestId: HUGE.requestId }, 'entry_request'],
    ['a unit of work of any tenant', { allTenants: true, group: HUGE.group }, 'entry_group'],
    ['what failed in a unit of work', { tenant: 'huge', group: HUGE.group, outcome: ['failure'] }, 'entry_group'],
    ['an actor', { tenant: 'huge', actor: 'huge' }, 'entry_actor'],
    ['what an actor failed in', { tenant: 'huge', actor: 'huge', failures: true }, 'entry_failed_actor'],
    ['an e-mail', { tenant: 'huge', email: 'huge' }, 'entry_email'],
    ['an address', { tenant: 'huge', address: 'huge' }, 'entry_address'],
    ['an action', { tenant: 'huge', action: 'huge.do' }, 'entry_action'],
    ['a source', { tenant: 'huge', source: 'read' }, 'entry_source'],
    ['failures', { tenant: 'huge', failures: true }, 'entry_failed'],
  ])('%s of 100,000 is read as far as the page goes, wherever it begins', async (_name, query, index) => {
    for (const order of ['oldest', 'newest'] as const) {
      const asked = { order, ...query };
      const cursor = new Cursors(asked, 'id').format({ place: '0', id: HUGE.middle });
      for (const more of [{}, { from: new Date(HUGE.at), to: new Date(HUGE.at + 60_000) }, { cursor }]) {
        const nodes = await planOf({ ...asked, ...more });
        const scan = nodes.find((node) => node['Relation Name'] === 'entry');
        expect(scan).toMatchObject({ 'Node Type': 'Index Scan', 'Index Name': index });
        expect(scan?.['Actual Rows']).toBe(51);
        expect((scan?.['Shared Hit Blocks'] ?? 0) + (scan?.['Shared Read Blocks'] ?? 0)).toBeLessThan(400);
        // A page may be put in its order again, once there is one.
        const sorted = nodes.filter((node) => /Sort/.test(node['Node Type'])).map((node) => node['Actual Rows']);
        expect(Math.max(0, ...sorted)).toBeLessThanOrEqual(51);
      }
    }
  });

  it('what is rare in a range of time is looked for among those of its index, to their end too', async () => {
    for (const spanMs of [10_000, 20_000, 40_000]) {
      const range = { from: new Date(1_700_000_000_000), to: new Date(1_700_000_000_000 + spanMs) };
      const cursor = (query: AuditQuery): object => ({ cursor: new Cursors(query, 'id').format({ place: '0', id: HUGE.middle }) }); // prettier-ignore
      for (const asked of [{ action: 'thing.do7' }, { actor: 'actor-7' }]) {
        const query: AuditQuery = { tenant: 'huge', severity: 'critical', ...asked, ...range };
        for (const more of [{}, cursor(query)]) {
          const nodes = await planOf({ ...query, ...more });
          const scans = nodes.filter((node) => node['Relation Name'] === 'entry' && node['Actual Rows'] > 0);
          expect(scans.map((node) => node['Index Name'])).not.toContain('entry_id_key');
          expect(Math.max(...scans.map((node) => node['Rows Removed by Filter'] ?? 0))).toBeLessThan(2);
        }
      }
    }
  });

  it('all pages of such a one have all of it once, also of a range of time', async () => {
    const reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
    const range = { from: new Date(HUGE.at), to: new Date(HUGE.at + 1_234) };
    for (const order of ['oldest', 'newest'] as const) {
      const query = { tenant: 'huge', group: HUGE.group, ...range, order, limit: 500 } as const;
      const ids: string[] = [];
      let page = await reader.find(query);
      for (;;) {
        ids.push(...page.entries.map(({ id }) => id));
        if (page.next === undefined) break;
        page = await reader.find({ ...query, cursor: page.next });
      }
      const { rows } = await log.pool.query<{ id: string }>(`select id from audit.entry where group_id = $1 and id >= audit.id_at($2) and id < audit.id_at($3) order by id ${order === 'oldest' ? '' : 'desc'}`, [HUGE.group, range.from, range.to]); // prettier-ignore
      expect(ids).toEqual(rows.map(({ id }) => id));
      expect(ids).toHaveLength(1_234);
      const before = await reader.find({ ...query, cursor: page.previous ?? '', back: true });
      expect(before.entries.map(({ id }) => id)).toEqual(ids.slice(500, 1_000));
    }
  });

  it('a prefix is read from an index', async () => {
    const nodes = await planOf({ action: 'thing.do7*' });
    expect(nodes.map((node) => node['Node Type']).join()).toMatch(/Index/);
    expect(nodes.filter((node) => node['Relation Name'] === 'entry').map((node) => node['Node Type'])).not.toContain('Seq Scan'); // prettier-ignore
  });

  it('deep ones cost as much as the first', async () => {
    const { rows } = await log.pool.query(
      `select id from audit.entry where tenant_key = '' order by id offset ${COUNT / 2} limit 1`,
    );
    const query = { order: 'oldest' } as const;
    const cursor = new Cursors(query, 'id').format({ place: '0', id: rows[0].id });
    const nodes = await planOf({ ...query, cursor });
    const scan = nodes.find((node) => node['Relation Name'] === 'entry');
    expect(scan).toMatchObject({ 'Node Type': 'Index Scan', 'Index Name': BROWSE, 'Actual Rows': 51 });
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
  });
});
