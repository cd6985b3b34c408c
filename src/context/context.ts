import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Actor } from '../event/types.js';
import { activeTrace } from './trace.js';
import { enterTransaction } from './transaction-scope.js';

/**
 * The identity of one unit of work (a request, a job, a script run). Contexts derived inside it share the same object,
 * so that a database statement can be told to belong to this unit of work and to no other.
 */
export interface UnitOfWork {
  /** UUID; binds the entries of the unit together. Never taken from the client. */
  readonly group: string;
  /** Who `setActor()` said acts, from then on. */
  named?: Actor | undefined;
}

/** Who acts, for whom and from where. Every member but `root` may be absent. */
export interface AuditContext {
  readonly root: UnitOfWork;
  /** One call of several in the unit of work: a field of a GraphQL request, a method that a handler calls. */
  readonly turn?: object | undefined;
  /** A function is asked at the moment of each write: `req.user` is known only after the guards have run. */
  readonly actor?: Actor | (() => Actor | undefined) | undefined;
  /** The actor holds for this context alone (`runAs`), whatever the unit of work says later. */
  readonly actorPinned?: boolean;
  readonly tenant?: string | (() => string | undefined) | undefined;
  readonly requestId?: string | undefined;
  /** @defaultValue `<trace id>-<span id>` of the span that is active when the context is made, with OpenTelemetry */
  readonly traceId?: string | undefined;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Already hashed; a raw session id never enters a context. */
  readonly session?: string | (() => string | undefined) | undefined;
}

export type ContextFields = Omit<AuditContext, 'root' | 'turn' | 'actorPinned'>;

// One storage for the process: the ESM and the CJS build can both be loaded, and must see the same context.
const KEY = Symbol.for('nestjs-prisma-audit.context');
type Registry = { [KEY]?: AsyncLocalStorage<AuditContext> };
const storage: AsyncLocalStorage<AuditContext> = ((globalThis as Registry)[KEY] ??= new AsyncLocalStorage());

/** The context of the code that asks, if it runs inside one. */
export function currentContext(): AuditContext | undefined {
  return storage.getStore();
}

/** A context of a new unit of work. */
export function newContext(fields: ContextFields = {}): AuditContext {
  return { ...fields, traceId: fields.traceId ?? activeTrace(), root: { group: randomUUID() } };
}

/** Runs `fn` and all it starts inside `context`. For frameworks' callbacks; application code uses `withContext`. */
export function runInContext<T>(context: AuditContext, fn: () => T): T {
  return storage.run(context, fn);
}

/** Runs `fn` where `context` was the current one, or where there was none: for what a socket or a pool of everybody's calls. */
export function backIn<T>(context: AuditContext | undefined, fn: () => T): T {
  if (storage.getStore() === context) return fn();
  return context === undefined ? storage.exit(fn) : storage.run(context, fn);
}

/**
 * Runs `fn` with more context: inside the current unit of work if there is one, else in a new one.
 *
 * The result is awaited *inside*: Prisma's promises are lazy and take the context of the place where they are awaited,
 * so `withContext(c, () => prisma.user.create(…))` is right although the caller awaits it outside.
 */
export async function withContext<T>(fields: ContextFields, fn: () => T | PromiseLike<T>): Promise<T> {
  const outer = currentContext();
  const pinned = 'actor' in fields ? { actorPinned: true } : {};
  const context = outer ? { ...inner(outer, fields), ...pinned, root: outer.root } : newContext(fields);
  const leave = enterTransaction(context, outer);
  try {
    return await storage.run(context, async () => await fn());
  } finally {
    leave();
  }
}

/** What `fields` say, else the outer context; the span may be another one by now. */
function inner(outer: AuditContext, fields: ContextFields): AuditContext {
  return { ...outer, ...fields, traceId: fields.traceId ?? activeTrace() ?? outer.traceId };
}

/** Runs `fn` as `actor`; see `withContext`. For jobs, scripts and impersonation. */
export function runAs<T>(actor: Actor, fn: () => T | PromiseLike<T>): Promise<T> {
  return withContext({ actor }, fn);
}

/**
 * Names the actor of the running unit of work from now on, e.g. in a login handler. Inside `runAs` nothing changes: there
 * the actor was said explicitly. Outside of a unit of work it does nothing.
 */
export function setActor(actor: Actor): void {
  const context = currentContext();
  if (context) context.root.named = actor;
}

/** Who acts in `context` at this moment. */
export function actorOf(context: AuditContext | undefined): Actor | undefined {
  if (context === undefined) return undefined;
  if (context.root.named !== undefined && context.actorPinned !== true) return context.root.named;
  const { actor } = context;
  return typeof actor === 'function' ? actor() : actor;
}
