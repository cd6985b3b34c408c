import { cloudEvents, ecs, ndjson, ocsf, type Followed, type Format } from '../../src/formats/index.js';
import { entryHash, leafOf } from '../../src/chain/leaf.js';
import type { AuditEntry } from '../../src/query/index.js';

/** Each format as it is configured most, and least. */
export const FORMATS: readonly (readonly [name: string, format: Format])[] = [
  ['ndjson', ndjson()],
  ['OCSF 1.8', ocsf()],
  ['OCSF 1.8, with classes', ocsf({ users: ['User.*', 'user.*'], roles: ['Role.*'] })],
  ['OCSF 1.9', ocsf({ version: '1.9.0', authority: 'example.com/shop/registry' })],
  ['OCSF 1.9, with classes', ocsf({ version: '1.9.0', product: { name: 'shop', vendor: 'Example', version: '2.1' }, users: ['User.*', 'user.*'], roles: ['Role.*'] })], // prettier-ignore
  ['ECS', ecs()],
  ['ECS, with users', ecs({ version: '9.2.1', service: 'shop', users: ['User.*', 'Role.*'] })],
  ['CloudEvents', cloudEvents()],
  ['CloudEvents, with a prefix', cloudEvents({ typePrefix: 'com.example.audit', dataSchema: 'https://example.com/entry.json' })], // prettier-ignore
];

/** A change of a row, as the log has it. */
export const ENTRY: AuditEntry = {
  id: '019a5f00-0000-7000-8000-000000000042',
  origin: 'example.com/shop/3',
  seq: 17,
  hash: '',
  occurredAt: '2026-03-02T10:20:30.123456Z',
  sealedAt: new Date('2026-03-02T10:20:30.300Z'),
  tenant: 'acme',
  source: 'change',
  action: 'Invoice.update',
  outcome: 'success',
  resource: { type: 'Invoice', id: '42' },
  actor: {
    id: 'u-1',
    type: 'user',
    email: 'ada@example.com',
    role: 'accountant',
    tenant: 'acme',
    ip: '203.0.113.7',
    userAgent: 'Firefox/140',
    session: 's-9',
    requestId: 'req-5',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
  },
  group: '7b0d8a51-6f8e-4d7e-9c41-0d9f4f4f2f10',
  tx: '1.900',
  flags: [],
  reason: 'agreed on the phone',
  old: { id: '42', total: '100.00', iban: '[redacted]' },
  new: { id: '42', total: '90.00', iban: '[redacted]' },
  changes: [
    { field: 'total', old: '100.00', new: '90.00' },
    { field: 'iban', redacted: true },
  ],
};

/** A request, refused. */
export const REFUSED: AuditEntry = {
  ...ENTRY,
  source: 'request',
  action: 'invoice.refund',
  outcome: 'denied',
  severity: 'warning',
  durationMs: 12,
  details: { http: { method: 'POST', route: '/invoices/:id/refund', status: 403, bytes: 40 }, amount: 90 },
  error: { name: 'ForbiddenException', message: 'Forbidden resource' },
  changes: [],
};

export const LOGIN: AuditEntry = {
  ...REFUSED,
  action: 'auth.login',
  outcome: 'failure',
  resource: { type: 'Session' },
  actor: { type: 'anonymous', ip: '203.0.113.7' },
  details: { claimed: { email: 'ada@example.com' }, http: { method: 'POST', route: '/login', status: 401 } },
};

/** With the leaf that its hash is of. */
export function sealed(entry: AuditEntry): Followed {
  const body = `{"action":"${entry.action}","id":"${entry.id}"}`; // shorter than any
  const prev = 'ab'.repeat(32);
  const header = { origin: entry.origin, seq: entry.seq, sealedAt: entry.sealedAt.toISOString(), prev };
  const previousId = '019a5f00-0000-7000-8000-000000000041';
  return {
    entry: { ...entry, hash: entryHash(header, body) },
    sealed: { leaf: leafOf(header, body), prev, previousId },
  };
}
