import type { FieldChange } from '../event/changes.js';
import type { RecordChange } from '../event/record-change.js';
import type { ErrorFact, Flag, JsonObject, JsonValue, Outcome, Severity, Source } from '../event/types.js';
import type { StoredEntry } from '../store/entry.port.js';
import { object } from './marks.js';
import { readBody, type ReadBody } from './read-body.js';
import { readChanges, type ChangeReading, type ReadChanges } from './read-change.js';
import { readSection, sectionText } from './read-section.js';
import { Unread, type Unreadable } from './unreadable.js';

/**
 * A sealed entry as a reader sees it. Members of an erased or absent section are absent. Every entry is shown: where somebody made
 * it so that it cannot be understood, `unreadable` says which part of it.
 */
export interface AuditEntry {
  readonly id: string;
  /** Origin of its chain, and its place in it. */
  readonly origin: string;
  readonly seq: number;
  readonly hash: string;
  /** RFC 3339 UTC with six fraction digits; `''` where nothing says a time that can be. */
  readonly occurredAt: string;
  /** An invalid Date where what is stored is beyond the range of one. */
  readonly sealedAt: Date;
  readonly tenant: string;
  readonly source: Source | 'unreadable';
  readonly action: string;
  readonly outcome: Outcome | 'unreadable';
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
  /**
   * What could not be understood, and is absent or comes from elsewhere; absent where all was. It says nothing of whether the
   * entry is genuine: `verify` does.
   */
  readonly unreadable?: readonly Unreadable[];
}

/**
 * Total: an entry that was tampered with must still be shown.
 * @param readingOf what is known of a model
 */
export function readEntry(stored: StoredEntry, readingOf: (model: string) => ChangeReading = () => ({})): AuditEntry {
  const unread = new Unread();
  const sealedAt = new Date(stored.sealedAt);
  if (Number.isNaN(sealedAt.getTime())) unread.note('sealedAt', 'unknown', stored.sealedAt);
  if (!Number.isSafeInteger(stored.seq) || stored.seq < 0) unread.note('seq', 'unknown', stored.place);
  if (stored.origin === null) unread.note('origin', 'missing');
  if (stored.content === 'missing') unread.note('content', 'missing');
  const body = readBody(stored, unread);
  const actor = readActor(stored, unread);
  for (const section of stored.tooLarge) unread.note(section, 'too-large');
  const data = stored.data === null ? undefined : readSection(stored.data, 'data', unread);
  const read =
    data && readChanges(stored.data ?? '', data, body.resource === undefined ? {} : readingOf(body.resource));
  const is = sectionMembers(data, unread);
  const id = is('id', (value) => (typeof value === 'string' ? value : undefined));
  const sides = { old: is('old', object), new: is('new', object) };
  return dropUndefined({
    id: stored.id,
    origin: stored.origin ?? '',
    seq: stored.seq,
    hash: stored.hash,
    occurredAt: body.occurredAt,
    sealedAt,
    tenant: stored.tenant,
    source: body.source,
    action: body.action,
    outcome: body.outcome,
    resource: body.resource === undefined ? undefined : { type: body.resource, ...(id === undefined ? {} : { id }) },
    actor,
    group: body.group,
    tx: body.tx,
    durationMs: body.durationMs,
    severity: body.severity,
    flags: body.flags,
    details: is('details', object),
    reason: is('reason', (value) => (typeof value === 'string' ? value : undefined)),
    error: is('error', errorFact),
    ...sides,
    changes: read?.changes ?? [],
    change: read && changeOf(body, read.sides),
    unreadable: unread.all(),
  });
}

function readActor({ actor }: StoredEntry, unread: Unread): JsonObject | undefined {
  return actor === null ? undefined : readSection(sectionText(actor, 'actor', unread), 'actor', unread);
}

/** Members of the data section by their names; one that is there and is not what it must be is noted, and is not there. */
function sectionMembers(
  data: JsonObject | undefined,
  unread: Unread,
): <T>(name: string, read: (value: JsonValue) => T | undefined) => T | undefined {
  return (name, read) => {
    const value = data && Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined || value === null) return undefined;
    const found = read(value);
    if (found === undefined) unread.note(`data.${name}`, 'wrong-type', value);
    return found;
  };
}

function errorFact(value: JsonValue): ErrorFact | undefined {
  const { name, code, message, frames } = object(value) ?? {};
  if (typeof name !== 'string') return undefined;
  return {
    name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof frames === 'string' ? { frames } : {}),
  };
}

function changeOf({ source, action, resource }: ReadBody, sides: ReadChanges['sides']): RecordChange | undefined {
  const operation = action.split('.').at(-1);
  if (source !== 'change' && source !== 'change.client') return undefined;
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return undefined;
  return resource === undefined ? undefined : { model: resource, operation, ...sides };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function dropUndefined<T extends object>(value: T): Defined<T> {
  const defined: Partial<T> = {};
  for (const name in value) if (value[name] !== undefined) defined[name] = value[name];
  return defined as Defined<T>; // what is missing is what was undefined
}
