import { Inject, Injectable, RequestMethod, type MiddlewareConsumer } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Audit } from '../compose/create-audit.js';
import { auditMiddleware, type MiddlewareOptions } from '../http/middleware.js';
import { fastifyHooks, type FastifyLike } from '../http/fastify-hooks.js';
import type { RequestPolicy } from '../http/policy.js';
import { AuditLog } from './audit-log.js';
import { MODULE_OPTIONS_TOKEN, REQUEST_POLICY, type AuditModuleOptions } from './options.js';
import { RouteTable } from './route-table.js';

/** Where requests come in: the middleware, and on Fastify the hooks that see Fastify's own request. */
@Injectable()
export class HttpSurface {
  readonly #audit: Audit;
  readonly #routes: RouteTable;
  readonly #options: AuditModuleOptions;
  readonly #host: HttpAdapterHost;
  readonly #policy: RequestPolicy;
  readonly #log: AuditLog;

  constructor(
    @Inject(Audit) audit: Audit,
    @Inject(RouteTable) routes: RouteTable,
    @Inject(MODULE_OPTIONS_TOKEN) options: AuditModuleOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(REQUEST_POLICY) policy: RequestPolicy,
    @Inject(AuditLog) log: AuditLog,
  ) {
    this.#audit = audit;
    this.#routes = routes;
    this.#options = options;
    this.#host = host;
    this.#policy = policy;
    this.#log = log;
  }

  attach(consumer: MiddlewareConsumer): void {
    const { actor, tenant, session, trustedProxy } = this.#options;
    const options: MiddlewareOptions = {
      actor,
      tenant,
      session,
      trustedProxy,
      errorOf: (error) => this.#policy.errorOf(error),
      actions: this.#audit.actions,
      routeFor: (request, record) => this.#policy.routeFor(request, record, this.#routes.find(request)),
      holds: () => this.#routes.holds,
      onError: this.#log.tell,
    };
    // On Fastify too: what other middleware does, in front of every hook, has its context as well.
    consumer.apply(auditMiddleware(this.#audit, options)).forRoutes({ path: '{*path}', method: RequestMethod.ALL });
    const adapter = this.#host.httpAdapter;
    if (adapter.getType() === 'fastify') fastifyHooks(adapter.getInstance<FastifyLike>(), this.#audit, options);
  }
}
