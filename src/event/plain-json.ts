import { AuditError } from './errors.js';
import { LIMITS } from './limits.js';
import { isRedactedShape } from './redacted-shape.js';
import { REDACTED, type SecretName } from './redaction.js';
import { withoutQuerySecrets } from './secret-query.js';
import type { JsonValue } from './types.js';

export interface PlainJson {
  readonly json: string;
  /** Paths whose value was replaced by `[redacted]`. */
  readonly redacted: readonly string[];
}

/**
 * The door for values an application records. What plain JSON cannot say is refused with its path instead of being
 * stored as something else (`JSON.stringify` makes `{}` of a Map and `null` of NaN). `Date`, `bigint` and classes with
 * `toJSON` (Prisma's Decimal) become strings the way JSON would write them.
 *
 * @param shapes what is nothing but marks under a secret name stays as it is; else what is secret is not even looked at
 * @throws AuditError `AUDIT_NOT_PLAIN_JSON` (function, symbol, Map, Set, typed array, NaN, lone surrogate, cycle, too
 *   deep) or `AUDIT_EVENT_TOO_LARGE` (more than `limit` bytes of UTF-8).
 */
export function plainJson(
  value: unknown,
  at: string,
  isSecret: SecretName,
  limit: number = LIMITS.detailsBytes,
  shapes = false,
): PlainJson {
  const redacted: string[] = [];
  const budget = { left: limit * 2 };
  const copy = walk(value, at, { isSecret, redacted, limit, budget, shapes, ancestors: [] });
  const json = JSON.stringify(copy);
  const size = Buffer.byteLength(json);
  if (size > limit) throw tooLarge(at, limit);
  return { json, redacted };
}

/** Of the paths that are listed. */
const MOST_PATHS = 500;
const LONGEST_PATH = 300;

interface Walk {
  readonly isSecret: SecretName;
  readonly redacted: string[];
  readonly limit: number;
  /** Stops the walk of a huge value long before it is serialised. */
  readonly budget: { left: number };
  readonly shapes: boolean;
  readonly ancestors: object[];
}

function walk(value: unknown, path: string, state: Walk): JsonValue {
  state.budget.left -= typeof value === 'string' ? value.length + 2 : 2;
  if (state.budget.left < 0) throw tooLarge(path, state.limit);
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refuse(path, 'a string with a lone surrogate', 'use value.toWellFormed()');
      return textOf(value, path, state);
    case 'number':
      if (!Number.isFinite(value)) throw refuse(path, `the number ${value}`, 'pass null or a string');
      return value;
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : walkObject(value, path, state);
    default:
      throw refuse(path, `a ${typeof value}`, 'leave it out or pass a string');
  }
}

/** The address of a request is often kept whole, with what its query holds. */
function textOf(value: string, path: string, state: Walk): string {
  const text = withoutQuerySecrets(value, state.isSecret);
  if (text !== value) note(path, state);
  return text;
}

/** Where something was taken out; anybody can send names, of any length and number. */
function note(path: string, { redacted }: Walk): void {
  if (redacted.length < MOST_PATHS) redacted.push(path.slice(0, LONGEST_PATH).toWellFormed());
}

function walkObject(value: object, path: string, state: Walk): JsonValue {
  if (state.ancestors.includes(value)) throw refuse(path, 'a reference to one of its parents', 'pass the id instead');
  if (state.ancestors.length >= LIMITS.detailsDepth) {
    throw refuse(path, `nesting deeper than ${LIMITS.detailsDepth}`, 'flatten it');
  }
  if (ArrayBuffer.isView(value)) throw refuse(path, 'bytes', 'pass a base64 string, or their hash');
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    state.ancestors.push(value);
    const json: unknown = value.toJSON();
    const result = walk(json, path, state);
    state.ancestors.pop();
    return result;
  }
  state.ancestors.push(value);
  const result = Array.isArray(value) ? walkArray(value, path, state) : walkRecord(value, path, state);
  state.ancestors.pop();
  return result;
}

function walkArray(items: readonly unknown[], path: string, state: Walk): JsonValue[] {
  const copy: JsonValue[] = [];
  for (let i = 0; i < items.length; i += 1) copy.push(walk(items[i], `${path}[${i}]`, state));
  return copy;
}

function walkRecord(object: object, path: string, state: Walk): JsonValue {
  const prototype: unknown = Object.getPrototypeOf(object);
  // Not `=== Object.prototype`: that of another realm (a vm context, as in jest) is as plain.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refuse(path, `a ${object.constructor?.name ?? 'class instance'}`, 'pass a plain object');
  }
  // A null prototype, so that a key named `__proto__` is a key.
  const copy = Object.create(null) as Record<string, JsonValue>;
  for (const [key, member] of Object.entries(object)) {
    if (!key.isWellFormed()) throw refuse(path, 'a key with a lone surrogate', 'use key.toWellFormed()');
    if (member === undefined) continue;
    state.budget.left -= key.length + 3;
    if (state.isSecret(key) && member !== null && !(state.shapes && isRedactedShape(member))) {
      note(`${path}.${key}`, state);
      copy[key] = REDACTED;
    } else {
      copy[key] = walk(member, `${path}.${key}`, state);
    }
  }
  return copy;
}

function refuse(path: string, what: string, remedy: string): AuditError {
  return new AuditError('AUDIT_NOT_PLAIN_JSON', `${path} holds ${what}, which JSON cannot say: ${remedy}`, { path });
}

function tooLarge(path: string, limit: number): AuditError {
  return new AuditError(
    'AUDIT_EVENT_TOO_LARGE',
    `${path} is larger than ${limit} bytes of JSON: record a reference (an id, a storage key and its hash) instead`,
    { path, limit },
  );
}
