import type { FieldChange } from '../event/changes.js';
import { parseExactJson } from '../event/exact-json.js';
import { parseJsonObject } from '../event/json-object.js';
import type { RecordChange } from '../event/record-change.js';
import type { ErrorFact, Flag, JsonObject, JsonValue, Outcome, Severity, Source } from '../event/types.js';
import type { StoredEntry } from '../store/entry.port.js';
import { object } from './marks.js';
import { readChanges, type ChangeReading, type ReadChanges } from './read-change.js';

/** A sealed entry as a reader sees it. Members of an erased or absent section are absent. */
export interface AuditEntry {
  readonly id: string;
  /** Origin of its chain, and its place in it. */
  readonly origin: string;
  readonly seq: number;
  readonly hash: string;
  /** RFC 3339 UTC with six fraction digits. */
  readonly occurredAt: string;
  readonly sealedAt: Date;
  readonly tenant: string;
  readonly source: Source;
  readonly action: string;
  readonly outcome: Outcome;
  readonly resource?: { readonly type: string; readonly id?: string };
  /** The `actor` section: id, type, email, role, ip, userAgent, requestId … */
  readonly actor?: Readonly<Record<string, JsonValue>>;
  readonly group?: string;
  readonly tx?: string;
  readonly durationMs?: number;
  readonly severity?: Severity;
  readonly flags: readonly Flag[];
  readonly details?: JsonObject;
  readonly reason?: string;
  readonly error?: ErrorFact;
  readonly old?: JsonObject;
  readonly new?: JsonObject;
  /**
   * Which fields differ between `old` and `new`. With a catalogue, by the client's names and with Prisma's values; without, by
   * columns and as JSON, in which numbers that JavaScript cannot hold exactly are strings of their digits.
   */
  readonly changes: readonly FieldChange[];
  /** The same as a whole record, of a row that was created, updated or deleted: see `changeOf` for its types. */
  readonly change?: RecordChange;
}

interface BodyText {
  occurredAt: string;
  source: Source;
  action: string;
  outcome: Outcome;
  resource?: string;
  group?: string;
  tx?: string;
  durationMs?: number;
  severity?: Severity;
  flags?: Flag[];
}

/**
 * Total: what cannot be parsed is left out, since an entry that was tampered with must still be shown.
 * @param readingOf what is known of a model
 */
export function readEntry(stored: StoredEntry, readingOf: (model: string) => ChangeReading = () => ({})): AuditEntry {
  const body = (parseObject(stored.body) ?? {}) as unknown as BodyText;
  const actor = stored.actor === null ? undefined : parseObject(Buffer.from(stored.actor).toString('utf8'));
  const data = stored.data === null ? undefined : parseObject(stored.data);
  const read =
    data && readChanges(stored.data ?? '', data, body.resource === undefined ? {} : readingOf(body.resource));
  const id = data?.['id'];
  return dropUndefined({
    id: stored.id,
    origin: stored.origin,
    seq: stored.seq,
    hash: stored.hash,
    occurredAt: body.occurredAt,
    sealedAt: new Date(stored.sealedAt),
    tenant: stored.tenant,
    source: body.source,
    action: body.action,
    outcome: body.outcome,
    resource:
      body.resource === undefined ? undefined : { type: body.resource, ...(typeof id === 'string' ? { id } : {}) },
    actor,
    group: body.group,
    tx: body.tx,
    durationMs: body.durationMs,
    severity: body.severity,
    flags: body.flags ?? [],
    details: object(data?.['details']),
    reason: typeof data?.['reason'] === 'string' ? data['reason'] : undefined,
    error: object(data?.['error']) as ErrorFact | undefined,
    old: object(data?.['old']),
    new: object(data?.['new']),
    changes: read?.changes ?? [],
    change: read && changeOf(body, read.sides),
  });
}

function changeOf({ source, action, resource }: BodyText, sides: ReadChanges['sides']): RecordChange | undefined {
  const operation = action?.split('.').at(-1);
  if (source !== 'change' && source !== 'change.client') return undefined;
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return undefined;
  return resource === undefined ? undefined : { model: resource, operation, ...sides };
}

function parseObject(text: string): JsonObject | undefined {
  return parseJsonObject(text, parseExactJson) as JsonObject | undefined;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function dropUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
