import type { ErrorFact, Flag, JsonObject, JsonValue, Outcome, Severity, Source } from '../event/types.js';
import type { ContentRow } from '../recorder/port.js';

/** What would have been written, with the names of `AuditEntry`; what only sealing gives (seq, hash, id) is absent. */
export interface AuditedEntry {
  readonly action: string;
  readonly outcome: Outcome;
  readonly source: Source;
  /** `id`: text, as it is stored; that of a composite key is a JSON array. */
  readonly resource?: { readonly type: string; readonly id?: string };
  /** The `actor` section: id, type, email, role, ip, userAgent, requestId … */
  readonly actor: Readonly<Record<string, JsonValue>>;
  /** Name of the chain; `''` is the default one. */
  readonly tenant: string;
  /** UUID of the unit of work. */
  readonly group?: string;
  readonly durationMs?: number;
  readonly severity?: Severity;
  readonly flags: readonly Flag[];
  /** After redaction. */
  readonly details?: JsonObject;
  readonly old?: JsonObject;
  readonly new?: JsonObject;
  readonly reason?: string;
  readonly error?: ErrorFact;
  /** Names of what was redacted. */
  readonly redacted?: readonly string[];
  readonly eventId?: string;
  readonly occurredAt: Date;
}

/** Reads back what the door made of an event: exactly what the database would have been given. */
export function auditedEntry(row: ContentRow): AuditedEntry {
  const data = row.data === null ? {} : parsed(row.data);
  const resource = row.model === null ? undefined : { type: row.model, ...optional('id', row.resourceId) };
  return {
    // The door's own JSON, with these members alone.
    ...(parsed(row.header) as unknown as Pick<AuditedEntry, 'action' | 'outcome' | 'severity' | 'durationMs'>),
    ...data,
    source: row.source,
    ...optional('resource', resource),
    actor: parsed(row.actor),
    tenant: row.tenant ?? '',
    ...optional('group', row.group),
    ...optional('eventId', row.eventKey),
    flags: row.flags === null ? [] : (row.flags.split(',') as Flag[]),
    occurredAt: new Date(Number(row.at) / 1000),
  };
}

const parsed = (json: string): JsonObject => JSON.parse(json) as JsonObject;

function optional<V>(name: string, value: V | null | undefined): Record<string, V> {
  return value === null || value === undefined ? {} : { [name]: value };
}
