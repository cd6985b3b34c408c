import type { ActionName } from '../event/action.js';
import type { Durability, Outcome, Resource, Severity } from '../event/types.js';
import type { AuditRequest } from './request.js';

/** What the callbacks of `@Audited` receive. `args` and `result` are absent when the handler was not reached. */
export interface AuditedCall<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  readonly request: AuditRequest;
  /** Parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** What the handler was called with. */
  readonly args?: Args | undefined;
  /** What its promise resolved with, or the last element of its observable. */
  readonly result?: Result | undefined;
}

/** Values for an entry, plain JSON; those of a class's instance are its own members. Secrets are redacted by name. */
export type Values = Readonly<Record<string, unknown>> | object | null | undefined;

/**
 * Where the reason of a request comes from. `required` and `optional`: its header `x-audit-reason` (percent-encoded where it
 * is not ASCII), else the text `reason` of its body; never the query, which stands in the logs of every proxy. A callback gives
 * it from elsewhere; as such it is optional. A request without a required reason gets 400 before its handler runs.
 */
export type ReasonOption =
  | 'required'
  | 'optional'
  | ((call: AuditedCall) => string | null | undefined)
  | { readonly required?: boolean; readonly from: (call: AuditedCall) => string | null | undefined };

/**
 * Callbacks are asked when the response has ended, unless it says otherwise, and return at once. One that throws, or returns
 * a promise, costs nothing but what it was to say: the entry names it in `details.callbacksFailed`.
 */
export interface AuditedOptions<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** What is acted upon: a callback, or the name of a type whose id is the route's `id` parameter, else the result's `id`. */
  readonly resource?: string | ((call: AuditedCall<Args, Result>) => Resource | null | undefined);
  /** Plain JSON for the entry; secrets are redacted by name. */
  readonly details?: (call: AuditedCall<Args, Result>) => Readonly<Record<string, unknown>> | null | undefined;
  /**
   * The values before, for what no Prisma client writes: the entry's `old`. Asked after the guards and before the handler,
   * which waits for its promise, 2 seconds at most; without `args`, which come later. Not asked of a refused request, and
   * left out when the handler failed.
   */
  readonly before?: (call: AuditedCall) => Values | PromiseLike<Values>;
  /** The values after: the entry's `new`. Not asked when the handler failed. */
  readonly after?: (call: AuditedCall<Args, Result>) => Values;
  /** Why somebody does this: from where it comes, and whether it has to be given. @defaultValue none */
  readonly reason?: ReasonOption;
  /** How grave the entry is. @defaultValue that of the action's definition */
  readonly severity?: Severity;
  /** Whether there is an entry at all; there is one if this throws. */
  readonly when?: (call: AuditedCall<Args, Result>) => boolean;
  /** The outcome of a request that was a success by its status: `({ result }) => result?.failed.length ? 'partial' : undefined`. */
  readonly outcome?: (call: AuditedCall<Args, Result>) => Outcome | null | undefined;
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
  /** Its action is made out of method and route: nobody said one. */
  readonly derived?: true;
}

/** Whether a callback wants arguments or result; otherwise nobody holds them. */
export function asksForCall(mark: AuditedMark | undefined): boolean {
  if (!mark) return false;
  const { details, after, when, outcome, resource } = mark;
  return [details, after, when, outcome, resource].some((option) => typeof option === 'function');
}
