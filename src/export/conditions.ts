import { resourceId } from '../event/identity.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import { isAuditError } from '../event/errors.js';
import { checkConditions, CONDITION_NAMES, type AuditQuery } from '../query/query.js';

/** Members of a query that say how it is paged, and not what is found. */
const PAGING = ['order', 'limit', 'cursor', 'back'];

/** The conditions of a query as JSON: times in RFC 3339, ids as text. Whatever conditions there are, none is left out. */
export function conditionsOf(query: AuditQuery): JsonObject {
  const members = Object.entries(query).filter(([name, value]) => !PAGING.includes(name) && value !== undefined);
  return Object.fromEntries(members.map(([name, value]) => [name, conditionOf(name, value)]));
}

function conditionOf(name: string, value: unknown): JsonValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString();
  if (name === 'resource') {
    const { type, id } = value as NonNullable<AuditQuery['resource']>; // the one member with a structure of its own
    const text = resourceId(id);
    return { type, ...(text === undefined ? {} : { id: text }) };
  }
  return JSON.parse(JSON.stringify(value) ?? 'null') as JsonValue;
}

/** Whether a condition has a value that a question can have; of one that this version does not know, nobody can say. */
export function isReadable(name: string, value: JsonValue): boolean {
  if (name === 'actorType') return typeof value === 'string';
  if (!(CONDITION_NAMES as readonly string[]).includes(name)) return true;
  try {
    checkConditions({ [name]: name === 'from' || name === 'to' ? timeOf(value) : value });
    return true;
  } catch (error) {
    if (isAuditError(error, 'AUDIT_QUERY_INVALID')) return false;
    throw error;
  }
}

/** What is not written as `conditionsOf` writes a time is none. */
function timeOf(value: JsonValue): Date {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value ? time : new Date(Number.NaN);
}
