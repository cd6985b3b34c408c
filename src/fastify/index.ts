/** Fastify without Nest: `nestjs-prisma-audit/fastify`. Fastify itself is not loaded; its types are not needed. */
import type { ActionName } from '../event/action.js';
import type { Recorder } from '../recorder/port.js';
import { exchangeOf } from '../http/exchange.js';
import { fastifyHooks, type FastifyLike, type FastifyReplyLike } from '../http/fastify-hooks.js';
import { noteHandler, type FastifyRouteLike } from './route.js';
import { requestPolicy } from '../http/policy.js';
import { matchedOf } from '../http/route-pattern.js';
import { checkMark } from '../http/check-mark.js';
import { checkHttpOptions, type HttpAuditOptions } from '../http/options.js';
import type { AuditedMark, AuditedOptions } from '../http/request-record.js';
import type { AuditRequest } from '../http/request.js';

export { createAudit, type Audit, type AuditOptions } from '../compose/index.js';
export { runAs, setActor, withContext } from '../context/context.js';
export { AuditError, isAuditError } from '../event/errors.js';
export type { AuditedCall, AuditedMark, AuditedOptions } from '../http/request-record.js';
export type { HttpAuditOptions } from '../http/options.js';
export type { AuditRequest } from '../http/request.js';
export type { FastifyLike } from '../http/fastify-hooks.js';

export type AuditPlugin = (fastify: FastifyLike, options: unknown, done: (error?: Error) => void) => void;

/**
 * Gives each request its context, and lets the audited ones leave their entry when the response has ended. Register it before
 * the routes; it holds for the instance that it is registered on and all below.
 *
 * @param audit what `createAudit()` gave
 * @throws AuditError `AUDIT_OPTIONS_INVALID` at once, if an option is wrong; when a route is added, if its `config.audit` is
 * @example
 * ```ts
 * const audit = createAudit({ databaseUrl });
 * await app.register(auditFastify(audit, { actor: (request) => request.user }));
 * app.post('/invoices/:id/approve', { ...audited('invoice.approve', { resource: 'Invoice' }), preHandler: signedIn }, approve);
 * ```
 */
export function auditFastify(audit: Recorder, options: HttpAuditOptions = {}): AuditPlugin {
  const checked = checkHttpOptions('auditFastify()', options);
  const policy = requestPolicy(checked);
  const plugin: AuditPlugin = (fastify, _options, done) => {
    // Fastify's own overloads tell the hooks apart by their name; here they are known.
    const addHook = fastify.addHook.bind(fastify) as (name: string, hook: unknown) => void;
    fastifyHooks(fastify, audit, {
      ...checked,
      errorOf: (error) => policy.errorOf(error),
      routeFor: (request, record) => {
        const matched = matchedOf(request);
        return policy.routeFor(request, record, matched && { ...matched, ...routeOf(request) });
      },
      holds: (request) => {
        const { audited: mark, skipped } = routeOf(request);
        if (skipped === true || !(mark ?? policy.covers(request.method))) return false;
        return (mark?.durability ?? checked.durability ?? 'async') !== 'async';
      },
    });
    addHook('onRoute', (route: FastifyRouteLike) => {
      const given = route.config?.audit;
      if (given === false) return;
      if (given) {
        const { action, ...more } = given;
        noteHandler(route, checkMark('config.audit', action, more));
      } else if ([route.method].flat().some((method) => policy.covers(method))) noteHandler(route, undefined);
    });
    addHook('onError', (_request: unknown, reply: FastifyReplyLike, error: unknown, next: () => void) => {
      exchangeOf(reply.raw)?.fail(error);
      next();
    });
    done();
  };
  return Object.assign(plugin, {
    // As fastify-plugin has it: hooks of the instance itself, not of a context below it.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'nestjs-prisma-audit',
  });
}

/**
 * Options of a route that leaves an entry of this action: `app.get('/', { ...audited('home.read') }, handler)`. The same as
 * `config: { audit: { action } }`, checked at once. A route with `config: { audit: false }` leaves none.
 * @param action dotted name @defaultValue that of route and method: `POST /residents` is `residents.create`
 * @throws AuditError `AUDIT_OPTIONS_INVALID` if the action or an option is wrong
 */
export function audited(action?: ActionName, options: AuditedOptions = {}): { config: { audit: AuditedMark } } {
  return { config: { audit: checkMark('audited', action, options) } };
}

function routeOf(request: AuditRequest): { readonly audited?: AuditedMark; readonly skipped?: boolean } {
  // Checked when the route was added; a route that was added before the plugin has its hooks as well.
  const { config } = (request['routeOptions'] ?? {}) as Partial<FastifyRouteLike>;
  const given = config?.audit;
  return given === false ? { skipped: true } : given === undefined ? {} : { audited: given };
}
