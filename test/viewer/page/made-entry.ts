import type { ShownEntry } from '../../../src/viewer/answers.js';

/** An entry as the server answers it: the change of an invoice by Ada, where nothing else is said. */
export function madeEntry(members: { [M in keyof ShownEntry]?: ShownEntry[M] | undefined } = {}): ShownEntry {
  return {
    id: '019ad7c0-0000-7000-8000-000000000001',
    origin: 'shop/1',
    seq: 1024,
    hash: 'ab'.repeat(32),
    occurredAt: '2026-12-01T10:00:00.123456Z',
    sealedAt: '2026-12-01T10:00:00.463Z',
    tenant: 'acme',
    source: 'change',
    action: 'Invoice.update',
    outcome: 'success',
    resource: { type: 'Invoice', id: '42' },
    actor: { id: 'u-1', type: 'user', email: 'ada@example.com', role: 'admin' },
    flags: [],
    changes: [],
    ...(members as Partial<ShownEntry>), // what is undefined is taken for absent
  };
}

/** The same with an update of these columns. */
export function updated(
  old: ShownEntry['old'],
  after: ShownEntry['new'],
  members: Partial<ShownEntry> = {},
): ShownEntry {
  const fields = new Set([...Object.keys(old ?? {}), ...Object.keys(after ?? {})]);
  const changes = [...fields]
    .filter((field) => JSON.stringify(old?.[field]) !== JSON.stringify(after?.[field]))
    .map((field) => ({ field, ...(old && { old: old[field] }), ...(after && { new: after[field] }) }));
  return madeEntry({ changes, ...(old && { old }), ...(after && { new: after }), ...members });
}
