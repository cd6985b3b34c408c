import { resourceId } from '../event/identity.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import type { AuditQuery } from '../query/query.js';

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
