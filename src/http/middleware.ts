import { runInContext, type AuditContext } from '../context/context.js';
import type { ActionBook } from '../event/action-book.js';
import type { AuditEvent } from '../event/types.js';
import type { Recorder } from '../recorder/port.js';
import { withDefinition } from './definition.js';
import { requestContext, type RequestContextOptions } from './request-context.js';
import { requestEvent } from './request-event.js';
import { openRecord, type AuditedRoute, type RequestRecord } from './request-record.js';
import type { AuditRequest, AuditResponse } from './request.js';

export interface MiddlewareOptions extends RequestContextOptions {
  /** Asked when the response ends: the route whose entry it leaves; none if it leaves none. */
  readonly routeFor: (request: AuditRequest, record: RequestRecord) => AuditedRoute | undefined;
  /** Whose resource a route takes that names none. @defaultValue nobody's */
  readonly actions?: ActionBook | undefined;
  /** Told of what could not be recorded. */
  readonly onError: (error: unknown) => void;
}

/** Gives a request its context, and writes its entry when the response has ended, however it ended. */
export function auditMiddleware(recorder: Recorder, options: MiddlewareOptions) {
  return (request: AuditRequest, response: AuditResponse, next: (error?: unknown) => void): void => {
    const own = response.getHeader('X-Request-ID');
    const context = requestContext(request, options, own);
    const record = openRecord(context);
    if (own === undefined && !response.headersSent && context.requestId !== undefined) {
      response.setHeader('X-Request-ID', context.requestId);
    }
    let ended = false;
    const end = (finished: boolean): void => {
      if (ended) return;
      ended = true;
      try {
        const route = withDefinition(options.routeFor(request, record), options.actions);
        if (route)
          recordWhole(
            recorder,
            requestEvent(record, route, request, {
              status: finished || response.headersSent ? response.statusCode : undefined,
              aborted: !finished,
            }),
            { context: atTheEnd(context, record), source: 'request' },
            options.onError,
          );
      } catch (error) {
        options.onError(error);
      }
    };
    response.once('finish', () => end(true));
    response.once('close', () => end(response.writableFinished));
    runInContext(context, next);
  };
}

/** The context of the entry: what it says now, else what the handler saw. After a logout there is no user to ask. */
function atTheEnd(context: AuditContext, { seen }: RequestRecord): AuditContext {
  if (!seen) return context;
  const { actor, tenant } = context;
  return {
    ...context,
    actor: () => (typeof actor === 'function' ? actor() : actor) ?? seen.actor,
    tenant: () => (typeof tenant === 'function' ? tenant() : tenant) ?? seen.tenant,
  };
}

/** Records the event; if what the application added to it is refused, records it with as much as is accepted, and says why. */
export function recordWhole(
  recorder: Recorder,
  event: AuditEvent,
  options: Parameters<Recorder['record']>[1],
  onError: (error: unknown) => void,
): void {
  try {
    recorder.record(event, options);
  } catch (error) {
    onError(error);
    if (isFull(error)) return;
    const { resource, severity, ...rest } = event;
    const refused = error instanceof Error ? error.message.slice(0, 500) : String(error);
    const bare: AuditEvent = { ...rest, details: { refused, http: event.details?.['http'] } };
    try {
      recorder.record({ ...bare, ...(resource ? { resource } : {}), ...(severity ? { severity } : {}) }, options);
    } catch {
      recorder.record(bare, options);
    }
  }
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'AUDIT_QUEUE_FULL' || error.code === 'AUDIT_CLOSED')
  );
}
