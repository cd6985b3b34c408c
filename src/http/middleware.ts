import { runInContext } from '../context/context.js';
import type { Recorder } from '../recorder/port.js';
import { Exchange, type ExchangeOptions } from './exchange.js';
import type { AuditRequest, AuditResponse } from './request.js';

export interface MiddlewareOptions extends ExchangeOptions {
  /** Whether any route may want its response held, so that nobody else's is touched. Asked for each request. */
  readonly holds?: ((request: AuditRequest) => boolean) | undefined;
}

/** Gives a request its context, and writes its entry when the response has ended, however it ended. */
export function auditMiddleware(recorder: Recorder, options: MiddlewareOptions) {
  return (request: AuditRequest, response: AuditResponse, next: (error?: unknown) => void): void => {
    const exchange = new Exchange(recorder, options, request, response);
    if (options.holds?.(request) === true) exchange.hold();
    runInContext(exchange.context, next);
  };
}
