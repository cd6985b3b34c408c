import { Inject, Injectable, Logger, RequestMethod, type MiddlewareConsumer } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Audit } from '../compose/create-audit.js';
import { auditMiddleware, type MiddlewareOptions } from '../http/middleware.js';
import { fastifyHooks, type FastifyLike } from '../http/fastify-hooks.js';
import type { RequestPolicy } from '../http/policy.js';
import { MODULE_OPTIONS_TOKEN, REQUEST_POLICY, type AuditModuleOptions } from './options.js';
import { RouteTable } from './route-table.js';

const logger = new Logger('Audit');

/** Where requests come in: the middleware, and on Fastify the hooks that see Fastify's own request. */
@Injectable()
export class HttpSurface {
  readonly #audit: Audit;
  readonly #routes: RouteTable;
  readonly #options: AuditModuleOptions;
  readonly #host: HttpAdapterHost;
  readonly #policy: RequestPolicy;

  constructor(
    @Inject(Audit) audit: Audit,
    @Inject(RouteTable) routes: RouteTable,
    @Inject(MODULE_OPTIONS_TOKEN) options: AuditModuleOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(REQUEST_POLICY) policy: RequestPolicy,
  ) {
    this.#audit = audit;
    this.#routes = routes;
    this.#options = options;
    this.#host = host;
    this.#policy = policy;
  }

  attach(consumer: MiddlewareConsumer): void {
    const { actor, tenant, session, trustedProxy } = this.#options;
    const options: MiddlewareOptions = {
      actor,
      tenant,
      session,
      trustedProxy,
      actions: this.#audit.actions,
      routeFor: (request, record) => this.#policy.routeFor(request, record, this.#routes.find(request)),
      holds: () => this.#routes.holds,
      onError: (error) => logger.warn(error instanceof Error ? error.message : String(error)),
    };
    // On Fastify too: what other middleware does, in front of every hook, has its context as well.
    consumer.apply(auditMiddleware(this.#audit, options)).forRoutes({ path: '{*path}', method: RequestMethod.ALL });
    const adapter = this.#host.httpAdapter;
    if (adapter.getType() === 'fastify') fastifyHooks(adapter.getInstance<FastifyLike>(), this.#audit, options);
  }
}
