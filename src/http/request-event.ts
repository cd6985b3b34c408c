import { types } from 'node:util';
import { systemClock } from '../event/clock.js';
import type { AuditEvent, Outcome, Resource } from '../event/types.js';
import type { AuditRequest } from './request.js';
import type { AuditedCall, AuditedRoute, RequestRecord } from './request-record.js';

/** How a response ended. */
export interface ResponseEnd {
  /** Absent when the client went away before any was sent. */
  readonly status: number | undefined;
  /** The client went away before the end of the response. */
  readonly aborted: boolean;
}

/** The one entry of a request, from what is known when its response has ended; none if its `when` says so. */
export function requestEvent(
  record: RequestRecord,
  route: AuditedRoute,
  request: AuditRequest,
  end: ResponseEnd,
): AuditEvent | undefined {
  const reached = record.reached ?? record.route !== undefined;
  const call: AuditedCall = {
    request,
    params: request.params ?? {},
    ...(reached ? { args: record.args, result: record.result } : {}),
  };
  const failed: string[] = [];
  const attempt = <T>(name: string, callback: () => T): T | undefined => {
    try {
      const value = callback();
      if (!types.isPromise(value)) return value;
      // It comes too late for the entry, and its failure must not be left for the process to die of.
      value.catch(() => undefined);
      throw new TypeError('a promise');
    } catch {
      failed.push(name); // the application's callback must not cost the entry
      return undefined;
    }
  };
  const resource = attempt('resource', () => resourceOf(route, call));
  const details = attempt('details', () => detailsOf(route, call));
  const http = {
    method: request.method,
    route: routePath(request),
    status: end.status,
    ...(end.aborted ? { aborted: true } : {}),
  };
  return {
    action: route.action,
    outcome: outcomeOf(record, end),
    ...(resource ? { resource } : {}),
    details: { ...details, http, ...(failed.length > 0 ? { callbacksFailed: failed } : {}) },
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
  record: Pick<RequestRecord, 'reached' | 'route' | 'error'>,
  { status, aborted }: ResponseEnd,
): Outcome {
  const reached = record.reached ?? record.route !== undefined;
  if (status === 403 || (status === 401 && !reached)) return 'denied';
  if (record.error !== undefined || status === undefined || status >= 400) return 'failure';
  return aborted ? 'partial' : 'success';
}

function resourceOf(route: AuditedRoute, call: AuditedCall): Resource | undefined {
  if (route.resource === undefined) return undefined;
  if (typeof route.resource !== 'string') return route.resource(call) ?? undefined;
  const fromResult =
    typeof call.result === 'object' && call.result !== null && 'id' in call.result ? call.result.id : undefined;
  const id =
    call.params['id'] ??
    (typeof fromResult === 'string' || typeof fromResult === 'number' || typeof fromResult === 'bigint'
      ? fromResult
      : undefined);
  return { type: route.resource, id };
}

/** A copy, made where a getter may throw; what would be copied as nothing (a Map) or as indexes (a list) is refused. */
function detailsOf(route: AuditedRoute, call: AuditedCall): Readonly<Record<string, unknown>> | undefined {
  const details: unknown = route.details?.(call) ?? undefined;
  if (details === undefined || types.isPromise(details)) return details as undefined;
  if (typeof details !== 'object' || details === null || Symbol.iterator in details)
    throw new TypeError('not an object');
  return { ...details };
}

/** The pattern, never the path: paths hold ids, and sometimes secrets. */
function routePath(request: AuditRequest): string | undefined {
  return typeof request.route?.path === 'string' ? request.route.path : undefined;
}
