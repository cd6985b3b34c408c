import { actorOf, type AuditContext, type UnitOfWork } from '../context/context.js';
import { systemClock, type Micros } from '../event/clock.js';
import type { Actor, ErrorFact } from '../event/types.js';
import { asksForCall, type AuditedMark } from './audited-options.js';
import { claimOf, type Claim } from './claim.js';

export { errorFact } from '../event/error-fact.js';
export type { AuditedCall, AuditedMark, AuditedOptions, AuditedRoute } from './audited-options.js';

/** What becomes known of a request on its way; the end of the response turns it into one entry. */
export interface RequestRecord {
  readonly startedAt: Micros;
  readonly startedMonotonic: number;
  readonly unit?: UnitOfWork;
  /** The handler's turn came: no guard refused, whoever it was. */
  reached?: boolean;
  /** Of the handler whose guards were asked, what is said of it. Absent where nobody came so far, or nobody tells. */
  handler?: { readonly audited: AuditedMark | undefined; readonly skipped: boolean };
  /** Of a handler whose turn came, what `@Audited()` says. */
  route?: AuditedMark | undefined;
  /** The handler's turn came, and it is marked with `@SkipAudit()`. */
  skipped?: boolean;
  /** Who acted when the handler's turn came: after a logout nobody is left to ask. */
  seen?: { readonly actor: Actor | undefined; readonly tenant: string | undefined };
  /** What the handler was called with and what it gave, while a callback may ask for them. */
  args?: readonly unknown[] | undefined;
  /** Those of the route, where the framework takes them back: a router of Express that hands an error on. */
  params?: Readonly<Record<string, string>>;
  /** Nobody tells whether a guard answers or the handler. */
  guarded?: boolean;
  result?: unknown;
  /** The `id` of the result. */
  resultId?: string | number | bigint | undefined;
  /** What `before` gave, as it was then. */
  before?: Readonly<Record<string, unknown>> | undefined;
  reason?: string | undefined;
  /** Whom somebody says to be; see `noteClaim()`. */
  claimed?: Claim;
  error?: ErrorFact;
  /** Callbacks that failed so far. */
  failed?: string[];
  /** The entry is made: what comes now comes too late, and is not held. */
  ended?: boolean;
  /** Its response has ended. */
  closed?: boolean;
  /** GraphQL over HTTP: what is left to do for its fields when the response has ended. There is no other entry then. */
  fields?: (() => void)[];
}

/** By the turn where the unit of work has several, else by the unit. */
const records = new WeakMap<object, RequestRecord>();

export function openRecord(context: AuditContext): RequestRecord {
  const record: RequestRecord = {
    startedAt: systemClock.now(),
    startedMonotonic: systemClock.monotonic(),
    unit: context.root,
  };
  records.set(context.turn ?? context.root, record);
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
  return context && records.get(context.turn ?? context.root);
}

/** Notes for the entry of the running request whom somebody says to be: nobody has checked it, so he does not act. */
export function noteClaim(context: AuditContext | undefined, identity: Actor): void {
  const record = recordOf(context);
  if (record) record.claimed = claimOf(identity);
}

/** Notes what the handler gave, as far as its entry may want it. Total: an `id` can be a getter that throws. */
export function noteResult(record: RequestRecord, mark: AuditedMark | undefined, result: unknown): void {
  if (record.ended === true) return;
  if (asksForCall(mark)) record.result = result;
  record.resultId = idOf(result);
}

function idOf(result: unknown): string | number | bigint | undefined {
  try {
    const id: unknown = typeof result === 'object' && result !== null && 'id' in result ? result.id : undefined;
    return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? id : undefined;
  } catch {
    return undefined;
  }
}
