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
  await log.pool.query('analyze audit.entry, audit.content, audit.chain');
  const { rows } = await log.pool.query(
    `select group_id from audit.entry where group_id is not null and tenant_key = '' limit 1`,
  );
  group = rows[0].group_id;
});
afterAll(() => log.close());

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Every node of the plan of the statement that answers a query. */
async function planOf(query: AuditQuery): Promise<Plan[]> {
  const nodes: Plan[] = [];
  const explaining = {
    async query({ text, values }: { text: string; values: unknown[] }) {
      const { rows } = await log.pool.query(`explain (analyze, timing off, format json) ${text}`, values);
      const visit = (plan: Plan): void => {
        nodes.push(plan);
        plan.Plans?.forEach((inner) => visit(inner));
      };
      visit(rows[0]['QUERY PLAN'][0].Plan);
      return { rows: [] };
    },
  };
  await new AuditReader(postgresEntryStore(explaining as unknown as Pool, 'audit')).find(query);
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
