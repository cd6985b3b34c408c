import { FLAGS, OUTCOMES, SEVERITIES, SOURCES, type Flag } from '../event/types.js';
import { parseJsonObject } from '../event/json-object.js';
import { LIMITS, READ_LIMITS } from '../event/limits.js';
import { accessKeys } from './access.js';
import type { Body } from './body.js';
import type { CapturedFields } from './captured.js';

/** A captured row, understood: the fields of its body and what is projected beside it. */
export interface Finished {
  readonly tenant: string;
  readonly actorId: string | undefined;
  readonly actorEmail: string | undefined;
  /** The actor section's `ip`. */
  readonly address: string | undefined;
  readonly requestId: string | undefined;
  /** Of an access alone. */
  readonly plate: string | undefined;
  readonly subject: string | undefined;
  readonly body: Omit<Body, 'v' | 'id' | 'occurredAt' | 'flags'> & { readonly flags: ReadonlySet<Flag> };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Turns any row into an entry's fields. Total: this stands between a committed write and its entry, so whatever it cannot
 * understand is sealed with the flag `malformed` and stops nothing.
 */
export function finish(row: CapturedFields, incarnation: string): Finished {
  const flags = new Set<Flag>();
  // Longer than any list of the log's: not looked into.
  const listed = row.flags !== null && row.flags.length > READ_LIMITS.flags ? '?' : row.flags;
  for (const flag of listed?.split(',') ?? []) flags.add(oneOf(FLAGS, flag) ?? 'malformed');
  if (row.tooLarge === true) flags.add('malformed');
  const malformed = (): undefined => {
    flags.add('malformed');
    return undefined;
  };
  const name = (value: unknown, limit: number): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value === '') return malformed();
    // NUL: a projection is a PostgreSQL `text`, which cannot hold it.
    if (value.length > limit || !value.isWellFormed() || value.includes('\0')) flags.add('malformed');
    return value.slice(0, limit).toWellFormed().replaceAll('\0', '\ufffd');
  };

  const actor = row.actor === null ? undefined : (parseActor(row.actor) ?? malformed());
  if (actor?.['truncated'] !== undefined) flags.add('truncated');
  if (actor?.['malformed'] !== undefined) flags.add('malformed');
  const header = row.header === null ? {} : (parseHeader(row.header) ?? malformed() ?? {});
  const type = name(row.model, LIMITS.typeLength);
  const said = row.source === 'control' ? row.op : header['action'];
  const action = actionOf(row, type, name(said, LIMITS.actionLength)) ?? malformed() ?? 'audit.malformed';

  return {
    tenant: string(actor?.['tenant']) ?? row.tenant ?? '',
    actorId: string(actor?.['id']),
    actorEmail: string(actor?.['email']),
    address: string(actor?.['ip']),
    requestId: string(actor?.['requestId']),
    ...accessKeys(row.source === 'change' ? '' : action, row.header, row.access),
    body: {
      source: oneOf(SOURCES, row.source) ?? malformed() ?? 'record',
      action,
      outcome:
        header['outcome'] === undefined ? 'success' : (oneOf(OUTCOMES, header['outcome']) ?? malformed() ?? 'failure'),
      resource: type,
      group: row.group ?? undefined,
      tx: `${incarnation}.${row.xid}`,
      durationMs: header['durationMs'] === undefined ? undefined : (duration(header['durationMs']) ?? malformed()),
      severity: header['severity'] === undefined ? undefined : (oneOf(SEVERITIES, header['severity']) ?? malformed()),
      flags,
      commit: { actor: row.commitActor, data: row.commitData },
    },
  };
}

function actionOf(row: CapturedFields, type: string | undefined, said: string | undefined): string | undefined {
  if (row.source === 'change') {
    const verb = row.op === 'insert' ? 'create' : row.op;
    return type !== undefined && (verb === 'create' || verb === 'update' || verb === 'delete' || verb === 'truncate')
      ? `${type}.${verb}`.slice(0, LIMITS.actionLength * 2)
      : undefined;
  }
  return said;
}

function parseHeader(header: string): Readonly<Record<string, unknown>> | undefined {
  return header.length > READ_LIMITS.header ? undefined : parseJsonObject(header);
}

function duration(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0) ? (value as number) : undefined;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function oneOf<T extends string>(set: readonly T[], value: unknown): T | undefined {
  return set.find((member) => member === value);
}

// The rows of one request share their actor section to the byte: parse it once.
const CACHE_SIZE = 512;
const CACHED_LENGTH = 4_096;
const parsed = new Map<string, Readonly<Record<string, unknown>> | undefined>();

function parseActor(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes.length > READ_LIMITS.actor) return undefined;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return undefined;
  }
  if (parsed.has(text)) return parsed.get(text);
  if (parsed.size >= CACHE_SIZE) parsed.clear();
  const section = parseJsonObject(text);
  if (text.length <= CACHED_LENGTH) parsed.set(text, section);
  return section;
}
