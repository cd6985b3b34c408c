import { actorOf, type AuditContext, type UnitOfWork } from '../context/context.js';
import { systemClock, type Micros } from '../event/clock.js';
import type { ActionName } from '../event/action.js';
import type { Actor, Durability, ErrorFact, Resource, Severity } from '../event/types.js';
import type { AuditRequest } from './request.js';

/** What the callbacks of `@Audited` receive. `args` and `result` are absent when the handler was not reached. */
export interface AuditedCall<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  readonly request: AuditRequest;
  /** Parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly args?: Args | undefined;
  readonly result?: Result | undefined;
}

export interface AuditedOptions {
  /** What is acted upon: a callback, or the name of a type whose id is the route's `id` parameter, else the result's `id`. */
  readonly resource?: string | ((call: AuditedCall) => Resource | null | undefined);
  /** Plain JSON for the entry; secrets are redacted by name. */
  readonly details?: (call: AuditedCall) => Readonly<Record<string, unknown>> | null | undefined;
  readonly severity?: Severity;
  /** How far the entry has to come before the response goes out. @defaultValue that of the module */
  readonly durability?: Durability;
}

/** What `@Audited()` says of a handler. Without an action it has the one that its route and method give it. */
export interface AuditedMark extends AuditedOptions {
  readonly action?: ActionName;
}

/** A request that leaves an entry. */
export interface AuditedRoute extends AuditedMark {
  readonly action: ActionName;
}

/** What becomes known of a request on its way; the end of the response turns it into one entry. */
export interface RequestRecord {
  readonly startedAt: Micros;
  readonly startedMonotonic: number;
  /** The handler's turn came: no guard refused, whoever it was. */
  reached?: boolean;
  /** Of a handler whose turn came, what `@Audited()` says. */
  route?: AuditedMark | undefined;
  /** The handler's turn came, and it is marked with `@SkipAudit()`. */
  skipped?: boolean;
  /** Who acted when the handler's turn came: after a logout nobody is left to ask. */
  seen?: { readonly actor: Actor | undefined; readonly tenant: string | undefined };
  args?: readonly unknown[];
  result?: unknown;
  error?: ErrorFact;
}

const records = new WeakMap<UnitOfWork, RequestRecord>();

export function openRecord(context: AuditContext): RequestRecord {
  const record: RequestRecord = { startedAt: systemClock.now(), startedMonotonic: systemClock.monotonic() };
  records.set(context.root, record);
  return record;
}

/** Notes who acts now. Total: what the application's callbacks throw is their context's affair at the end. */
export function noteActor(record: RequestRecord, context: AuditContext | undefined): void {
  try {
    const actor = actorOf(context);
    const tenant = typeof context?.tenant === 'function' ? context.tenant() : context?.tenant;
    record.seen = { actor: actor && { ...actor }, tenant: typeof tenant === 'string' ? tenant : undefined };
  } catch {
    // Not known then.
  }
}

export function recordOf(context: AuditContext | undefined): RequestRecord | undefined {
  return context && records.get(context.root);
}

/** Name, code and message of whatever was thrown; never its stack. Total: an error may have getters that throw. */
export function errorFact(error: unknown): ErrorFact {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
    const code: unknown = 'code' in error ? error.code : 'status' in error ? error.status : undefined;
    return {
      // Both can be set to anything.
      name: String(error.name),
      message: messageOf(String(error.name), String(error.message)),
      ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    };
  } catch {
    return { name: 'unreadable' };
  }
}

/** Prisma quotes the caller's source, and the values it passed, above the one line that says what went wrong. */
function messageOf(name: string, message: string): string {
  if (!name.startsWith('PrismaClient')) return message;
  return message.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
