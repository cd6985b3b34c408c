import { systemClock } from '../event/clock.js';
import { OUTCOMES, type Actor, type AuditEvent, type Outcome, type Resource } from '../event/types.js';
import type { AuditedCall, AuditedRoute } from './audited-options.js';
import { Callbacks, members, snapshot } from './callbacks.js';
import { claimOf } from './claim.js';
import { httpDetails, type ResponseEnd } from './ending.js';
import { pathId } from './path-id.js';
import type { AuditRequest } from './request.js';
import type { RequestRecord } from './request-record.js';

/** The one entry of a request, from what is known when its response has ended; none if its `when` says so. */
export function requestEvent(
  record: RequestRecord,
  route: AuditedRoute,
  request: AuditRequest,
  end: ResponseEnd,
): AuditEvent | undefined {
  return callEvent(record, route, request, {
    outcome: outcomeOf(record, end),
    unproven: unprovenActor(record, end),
    details: { http: httpDetails(request, end) },
  });
}

/** How a call ended, whatever brought it. */
export interface CallEnding {
  readonly outcome: Outcome;
  /** Who was named and then refused. */
  readonly unproven?: Actor | undefined;
  /** Of the transport, for the entry's details. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The one entry of a call; none if its `when` says so. Made once: the record lets go of arguments and result. */
export function callEvent(
  record: RequestRecord,
  route: AuditedRoute,
  request: AuditRequest,
  ending: CallEnding,
): AuditEvent | undefined {
  const call: AuditedCall = {
    request,
    params: record.params ?? request.params ?? {},
    args: record.args,
    result: record.result,
  };
  const callbacks = new Callbacks(record.failed);
  const wanted = !route.when || callbacks.attempt('when', () => route.when?.(call) !== false) !== false;
  const event = wanted ? eventOf(record, route, call, ending, callbacks) : undefined;
  record.ended = true;
  record.args = record.result = record.before = undefined;
  return event;
}

function eventOf(
  record: RequestRecord,
  route: AuditedRoute,
  call: AuditedCall,
  ending: CallEnding,
  callbacks: Callbacks,
): AuditEvent {
  const outcome = saidOutcome(route, call, ending.outcome, callbacks);
  const resource = callbacks.attempt('resource', () => resourceOf(record, route, call));
  const details = callbacks.attempt('details', () => members(route.details?.(call)));
  const done = outcome === 'success' || outcome === 'partial';
  const after = done ? callbacks.attempt('after', () => snapshot(route.after?.(call))) : undefined;
  const { unproven } = ending;
  const claimed = record.claimed ?? (unproven && claimOf(unproven));
  const { failed } = callbacks;
  return {
    action: route.action,
    outcome,
    ...(unproven ? { actor: record.seen?.actor ?? { type: 'anonymous' } } : {}),
    ...(resource ? { resource } : {}),
    details: {
      ...details,
      ...(claimed ? { claimed } : {}),
      ...ending.details,
      ...(failed.length > 0 ? { callbacksFailed: failed } : {}),
    },
    ...(done && record.before ? { old: record.before } : {}),
    ...(after ? { new: after } : {}),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(record.error ? { error: record.error } : {}),
    ...(route.severity ? { severity: route.severity } : {}),
    durationMs: Math.max(0, Math.round(systemClock.monotonic() - record.startedMonotonic)),
    occurredAt: new Date(record.startedAt / 1000),
  };
}

/**
 * `denied`: an access rule refused. That is 403 wherever it came from, and 401 from a guard; a 401 that the handler itself
 * throws (a wrong password) is a failure of what the handler does. A response that was cut off is never a success: nobody
 * knows what becomes of a handler that is still at work.
 */
export function outcomeOf(
  record: Pick<RequestRecord, 'reached' | 'route' | 'error' | 'guarded'>,
  { status, aborted }: ResponseEnd,
): Outcome {
  if (status === 403 || (status === 401 && !wasReached(record))) return 'denied';
  if (record.error !== undefined || status === undefined || status >= 400) return 'failure';
  return aborted ? 'partial' : 'success';
}

function wasReached(record: Pick<RequestRecord, 'reached' | 'route' | 'guarded'>): boolean {
  return (record.reached ?? record.route !== undefined) && record.guarded !== true;
}

/** Whom `setActor()` named in a request that was answered 401: he was never signed in, and who was before is who asked. */
function unprovenActor(record: RequestRecord, { status }: ResponseEnd): Actor | undefined {
  return status === 401 ? record.unit?.named : undefined;
}

/** What the handler's result says of a success; no callback makes one of a failure. */
function saidOutcome(route: AuditedRoute, call: AuditedCall, outcome: Outcome, callbacks: Callbacks): Outcome {
  if (!route.outcome || outcome !== 'success') return outcome;
  const said = callbacks.attempt('outcome', () => route.outcome?.(call)) ?? outcome;
  if (OUTCOMES.includes(said)) return said;
  callbacks.fail('outcome');
  return outcome;
}

function resourceOf(record: RequestRecord, route: AuditedRoute, call: AuditedCall): Resource | undefined {
  if (route.resource === undefined) return undefined;
  if (typeof route.resource !== 'string') return route.resource(call) ?? undefined;
  const { id } = call.params;
  return { type: route.resource, id: id === undefined ? record.resultId : pathId(id) };
}
