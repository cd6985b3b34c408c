import type pg from 'pg';
import type { Audit } from '../../../src/compose/index.js';
import { newContext } from '../../../src/context/index.js';

export const ADA = { id: 'u-ada', type: 'user', email: 'ada@example.test', role: 'admin' };
const PEOPLE = [ADA, ...['grace', 'alan', 'edsger', 'barbara'].map((name) => ({ id: `u-${name}`, type: 'user', email: `${name}@example.test`, role: 'clerk' }))]; // prettier-ignore
const HOUR = 3_600_000;
/** Of the unit of work that the flows look at. */
export const GROUP = '0b6a1d2e-0000-4000-8000-000000000042';
const LETTER =
  'We confirm the receipt of your order and will deliver it in two parts during the coming week, as it was agreed.';

const invoice = (n: number): Record<string, unknown> => ({
  id: 'inv-42',
  status: ['DRAFT', 'DRAFT', 'CHECKED', 'CHECKED', 'APPROVED'][n],
  total: 100 + Math.min(n, 3) * 10.5,
  note: n < 2 ? LETTER : LETTER.replace('two parts', 'three parts'),
  meta: { lines: [{ sku: 'a-1', count: n }], tags: n > 2 ? ['large', 'checked'] : ['large'] },
  paidAt: null,
  owner: 'u-ada',
});

/** A row as a trigger of the database writes it. */
export async function change(pool: pg.Pool, row: { at: Date; op: string; model: string; id: string; tenant: string; actor: object; data: object | string; group?: string }): Promise<void> {
  await pool.query(
    `insert into audit.content (at, source, op, model, resource_id, group_id, tenant_key, actor, data) values ($1, 'change', $2, $3, $4, $5, $6, convert_to($7, 'UTF8'), $8)`,
    [row.at, row.op, row.model, row.id, row.group ?? null, row.tenant, JSON.stringify(row.actor), typeof row.data === 'string' ? row.data : JSON.stringify(row.data)],
  );
} // prettier-ignore

/** What looks like the log of a small office: three days of it, one record with five versions, doors, what failed. */
export async function fillOffice(audit: Audit, pool: pg.Pool): Promise<void> {
  const now = Date.now();
  for (let i = 0; i < 260; i += 1) {
    const actor = PEOPLE[(i * 7) % PEOPLE.length] ?? ADA;
    const isDenied = i % 17 === 0;
    const context = newContext({ actor: i % 29 === 0 ? { ...actor, onBehalfOf: 'u-grace' } : actor, ip: `203.0.113.${i % 9}`, tenant: 'acme', requestId: `req-${i >> 2}` }); // prettier-ignore
    const occurredAt = new Date(now - 70 * HOUR + i * 0.25 * HOUR);
    audit.record(
      {
        action: ['invoice.approve', 'invoice.send', 'auth.login', 'report.open'][i % 4] ?? '',
        outcome: isDenied ? 'denied' : i % 31 === 0 ? 'failure' : 'success',
        severity: isDenied ? 'warning' : 'info',
        resource: { type: i % 3 === 0 ? 'Report' : 'Invoice', id: `inv-${i % 12}` },
        details: { number: i, note: i === 77 ? 'the needle in it' : 'as usual' },
        occurredAt,
      },
      { context },
    );
    if (i % 12 === 0)
      audit.access(
        { event: i % 24 === 0 ? 'entry' : 'denied', point: `gate-${i % 5}`, direction: 'in', subject: `visitor-${i}`, vehicle: { plate: `B AX ${100 + i}`, country: 'D' }, method: 'plate', evidenceUrl: `https://cameras.example.com/gate/${i}.jpg`, occurredAt }, // prettier-ignore
        { context },
      );
  }
  await audit.flush();
  for (let n = 0; n < 5; n += 1)
    await change(pool, {
      at: new Date(now - (40 - n * 8) * HOUR),
      op: n === 0 ? 'insert' : 'update',
      model: 'Invoice',
      id: 'inv-42',
      tenant: 'acme',
      actor: PEOPLE[n] ?? ADA,
      data: { id: 'inv-42', ...(n > 0 ? { old: invoice(n - 1) } : {}), new: invoice(n), ...(n === 4 ? { redacted: ['iban'] } : {}) }, // prettier-ignore
      ...(n === 4 ? { group: GROUP } : {}),
    });
  await change(pool, { at: new Date(now - 8 * HOUR + 5), op: 'update', model: 'Customer', id: 'c-7', tenant: 'acme', actor: ADA, group: GROUP, data: { id: 'c-7', old: { open: 3 }, new: { open: 2 } } }); // prettier-ignore
  await audit.flush();
}

/** Plain entries of a tenant, as many as are wanted, in one statement. */
export async function fillMany(pool: pg.Pool, tenant: string, many: number): Promise<void> {
  await pool.query(
    `insert into audit.content (at, source, op, model, resource_id, tenant_key, actor, data)
     select now() - (n || ' seconds')::interval, 'change', 'update', 'Line', 'l-' || n, $1, convert_to('{"id":"u-' || n % 50 || '"}', 'UTF8'), '{"id":"l-' || n || '","old":{"n":' || n || '},"new":{"n":' || n + 1 || '}}'
       from generate_series(1, $2::int) n`,
    [tenant, many],
  );
}
