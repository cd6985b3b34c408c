import type { JsonObject } from '../event/types.js';
import { members, someMembers } from './as-json.js';
import { fitted } from './fit.js';
import type { Format } from './format.js';
import { LINES } from './record-line.js';
import type { Seen } from './seen.js';

/** Ours: a line is an `AuditEntry`, its id first, and what its hash is made of. */
export function ndjson(): Format {
  return {
    name: 'ndjson',
    version: '1',
    contentType: 'application/json',
    batch: LINES,
    format: (followed, options = {}) => fitted(followed, options, ownRecord),
  };
}

/** An entry with the members of ours that go out. */
export function ownRecord({ text, part, flags, occurredAt, sealedAt, seq, durationMs, cut }: Seen): JsonObject {
  return members({
    id: text.id ?? '',
    origin: text.origin,
    seq,
    hash: text.hash,
    occurredAt: occurredAt?.text,
    sealedAt: sealedAt?.text,
    tenant: text.tenant,
    source: text.source ?? 'unreadable',
    action: text.action ?? 'unreadable',
    outcome: text.outcome ?? 'unreadable',
    severity: text.severity,
    resource: someMembers({ type: text.type, id: text.resourceId }),
    actor: part.actor,
    group: text.group,
    tx: text.tx,
    durationMs,
    flags: [...flags],
    reason: text.reason,
    details: part.details,
    error: someMembers({
      name: text.errorName,
      code: text.errorCode,
      message: text.errorMessage,
      frames: text.frames,
    }),
    old: part.old,
    new: part.new,
    changes: part.changes ?? [],
    change: part.change,
    unreadable: part.unreadable,
    sealed: someMembers({ leaf: part.leaf, prev: text.prev, previousId: text.previousId }),
    cut: cut.length > 0 ? [...cut] : undefined,
  });
}
