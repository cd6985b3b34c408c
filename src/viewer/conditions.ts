import type { Resource } from '../event/types.js';
import { CONDITION_NAMES, type AuditConditions, type AuditQuery } from '../query/query.js';
import { wrong } from './refused.js';

const PAGE = ['cursor', 'order', 'limit', 'back'] as const;
const SEVERAL = ['source', 'outcome'];
const FLAGS = ['failures', 'allTenants', 'back'];
const TIMES = ['from', 'to'];
/** RFC 3339, of which the zone may not be left out. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * What a query string asks for, beside the names of `own`, which the question reads itself. What there is not is said, never left out: else
 * a link would show more than it says. Values are checked by the reader.
 * @throws Refused 400
 */
export function queryOf(given: URLSearchParams, own: readonly string[] = []): AuditQuery {
  return read(given, [...CONDITION_NAMES, ...PAGE], own);
}

/** The same without pages. @throws Refused 400 */
export function conditionsOf(given: URLSearchParams, own: readonly string[] = []): AuditConditions {
  return read(given, CONDITION_NAMES, own);
}

/** Where a question looks that has no other conditions. @throws Refused 400 */
export function whereOf(
  given: URLSearchParams,
  own: readonly string[] = [],
): Pick<AuditConditions, 'tenant' | 'allTenants'> {
  return read(given, ['tenant', 'allTenants'], own);
}

function read(given: URLSearchParams, known: readonly string[], own: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of new Set(given.keys())) {
    if (own.includes(name)) continue;
    if (!known.includes(name))
      throw wrong(
        `there is no filter ${JSON.stringify(name.slice(0, 60))}; there are ${[...known, ...own].join(', ')}`,
      );
    const values = given.getAll(name);
    if (values.length > 1 && !SEVERAL.includes(name)) throw wrong(`${name} was given more than once`);
    found[name] = SEVERAL.includes(name) ? values : valueOf(name, values[0] ?? '');
  }
  return found;
}

function valueOf(name: string, text: string): unknown {
  if (FLAGS.includes(name)) return flagOf(name, text);
  if (TIMES.includes(name)) return timeOf(name, text);
  if (name === 'limit') return Number(text);
  if (name === 'resource') return resourceOf(text);
  return text;
}

function flagOf(name: string, text: string): boolean {
  if (['true', '1', ''].includes(text)) return true;
  if (['false', '0'].includes(text)) return false;
  throw wrong(`${name} must be true or false`);
}

/** @throws Refused 400 */
export function timeOf(name: string, text: string | null): Date {
  const time = new Date(text !== null && TIME.test(text) ? text : Number.NaN);
  if (Number.isNaN(time.getTime())) throw wrong(`${name} must be a time with its zone: 2026-03-01T00:00:00Z`);
  return time;
}

/** `TYPE`, or `TYPE:ID`; an id may have colons. */
function resourceOf(text: string): Resource {
  const at = text.indexOf(':');
  return at < 0 ? { type: text } : { type: text.slice(0, at), id: text.slice(at + 1) };
}

/** A whole number of the question's own. @throws Refused 400 */
export function numberOf(given: URLSearchParams, name: string, otherwise: number): number {
  const text = given.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw wrong(`${name} must be a whole number`);
  return Number(text);
}
