import {
  Inject,
  Logger,
  Module,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_INTERCEPTOR, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { Audit } from '../compose/create-audit.js';
import { isAuditError } from '../event/errors.js';
import { requestPolicy } from '../http/policy.js';
import { AuditInterceptor } from './audit.interceptor.js';
import { checkAuditedActions } from './check-actions.js';
import { AuditService } from './audit.service.js';
import { HttpSurface } from './http-surface.js';
import {
  checkModuleOptions,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  REQUEST_POLICY,
  type AuditModuleOptions,
} from './options.js';
import { RouteTable } from './route-table.js';

const logger = new Logger('Audit');
const warn = (error: unknown): void => logger.warn(error instanceof Error ? error.message : String(error));

/**
 * `AuditModule.forRoot({ databaseUrl, actor, tenant })` or `forRootAsync`, once, in the root module. Global.
 *
 * The application does not start when an option is wrong or the log is not installed; it does start when the database is
 * away, and events wait.
 */
@Module({
  providers: [
    {
      provide: Audit,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: AuditModuleOptions) => new Audit(checkModuleOptions(options, warn)),
    },
    {
      provide: REQUEST_POLICY,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: AuditModuleOptions) => requestPolicy(options),
    },
    AuditService,
    MetadataScanner,
    RouteTable,
    HttpSurface,
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
  ],
  exports: [AuditService],
})
export class AuditModule
  extends ConfigurableModuleClass
  implements NestModule, OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #audit: Audit;
  readonly #surface: HttpSurface;
  readonly #options: AuditModuleOptions;
  readonly #modules: ModulesContainer;

  constructor(
    @Inject(Audit) audit: Audit,
    @Inject(HttpSurface) surface: HttpSurface,
    @Inject(MODULE_OPTIONS_TOKEN) options: AuditModuleOptions,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    super();
    this.#audit = audit;
    this.#surface = surface;
    this.#options = options;
    this.#modules = modules;
  }

  configure(consumer: MiddlewareConsumer): void {
    this.#surface.attach(consumer);
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.#audit.check();
    } catch (error) {
      if (isAuditError(error)) throw error;
      // Zero interference: an application that starts without its database starts with us as well.
      logger.warn(
        `the database cannot be reached yet, events wait and nothing was probed: ${error instanceof Error ? error.message : String(error)}`,
      );
      if (this.#options.probe !== 'error') return;
    }
    await this.#audit.probe(this.#providers());
  }

  /** What the application's providers are; its Prisma clients are among them. */
  #providers(): unknown[] {
    return Array.from(this.#modules.values(), ({ providers }) => [...providers.values()])
      .flat()
      .filter((wrapper) => wrapper.isDependencyTreeStatic())
      .map((wrapper): unknown => wrapper.instance);
  }

  onApplicationBootstrap(): void {
    checkAuditedActions(this.#modules, this.#audit.actions, warn);
    this.#audit.start();
  }

  /** After the last request has ended and the application's own hooks have run. */
  async onApplicationShutdown(): Promise<void> {
    const lost = await this.#audit.close();
    if (lost > 0) logger.error(`${lost} events could not be written before shutdown and are lost`);
  }
}
