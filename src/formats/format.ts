import { AuditError } from '../event/errors.js';
import type { JsonObject } from '../event/types.js';
import type { AuditEntry } from '../query/read-entry.js';

/** What a format is made of: a follower's entry, or one that a question gave (`{ entry }`). */
export interface Followed {
  readonly entry: AuditEntry;
  /** What `entry.hash` is made of; without it no format says what the chain says. */
  readonly sealed?: {
    /** The text of the leaf: the hash is SHA-256 of a zero byte and it (RFC 6962). */
    readonly leaf: string;
    /** Hash of the entry before, 64 zeros for the first; and its id, where there is one. */
    readonly prev: string;
    readonly previousId?: string;
  };
}

/** Which `old` and `new` values leave the log. Both conditions must hold; one that throws lets nothing out. */
export interface SentValues {
  /** Of entries with these actions (`Invoice.update`, `Invoice.*`), or of which it says `true`. @defaultValue all */
  readonly match?: readonly string[] | ((entry: AuditEntry) => boolean);
  /**
   * These fields, each by the name that it has in `old` and `new`: without a model (`total`) of all models, with one (`Invoice.total`)
   * of that alone. Or those of which it says `true`. @defaultValue all
   */
  readonly fields?: readonly string[] | ((model: string, field: string) => boolean);
}

export interface FormatOptions {
  /** `old` and `new` values that go out. @defaultValue none: of a change, only the names of its fields */
  readonly values?: SentValues | undefined;
  /** Bytes of a record as `recordLine` writes it, 8,192 at least. What is cut is named in the record. @defaultValue 262,144 */
  readonly maxBytes?: number | undefined;
}

/**
 * Entries as the records of a schema. Pure.
 */
export interface Format {
  readonly name: string;
  /** Of the schema. */
  readonly version: string;
  /** Of one record as a body of its own. */
  readonly contentType: string;
  /** Of several in one body. */
  readonly batch: {
    readonly contentType: string;
    readonly join: (records: readonly JsonObject[]) => string;
  };
  /** Plain JSON. Total: an entry that nobody can understand becomes a valid record that says so. */
  format(followed: Followed, options?: FormatOptions): JsonObject;
}

/** In bytes. A record of any entry fits into the least. */
export const RECORD_BYTES = { least: 8_192, usual: 262_144 } as const;

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkFormatOptions({ values, maxBytes }: FormatOptions): void {
  const refuse = (text: string): never => {
    throw new AuditError('AUDIT_OPTIONS_INVALID', text);
  };
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes >= RECORD_BYTES.least))
    refuse(`maxBytes must be a number of bytes, ${RECORD_BYTES.least} at least`);
  if (values === undefined) return;
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    refuse('values must be { match, fields }; leave it out to send none');
  for (const name of Object.keys(values))
    if (name !== 'match' && name !== 'fields') refuse('values has match and fields, and nothing else');
  for (const name of ['match', 'fields'] as const) {
    const given: unknown = values[name];
    const isList = Array.isArray(given) && given.every((each) => typeof each === 'string' && each !== '');
    if (given !== undefined && typeof given !== 'function' && !isList)
      refuse(`values.${name} must be a list of names, or a function that answers true`);
  }
}

/** The bytes that a record may have; what is no number of bytes counts as not given. */
export function mostBytes({ maxBytes }: FormatOptions): number {
  return Number.isSafeInteger(maxBytes) ? Math.max(Number(maxBytes), RECORD_BYTES.least) : RECORD_BYTES.usual;
}
