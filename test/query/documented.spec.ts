import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { AuditEvent } from '../../src/event/types.js';
import type { AuditEntry } from '../../src/query/index.js';
import { run } from '../cli/run.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { documented, filledIn, inSql, type Open } from '../../bench/documented.mjs';

const START = Date.UTC(2026, 2, 1);
const QUESTIONS = documented();
let log: FilledLog;
let audit: Audit;
let open: Open;

beforeAll(async () => {
  log = await emptyLog();
  audit = createAudit({ databaseUrl: log.url, flushIntervalMs: 1, probe: 'off', seal: { minWaitMs: 1 } });
  for (const tenant of ['acme', 'globex', undefined]) {
    for (let i = 0; i < 160; i += 1) {
      const context = newContext({
        actor: { id: `u-${16 + (i % 3)}`, email: i % 5 ? `bob${i % 5}@example.com` : 'ADA@Example.com' },
        ip: `203.0.113.${7 - (i % 3)}`,
        tenant,
        requestId: `req-${i >> 2}`,
      });
      // As many as there are pages for, over three days.
      const occurredAt = new Date(START + i * 1_500_000);
      const events: readonly AuditEvent[] = [
        { action: 'invoice.approve', resource: { type: 'Invoice', id: '4711' }, severity: 'critical' },
        { action: 'invoice.refund', outcome: 'denied', resource: { type: 'Invoice', id: String(i) } },
        {
          action: 'auth.login',
          outcome: 'failure',
          details:
            i % 21 === 2 ? {} : { claimed: i % 2 ? { email: 'Eve@Example.com', id: 'u-9' } : { id: `u-${i % 3}` } },
        },
        { action: 'Patient.read', resource: { type: 'Patient', id: String(5 + (i % 3)) } },
        { action: 'Patient.read', details: { ids: ['7', String(i)] } },
        { action: 'audit.exported', details: { rows: i } },
        { action: 'file.open', outcome: 'partial' },
      ];
      audit.record({ ...(events[i % 7] as AuditEvent), occurredAt }, { context });
    }
    for (const [i, day] of [0.2, 0.4, 1, 1.3, 2].entries()) {
      const image = (n: number): object => ({
        id: 4711,
        total: 10 * n,
        status: n > 2 ? 'paid' : 'draft',
        note: 'same',
      });
      await log.pool.query(
        `insert into audit.content (at, source, op, model, resource_id, group_id, tenant_key, flags, data) values ($1, $2, $3, 'Invoice', '4711', '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00', $4, 'no-context', $5)`,
        [new Date(START + day * 86_400_000), 'change', i === 0 ? 'insert' : 'update', tenant ?? null, JSON.stringify({ id: '4711', ...(i === 0 ? {} : { old: image(i - 1) }), new: image(i) })], // prettier-ignore
      );
    }
    await log.pool.query(`insert into audit.content (at, source, header, tenant_key, data) values ($1, 'read', '{"action":"Patient.read"}', $2, '{}')`, [new Date(START), tenant ?? null]); // prettier-ignore
    for (let i = 0; i < 60; i += 1)
      await log.pool.query(`insert into audit.content (at, source, header, tenant_key, data) values ($1, 'read', '{"action":"audit.exported"}', $2, '{"details":{"format":"csv"}}')`, [new Date(START + i * 1_500_000), tenant ?? null]); // prettier-ignore
    await audit.flush();
  }
  const { entries } = await audit.query.history({ type: 'Invoice', id: '4711' }, { tenant: 'acme' });
  const change = entries.find(({ source }) => source === 'change') as AuditEntry;
  open = { ENTRY: change.id, GROUP: change.group ?? '', TX: change.tx ?? '' };
});
afterAll(async () => {
  await audit.close();
  await log.close();
});

type Row = Readonly<Record<string, unknown>>;

/** An answer of any of the three, as what it says: ids, or the columns that are not an entry's. */
function said(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map((row: Row) => ofRow(row));
  const row = answer as Row;
  for (const list of ['entries', 'groups', 'cells', 'changes'])
    if (list in row && !('id' in row)) return said(list === 'changes' ? (row[list] as Row[]).toSorted((a, b) => (String(a['field']) < String(b['field']) ? -1 : 1)) : row[list]); // prettier-ignore
  if ('before' in row) return said([...(row['before'] as Row[]), row['entry'] as Row, ...(row['after'] as Row[])]);
  return [ofRow(row)];
}

function ofRow(row: Row): unknown {
  if (typeof row['id'] === 'string') return row['id'];
  if ('hour' in row) return [row['hour'], row['action'], Number(row['count'])];
  if ('key' in row) return [row['key'], Number(row['count'])];
  if ('count' in row) return Number(row['count']);
  if ('field' in row) return row['field'];
  if ('values' in row) return row['values'];
  if ('refused' in row) return row['refused'];
  throw new Error(`what is ${JSON.stringify(row).slice(0, 200)}?`);
}

async function byApi(api: string): Promise<unknown> {
  // oxlint-disable-next-line typescript/no-implied-eval -- the page's own words
  const ask = new Function('audit', ...Object.keys(open), `return (async () => ${api})()`) as (...known: unknown[]) => Promise<unknown>; // prettier-ignore
  return said(await ask(audit, ...Object.values(open)));
}

async function byCommand(command: readonly string[]): Promise<unknown> {
  const { code, out, err } = await run([...filledIn(command, open), '--json'], { url: log.url });
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  const lines = out.trim().split('\n').map((line) => JSON.parse(line) as Row); // prettier-ignore
  return said(lines.length === 1 ? lines[0] : lines);
}

describe('a question of docs/queries.md has the same answer in code, on the command line and in SQL', () => {
  it('there are all of them', () => {
    const methods = new Set(QUESTIONS.map(({ api }) => /^await audit\.query\.(\w+)\(/.exec(api)?.[1]));
    expect([...methods].map(String).toSorted()).toEqual(['around', 'asOf', 'count', 'difference', 'entry', 'exports', 'failures', 'find', 'group', 'history', 'pattern', 'revert', 'whoSaw']); // prettier-ignore
  });

  it.each(QUESTIONS.map((question) => [question.title, question] as const))(
    '%s',
    async (_title, { api, command, sql }) => {
      const answer = await byApi(api);
      expect((answer as unknown[]).length).toBeGreaterThan(0);
      expect(await byCommand(command)).toEqual(answer);
      if (sql === undefined) return;
      const { rows } = await log.pool.query<Row>(inSql(sql, open));
      expect(said(rows)).toEqual(answer);
    },
    30_000,
  );
});
