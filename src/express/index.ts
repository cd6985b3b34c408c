/** Express without Nest: `nestjs-prisma-audit/express`. Express itself is not loaded; its types are not needed. */
import { runInContext } from '../context/context.js';
import type { Recorder } from '../recorder/port.js';
import type { ActionName } from '../event/action.js';
import { beforeHandler } from '../http/before-handler.js';
import { checkMark } from '../http/check-mark.js';
import { exchangeOf, type Exchange } from '../http/exchange.js';
import { auditMiddleware } from '../http/middleware.js';
import { checkHttpOptions, type HttpAuditOptions } from '../http/options.js';
import { requestPolicy } from '../http/policy.js';
import { matchedOf, notePattern } from '../http/route-pattern.js';
import { noteResult, type AuditedOptions } from '../http/request-record.js';
import type { AuditRequest, AuditResponse } from '../http/request.js';

export { createAudit, type Audit, type AuditOptions } from '../compose/index.js';
export { runAs, setActor, withContext } from '../context/context.js';
export { AuditError, isAuditError } from '../event/errors.js';
export type { AuditedCall, AuditedOptions } from '../http/request-record.js';
export type { HttpAuditOptions } from '../http/options.js';
export type { AuditRequest } from '../http/request.js';

export type Next = (error?: unknown) => void;
// Express's own request and response; their types are Express's affair, and differ from version to version.
export type Middleware = (request: object, response: object, next: Next) => void;
export type ErrorMiddleware = (error: unknown, request: object, response: object, next: Next) => void;

/**
 * Gives each request its context, and lets the audited ones leave their entry when the response has ended. Put it in front of
 * everything that refuses, reads bodies or writes to the database.
 *
 * @param audit what `createAudit()` gave
 * @throws AuditError `AUDIT_OPTIONS_INVALID` at once, if an option is wrong
 * @example
 * ```ts
 * const audit = createAudit({ databaseUrl });
 * app.use(auditExpress(audit, { actor: (request) => request.user }));
 * app.post('/invoices/:id/approve', audited('invoice.approve', { resource: 'Invoice' }), signedIn, approve);
 * app.use(auditErrors());
 * ```
 */
export function auditExpress(audit: Recorder, options: HttpAuditOptions = {}): Middleware {
  const checked = checkHttpOptions('auditExpress()', options);
  const policy = requestPolicy(checked);
  const always = (checked.durability ?? 'async') !== 'async';
  const middleware = auditMiddleware(audit, {
    ...checked,
    errorOf: (error) => policy.errorOf(error),
    routeFor: (request, record) => policy.routeFor(request, record, matchedOf(request)),
    holds: () => always,
  });
  return (request, response, next) => middleware(request as AuditRequest, response as AuditResponse, next);
}

/**
 * In a route, in front of its guards: the request leaves an entry of this action, whoever answers it. Stands in for
 * `@Audited`. What `response.json()` is given counts as the handler's result.
 *
 * A 401 counts as `denied`: Express does not tell a guard from a handler. `before` and `reason` are asked at once, so in front of
 * the guards that come after.
 * @param action dotted name, e.g. `invoice.approve` @defaultValue that of route and method: `POST /residents` is `residents.create`
 * @throws AuditError `AUDIT_OPTIONS_INVALID` at once, if the action or an option is wrong
 */
export function audited(action?: ActionName, options: AuditedOptions = {}): Middleware {
  const mark = checkMark('audited', action, options);
  return withExchange('audited', (exchange, request, response, next) => {
    const { record } = exchange;
    record.guarded = true;
    record.params = { ...request.params };
    notePattern(request);
    if ((mark.durability ?? 'async') !== 'async') exchange.hold();
    onJson(response, (result) => noteResult(record, mark, result));
    // Whatever read the body may have lost the context.
    const goOn = (): void => runInContext(exchange.context, next);
    const waiting = beforeHandler(exchange, mark);
    if (waiting) void waiting.then(goOn);
    else goOn();
  });
}

/** In a route: no entry, although `requests` covers it. Stands in for `@SkipAudit`. */
export function skipAudit(): Middleware {
  return withExchange('skipAudit', ({ record }, _request, _response, next) => {
    record.skipped = true;
    next();
  });
}

/** After all routes, in front of the application's own error middleware: notes the error, and passes it on. */
export function auditErrors(): ErrorMiddleware {
  return (error, _request, response, next) => {
    exchangeOf(response)?.fail(error);
    next(error);
  };
}

type WithExchange = (exchange: Exchange, request: AuditRequest, response: { json?: unknown }, next: Next) => void;

/** Without `auditExpress()` nothing is recorded, and nothing is broken; it is said once. */
function withExchange(name: string, middleware: WithExchange): Middleware {
  let warned = false;
  return (request, response, next) => {
    const exchange = exchangeOf(response);
    // Express's own request has what is read of it.
    if (exchange) return middleware(exchange, request as AuditRequest, response, next);
    if (!warned) process.emitWarning(`${name}(): there is no auditExpress() in front of it`, 'AuditWarning');
    warned = true;
    next();
  };
}

function onJson(response: { json?: unknown }, note: (result: unknown) => void): void {
  const { json } = response;
  if (typeof json !== 'function') return;
  response.json = function (this: unknown, ...args: unknown[]): unknown {
    note(args[0]);
    return Reflect.apply(json, this, args);
  };
}
