import { AuditError } from './errors.js';
import { LIMITS } from './limits.js';

/** What a canonical body may hold: no floats, so that no verifier needs to agree on how to print them. */
export type CanonicalValue = string | number | boolean | null | readonly CanonicalValue[] | CanonicalObject;
export type CanonicalObject = { readonly [key: string]: CanonicalValue | undefined };

/**
 * RFC 8785 (JSON Canonicalization Scheme) restricted until it is beyond doubt: keys are ASCII and sorted, numbers are
 * safe integers, strings are well-formed UTF-16, nesting ≤ 8, at most 16 KiB. `undefined` members are left out.
 * Anything else throws `AUDIT_NOT_PLAIN_JSON`; the public encoders turn a Map into `{}` instead.
 */
export function canonicalJson(value: CanonicalObject): string {
  const text = encode(value, '$', 0);
  const size = Buffer.byteLength(text);
  if (size > LIMITS.bodyBytes) {
    throw new AuditError('AUDIT_EVENT_TOO_LARGE', `the body has ${size} bytes, the limit is ${LIMITS.bodyBytes}`, {
      size,
    });
  }
  return text;
}

function encode(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refuse(path, 'a string with a lone surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw refuse(path, `the number ${Object.is(value, -0) ? '-0' : value}`);
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (depth >= LIMITS.bodyDepth) throw refuse(path, `nesting deeper than ${LIMITS.bodyDepth}`);
      return Array.isArray(value) ? encodeArray(value, path, depth) : encodeObject(value, path, depth);
    default:
      throw refuse(path, `a ${typeof value}`);
  }
}

function encodeArray(items: readonly unknown[], path: string, depth: number): string {
  const parts: string[] = [];
  for (let i = 0; i < items.length; i += 1) parts.push(encode(items[i], `${path}[${i}]`, depth + 1));
  return `[${parts.join(',')}]`;
}

function encodeObject(object: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw refuse(path, `a ${object.constructor?.name ?? 'class'}`);
  const parts: string[] = [];
  for (const key of sortedKeys(object)) {
    const member = (object as Record<string, unknown>)[key];
    if (member !== undefined) parts.push(`${quotedKey(key, path)}:${encode(member, `${path}.${key}`, depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}

/** By UTF-16 units, as RFC 8785 asks. The sealer's own objects come sorted: looking is cheaper than sorting. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  for (let i = 1; i < keys.length; i += 1) {
    if ((keys[i - 1] as string) > (keys[i] as string)) return keys.toSorted();
  }
  return keys;
}

// The same dozen of keys, over and over.
const QUOTED_KEPT = 1_000;
const quoted = new Map<string, string>();

function quotedKey(key: string, path: string): string {
  let json = quoted.get(key);
  if (json === undefined) {
    if (!/^[\x20-\x7e]*$/.test(key)) throw refuse(path, 'a key that is not ASCII');
    json = JSON.stringify(key);
    if (quoted.size < QUOTED_KEPT) quoted.set(key, json);
  }
  return json;
}

function refuse(path: string, what: string): AuditError {
  return new AuditError('AUDIT_NOT_PLAIN_JSON', `${path} holds ${what}, which has no canonical form`, { path });
}
