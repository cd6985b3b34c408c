import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { Audit } from '../compose/create-audit.js';
import { auditMiddleware, type MiddlewareOptions } from '../http/middleware.js';
import { fastifyHooks, type FastifyLike } from '../http/fastify-hooks.js';
import type { RequestPolicy } from '../http/policy.js';
import { notePassed } from '../http/route-pattern.js';
import type { AuditRequest, AuditResponse } from '../http/request.js';
import { AuditLog } from './audit-log.js';
import { standFirst } from './first-guard.js';
import { noteVersions } from './route-distinction.js';
import { MODULE_OPTIONS_TOKEN, REQUEST_POLICY, type AuditModuleOptions } from './options.js';
import { RouteTable } from './route-table.js';

type Next = (error?: unknown) => void;

/** What is used of an adapter beside Nest's own type, which leaves the parameters of `use` open. */
interface Using {
  use(middleware: (request: AuditRequest, response: AuditResponse, next: Next) => void): unknown;
}

/**
 * Where requests come in: middleware in front of all that modules bind, on Fastify also the hooks that see Fastify's own
 * request, and the first guard. Nothing of it is bound to a path: Nest puts a global prefix in front of every path, and what
 * comes outside of it would not be seen.
 */
@Injectable()
export class HttpSurface {
  readonly #audit: Audit;
  readonly #routes: RouteTable;
  readonly #options: AuditModuleOptions;
  readonly #host: HttpAdapterHost;
  readonly #policy: RequestPolicy;
  readonly #log: AuditLog;
  readonly #config: ApplicationConfig;
  #attached = false;

  constructor(
    @Inject(Audit) audit: Audit,
    @Inject(RouteTable) routes: RouteTable,
    @Inject(MODULE_OPTIONS_TOKEN) options: AuditModuleOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(REQUEST_POLICY) policy: RequestPolicy,
    @Inject(AuditLog) log: AuditLog,
    @Inject(ApplicationConfig) config: ApplicationConfig,
  ) {
    this.#audit = audit;
    this.#routes = routes;
    this.#options = options;
    this.#host = host;
    this.#policy = policy;
    this.#log = log;
    this.#config = config;
  }

  /** While Nest binds middleware: in front of that of all modules, and of every route. */
  attach(): void {
    const { actor, tenant, session, trustedProxy, durability, onFailure } = this.#options;
    const options: MiddlewareOptions = {
      actor,
      tenant,
      session,
      trustedProxy,
      durability,
      onFailure,
      actions: this.#audit.actions,
      errorOf: (error) => this.#policy.errorOf(error),
      routeFor: (request, record) => this.#policy.routeFor(request, record, this.#routes.find(request, record)),
      holds: () => (durability ?? 'async') !== 'async' || this.#routes.holds || this.#audit.actions.waits,
      onError: this.#log.tell,
    };
    const adapter = this.#host.httpAdapter;
    // On Fastify too: what other middleware does, in front of every hook, has its context as well.
    (adapter as unknown as Using).use(auditMiddleware(this.#audit, options));
    if (adapter.getType() === 'fastify') {
      const fastify = adapter.getInstance<
        FastifyLike & { addHook(name: 'onRoute', hook: typeof noteVersions): unknown }
      >();
      fastify.addHook('onRoute', noteVersions);
      fastifyHooks(fastify, this.#audit, options);
    }
    // In front of all others, so that it has seen the handler when one of them refuses. It refuses nobody.
    standFirst(this.#config.getGlobalGuards());
    this.#attached = true;
  }

  /** When Nest has bound all routes, and before it binds its answer to what matches none. */
  endOfRoutes(): void {
    const adapter = this.#host.httpAdapter;
    if (!this.#attached || adapter.getType() !== 'express') return;
    (adapter as unknown as Using).use((request, _response, next) => {
      notePassed(request);
      next();
    });
  }
}
