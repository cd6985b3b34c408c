import type { JsonObject, JsonValue } from '../event/types.js';

/** Documents in a column may be nested as deep as PostgreSQL lets them; what reads records gives up long before. */
const DEEPEST = 64;
const TOO_DEEP = '[nested too deep]';

interface Walk {
  /** UTF-16 units that are left. */
  left: number;
  isWhole: boolean;
}

export interface AsJson {
  /** Absent where it is larger than was asked for, or cannot be read at all. */
  readonly json?: JsonValue;
  /** Nothing was left out. */
  readonly isWhole: boolean;
}

/**
 * Any value as JSON that is the same when it has been written and parsed: no `undefined`, no number that JSON has no word for, no lone
 * surrogate. Total; texts stand for what JSON cannot say, as in an export.
 * @param most UTF-16 units of its text, about
 */
export function asJson(value: unknown, most: number): AsJson {
  const walk: Walk = { left: most, isWhole: true };
  try {
    const json = convert(value, walk, 0);
    if (walk.left < 0 || json === undefined) return { isWhole: json === undefined && walk.left >= 0 };
    return { json, isWhole: walk.isWhole };
  } catch {
    return { isWhole: false }; // a getter that throws
  }
}

function convert(value: unknown, walk: Walk, depth: number): JsonValue | undefined {
  walk.left -= typeof value === 'string' ? value.length + 2 : 2;
  if (walk.left < 0) return undefined;
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : ofObject(value, walk, depth);
    default:
      return undefined;
  }
}

function ofObject(value: object, walk: Walk, depth: number): JsonValue | undefined {
  if (value instanceof Uint8Array) {
    walk.left -= value.length * 2;
    return walk.left < 0 ? undefined : `\\x${Buffer.from(value).toString('hex')}`;
  }
  // `Prisma.JsonNull`, of whichever copy of Prisma; in JSON a member of that name is no function.
  if ('_getNamespace' in value && typeof value._getNamespace === 'function') return null;
  if (depth >= DEEPEST) {
    walk.isWhole = false;
    return TOO_DEEP;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return convert(value.toJSON(), walk, depth + 1);
  if (Array.isArray(value)) {
    const list: JsonValue[] = [];
    for (const each of value as readonly unknown[]) {
      list.push(convert(each, walk, depth + 1) ?? null);
      if (walk.left < 0) return undefined;
    }
    return list;
  }
  const copy: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    walk.left -= name.length + 3;
    const json = convert(member, walk, depth + 1);
    if (walk.left < 0) return undefined;
    if (json !== undefined) put(copy, name.toWellFormed(), json);
  }
  return copy;
}

function put(object: JsonObject, name: string, value: JsonValue): void {
  // Not by assignment: a member may be called `__proto__`.
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true }); // prettier-ignore
  else object[name] = value;
}

/** Members that are there, without those that are `undefined`. */
export function members(given: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const found: JsonObject = {};
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (value !== undefined) put(found, name, value);
  }
  return found;
}

/** The same, and nothing at all where no member is there. */
export function someMembers(given: Readonly<Record<string, JsonValue | undefined>>): JsonObject | undefined {
  const found = members(given);
  return Object.keys(found).length > 0 ? found : undefined;
}
