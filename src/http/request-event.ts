import { systemClock } from '../event/clock.js';
import type { AuditEvent, Outcome, Resource } from '../event/types.js';
import type { AuditRequest } from './request.js';
import type { AuditedCall, AuditedRoute, RequestRecord } from './request-record.js';

/** The one entry of a request, from what is known when its response has ended. */
export function requestEvent(
  record: RequestRecord,
  route: AuditedRoute,
  request: AuditRequest,
  status: number,
): AuditEvent {
  const reached = record.route !== undefined;
  const call: AuditedCall = {
    request,
    params: request.params ?? {},
    ...(reached ? { args: record.args, result: record.result } : {}),
  };
  const failed: string[] = [];
  const attempt = <T>(name: string, callback: () => T): T | undefined => {
    try {
      return callback();
    } catch {
      failed.push(name); // the application's callback must not cost the entry
      return undefined;
    }
  };
  const resource = attempt('resource', () => resourceOf(route, call));
  const details = attempt('details', () => route.details?.(call));
  const http = { method: request.method, route: routePath(request), status };
  return {
    action: route.action,
    outcome: outcomeOf(record, status),
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
 * throws (a wrong password) is a failure of what the handler does.
 */
export function outcomeOf(record: RequestRecord, status: number): Outcome {
  const reached = record.route !== undefined;
  if (status === 403 || (status === 401 && !reached)) return 'denied';
  return record.error !== undefined || status >= 400 ? 'failure' : 'success';
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

/** The pattern, never the path: paths hold ids, and sometimes secrets. */
function routePath(request: AuditRequest): string | undefined {
  return typeof request.route?.path === 'string' ? request.route.path : undefined;
}
