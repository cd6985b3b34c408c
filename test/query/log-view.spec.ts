import { beforeAll, expect, it } from '@jest/globals';
import { parseExactJson } from '../../src/event/exact-json.js';
import { uuidV7Floor } from '../../src/event/uuid.js';
import { newContext } from '../../src/context/index.js';
import { createAudit } from '../../src/compose/index.js';
import { AuditReader, type AuditEntry } from '../../src/query/index.js';
import { postgresEntryStore } from '../../src/store/postgres/index.js';
import { sealAll } from '../support/log.js';
import { onEachVersion } from '../support/versions.js';

const JSONB = ['old', 'new', 'error', 'details'];

/** What a row of the view says, in the words of an entry. */
function said(row: Record<string, unknown>): Record<string, unknown> {
  const json = Object.fromEntries(JSONB.map((name) => [name, row[name] === null ? undefined : parseExactJson(row[name] as string)])); // prettier-ignore
  return { ...row, ...json, duration_ms: row['duration_ms'] === null ? undefined : Number(row['duration_ms']), seq: Number(row['seq']) }; // prettier-ignore
}

/** The same of an entry, in the columns of the view. */
function wanted(entry: AuditEntry): Record<string, unknown> {
  const actor = (name: string): unknown => entry.actor?.[name] ?? null;
  return {
    id: entry.id,
    seq: entry.seq,
    origin: entry.origin,
    tenant: entry.tenant,
    occurred_at: entry.occurredAt,
    sealed_at: entry.sealedAt.toISOString().replace('Z', '000Z'),
    source: entry.source,
    action: entry.action,
    outcome: entry.outcome,
    severity: entry.severity ?? null,
    duration_ms: entry.durationMs,
    flags: [...entry.flags],
    group_id: entry.group ?? null,
    tx: entry.tx ?? null,
    resource_type: entry.resource?.type ?? null,
    resource_id: entry.resource?.id ?? null,
    actor_id: actor('id'),
    actor_type: actor('type'),
    actor_email: (actor('email') as string | null)?.toLowerCase() ?? null,
    actor_role: actor('role'),
    on_behalf_of: actor('onBehalfOf'),
    ip: actor('ip'),
    user_agent: actor('userAgent'),
    session: actor('session'),
    request_id: actor('requestId'),
    old: entry.old,
    new: entry.new,
    changed: entry.old === undefined && entry.new === undefined ? null : entry.changes.map(({ field }) => field).toSorted(), // prettier-ignore
    reason: entry.reason ?? null,
    error: entry.error,
    details: entry.details,
    hash: entry.hash,
  };
}

const ROWS = `
select l.*, l.old::text as old, l.new::text as new, l.error::text as error, l.details::text as details, l.chain > 0 as chain,
       to_char(l.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at, to_char(l.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sealed_at
  from audit.log l where tenant = $1 order by id`;

/** Data sections as the capture writes them. */
const CHANGES: readonly [string, string][] = [
  ['insert', '{"id":"1","new":{"id":1,"total":10.00,"note":null,"at":"2026-01-01T00:00:00"}}'],
  ['update', '{"id":"1","new":{"id":1,"total":10.50,"big":9007199254740993,"same":"x"},"old":{"id":1,"total":10.00,"big":9007199254740992,"same":"x"}}'], // prettier-ignore
  ['update', '{"id":"1","new":{"a":"[redacted]","b":"x","c":{"k":[1,2]}},"old":{"a":"[redacted]","b":"y","c":{"k":[1,3]}},"redacted":["a"],"redactedChanged":["a"]}'], // prettier-ignore
  ['update', '{"id":"1","new":{"a":null,"doc":{"apiKey":"[redacted]"}},"old":{"a":null,"doc":{"apiKey":"[redacted]"}},"redacted":["a","doc.apiKey"],"redactedChanged":["doc.apiKey"]}'], // prettier-ignore
  ['update', '{"id":"1","new":{"card":null,"j":null},"old":{"card":null,"j":null},"masked":{"old":{"card":"…42"},"new":{"card":"…43"}},"redactedChanged":["card"],"jsonNull":{"new":["j"]}}'], // prettier-ignore
  ['update', `{"id":"1","new":{"blob":null,"hid":null},"old":{"blob":null,"hid":null},"cut":{"old":{"blob":{"bytes":2000000,"sha256":"${'a'.repeat(64)}"}},"new":{"blob":{"bytes":2000000,"sha256":"${'b'.repeat(64)}"}}},"ignored":["hid"]}`], // prettier-ignore
  ['delete', '{"id":"1","old":{"id":1,"ignored":null,"Ümläut":"\u{1f9fe}\u202e"},"ignored":["ignored"]}'],
  ['delete', String.raw`{"id":"1","old":{"doc":"a\ud83e\uddfe\\u0000 \"q\" \n"}}`],
];

onEachVersion('the view log', (log) => {
  beforeAll(async () => {
    const { url, pool, store } = log();
    const audit = createAudit({ databaseUrl: url, flushIntervalMs: 1 });
    const errors = [undefined, { name: 'Error', code: 'E_FAILED', message: 'no', frames: 'at x' }];
    for (const tenant of [undefined, 'acme']) {
      const actor = { id: 'ann', type: 'user', email: 'Ann@Example.test', role: 'clerk', onBehalfOf: 'bob' };
      const context = newContext({ actor, tenant, ip: '2001:db8::1', userAgent: 'Agent "x"', session: 's-1', requestId: 'r-1' }); // prettier-ignore
      errors.forEach((error, i) => audit.record({ action: 'invoice.approve', outcome: error ? 'failure' : 'success', severity: 'notice', durationMs: 12, reason: 'as asked', resource: { type: 'Invoice', id: ['a', i] }, details: { i, deep: [{ x: null }] }, old: { a: 1, b: 2 }, new: { a: 1, b: 3, c: true }, ...(error && { error }) }, { context })); // prettier-ignore
      audit.record({ action: 'session.login', actor: { id: 'nobody' }, ...(tenant !== undefined && { tenant }) });
    }
    await audit.flush();
    await audit.close();
    for (const [op, data] of CHANGES)
      await pool.query(`insert into audit.content (source, op, model, resource_id, actor, data, flags) values ('change', $1, 'Invoice', '1', convert_to('{"id":"ann","type":"user"}', 'UTF8'), $2, 'deferred')`, [op, data]); // prettier-ignore
    await pool.query(`insert into audit.content (source, op, model) values ('change', 'truncate', 'Invoice')`);
    await sealAll(store);
  });

  it.each(['', 'acme'])('says of each entry of tenant "%s" what a reader says of it', async (tenant) => {
    const { pool } = log();
    const { entries } = await new AuditReader(postgresEntryStore(pool, 'audit')).find({
      tenant,
      order: 'oldest',
      limit: 500,
    });
    const { rows } = await pool.query<Record<string, unknown>>(ROWS, [tenant]);
    expect(rows.length).toBe(tenant === '' ? CHANGES.length + 5 : 4);
    expect(entries.flatMap(({ unreadable = [] }) => unreadable)).toEqual([]);
    expect(rows.map(said)).toEqual(entries.map((entry) => ({ ...wanted(entry), chain: true })));
  });

  it('finds by its columns, and a range of time is a range of ids', async () => {
    const { pool } = log();
    const count = async (where: string): Promise<unknown> => (await pool.query(`select count(*)::int as n from audit.log where ${where}`)).rows[0]; // prettier-ignore
    expect(await count(`tenant = 'acme' and actor_email = 'ann@example.test' and ip = '2001:db8::1'`)).toEqual({
      n: 2,
    });
    expect(await count(`tenant = '' and new ->> 'total' = '10.50'`)).toEqual({ n: 1 });
    expect(await count(`'b' = any (changed) and error ->> 'code' = 'E_FAILED'`)).toEqual({ n: 2 });
    expect(await count(`tenant = 'acme' and id >= audit.id_at(now() - interval '1 hour') and id < audit.id_at(now() + interval '1 hour')`)).toEqual({ n: 4 }); // prettier-ignore
    expect(await count(`id < audit.id_at(now() - interval '1 hour')`)).toEqual({ n: 0 });
  });

  const idAt = async (at: string): Promise<unknown> => (await log().pool.query<{ id: string }>(`select audit.id_at(${at}) as id`)).rows[0]?.id; // prettier-ignore
  it.each([0, 1, 999, 1_772_323_200_123, 2 ** 47])('id_at of %s ms is the least id of that millisecond', async (ms) => {
    expect(await idAt(`timestamptz 'epoch' + ${ms} * interval '1 millisecond' + interval '999 microseconds'`)).toBe(uuidV7Floor(ms)); // prettier-ignore
  });

  it('id_at is total', async () => {
    expect(await idAt(`'infinity'`)).toBe('ffffffff-ffff-7000-8000-000000000000');
    expect(await idAt(`'294276-12-31'`)).toBe('ffffffff-ffff-7000-8000-000000000000');
    for (const early of [`'-infinity'`, `'4713-01-01 BC'`, `'1969-12-31 23:59:59+00'`]) expect(await idAt(early)).toBe(uuidV7Floor(0)); // prettier-ignore
    expect(await idAt('null')).toBeNull();
  });
});
