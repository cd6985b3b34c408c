import { types } from 'node:util';
import { LIMITS } from '../event/limits.js';
import type { Actor } from '../event/types.js';
import { actorOf, type AuditContext } from './context.js';

/**
 * The members of the `actor` section, in the order in which they are written, with their limits in UTF-16 units and where they come
 * from. An actor is often the application's whole user record, whose own `session` or `ip` are not those of the request.
 */
const FIELDS = [
  ['id', LIMITS.actorIdLength, 'actor'],
  ['type', LIMITS.typeLength, 'actor'],
  ['email', LIMITS.emailLength, 'actor'],
  ['role', LIMITS.roleLength, 'actor'],
  ['onBehalfOf', LIMITS.actorIdLength, 'actor'],
  ['tenant', LIMITS.tenantLength, 'asked'],
  ['ip', LIMITS.ipLength, 'context'],
  ['userAgent', LIMITS.userAgentLength, 'context'],
  ['session', LIMITS.sessionLength, 'asked'],
  ['requestId', LIMITS.requestIdLength, 'context'],
  ['traceId', LIMITS.traceIdLength, 'context'],
] as const;
type Field = (typeof FIELDS)[number][0];

/** What the JSON of an `actor` section parses to. */
export type ActorSection = { readonly [F in Field]?: string } & {
  /** Members cut to their limit. */
  readonly truncated?: readonly string[];
  /** Members that could not be read, or not kept as they were (a lone surrogate). */
  readonly malformed?: readonly string[];
};

/** What a single event may say instead of its context. */
export interface ActorOverride {
  readonly actor?: Actor | undefined;
  readonly tenant?: string | undefined;
}

/**
 * The JSON of the `actor` section of whatever is written now in `context`. Total: a resolver that throws, an id that is
 * a number, a user agent of 100 kB never fail the caller's write; they are cut or left out, and named in the section.
 */
export function actorSection(context: AuditContext | undefined, override: ActorOverride = {}): string {
  const malformed: string[] = [];
  const attempt = <T>(name: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      malformed.push(name);
      return undefined;
    }
  };
  const actor = attempt('actor', () => object(override.actor ?? resolve(() => actorOf(context))));
  const tenant = override.tenant ?? attempt('tenant', () => resolve(context?.tenant));
  const from = { actor, context, asked: { tenant, session: attempt('session', () => resolve(context?.session)) } };
  const truncated: string[] = [];
  const section: Record<string, unknown> = {};
  for (const [field, limit, source] of FIELDS) {
    let value: string | undefined;
    try {
      value = text(member(from[source], field));
    } catch {
      malformed.push(field);
    }
    if (value === undefined) continue;
    if (value.length > limit) truncated.push(field);
    if (!value.isWellFormed()) malformed.push(field);
    section[field] = (value.length > limit ? value.slice(0, limit) : value).toWellFormed();
  }
  if (section['type'] === undefined) section['type'] = section['id'] === undefined ? 'anonymous' : 'user';
  if (truncated.length > 0) section['truncated'] = truncated;
  if (malformed.length > 0) section['malformed'] = malformed;
  return JSON.stringify(section);
}

function resolve<T>(value: T | (() => T | undefined) | undefined): T | undefined {
  const resolved = typeof value === 'function' ? (value as () => T | undefined)() : value;
  // A promise comes too late and is refused below; its failure must not be left for the process to die of.
  if (types.isPromise(resolved)) resolved.catch(() => undefined);
  return resolved;
}

function object(value: Actor | undefined): Actor | undefined {
  if (value === undefined || value === null) return undefined;
  // A lazy thenable (Prisma's) is not touched: calling `then` would send a query.
  if (typeof value !== 'object' || 'then' in value) throw new TypeError('not an actor');
  return value;
}

function member(from: object | undefined, field: Field): unknown {
  return from === undefined ? undefined : Reflect.get(from, field);
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw new TypeError('not text'); // an object would be logged as "[object Object]"
}
