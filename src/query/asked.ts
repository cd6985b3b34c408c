import { types } from 'node:util';
import type { Resource } from '../event/types.js';
import { CONDITION_NAMES, invalid } from './query.js';

/** Whatever a question can say. */
const NAMES: readonly string[] = [...CONDITION_NAMES, 'order', 'limit', 'cursor', 'back', 'zone', 'by', 'within', 'atLeast']; // prettier-ignore
const RECORD: readonly string[] = ['type', 'id'];

/**
 * A question as it was at the moment of asking, each member read once: what is answered, checked and told of is the same then, whatever its
 * object becomes. Only members of the object itself are conditions; one that it has from a class would be checked by nothing.
 * @param fixed what the question says itself, and nobody else can
 * @throws AuditError `AUDIT_QUERY_INVALID`
 */
export function asked<T extends object>(question: T, fixed: readonly string[] = []): T {
  if (typeof question !== 'object' || question === null || Array.isArray(question))
    throw invalid("a query is an object: { actor: 'u-1' }");
  const copy = members(question, NAMES);
  const said = fixed.find((name) => copy[name] !== undefined);
  if (said !== undefined) throw invalid(`${said} is said by the question itself: leave it out, or ask find()`);
  return copy as T; // its members
}

/** The record that a question is about. @throws AuditError `AUDIT_QUERY_INVALID` where it names none */
export function askedRecord(resource: Resource, example: Resource): Resource {
  const copy = valueOf(resource) as Resource | undefined; // checked as a condition
  if (typeof copy !== 'object' || copy === null || copy.id === undefined || copy.id === null)
    throw invalid(`resource must have an id: { type: '${example.type}', id: ${String(example.id)} }`);
  return copy;
}

/** A moment as it is now. */
export const askedMoment = (at: Date): Date => valueOf(at) as Date; // what is none is refused where it is asked about

function members(of: object, names: readonly string[]): Record<string, unknown> {
  const inherited = names.find((name) => name in of && !Object.prototype.propertyIsEnumerable.call(of, name));
  if (inherited !== undefined)
    throw invalid(`${inherited} is no member of the object itself: pass a plain object, { ${inherited}: … }`);
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, valueOf(value)]));
}

/** What a condition can be: a time, a list, a record. All else is refused by its check. */
function valueOf(value: unknown): unknown {
  if (types.isDate(value)) return new Date(Date.prototype.getTime.call(value));
  if (Array.isArray(value)) return Array.from(value as readonly unknown[], (each) => (types.isDate(each) ? valueOf(each) : each)); // prettier-ignore
  return typeof value === 'object' && value !== null ? members(value, RECORD) : value;
}
