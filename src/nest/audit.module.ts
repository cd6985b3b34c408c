import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { Audit } from '../compose/create-audit.js';
import { within } from '../event/deadline.js';
import type { ActionCatalogue } from '../event/actions.js';
import { isAuditError } from '../event/errors.js';
import { AuditLog } from './audit-log.js';
import { checkAuditedActions } from './check-actions.js';
import { addFeatures, featureModule } from './features.js';
import { CallSurface } from './calls/call-surface.js';
import { hookMercurius } from './calls/field-errors.js';
import { HttpSurface } from './http-surface.js';
import { instanceModule } from './instance-module.js';
import { INSTANCE, recordsRequests, type Instance } from './instances.js';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type ASYNC_OPTIONS_TYPE,
  type AuditModuleOptions,
  type OPTIONS_TYPE,
} from './options.js';
import { shutDown, warnWithoutHooks } from './shutdown.js';

/** A database that is open and silent must not hold the start of the application for long. */
const CHECK_MS = 5_000;

/** So long calls that are at work are waited for at the end: jobs of a queue whose own module ends later. */
const CALLS_MS = 1_000;

/**
 * `AuditModule.forRoot({ databaseUrl, actor, tenant })` or `forRootAsync`, once, in the root module. Global. Another audit
 * beside it has a name: `forRoot({ name: 'billing', … })`, and is injected with `@InjectAudit('billing')`; requests are recorded
 * by the one without a name.
 *
 * The application does not start when an option is wrong or the log is not installed; it does start when the database is
 * away, and events wait.
 */
@Module({})
export class AuditModule
  extends ConfigurableModuleClass
  implements NestModule, OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #audit: Audit;
  readonly #surface: HttpSurface;
  readonly #calls: CallSurface;
  readonly #options: AuditModuleOptions;
  readonly #modules: ModulesContainer;
  readonly #instance: Instance;
  readonly #log: AuditLog;
  readonly #http: HttpAdapterHost;
  #stopLooking: () => void = () => undefined;

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return instanceModule(super.forRoot(options), options?.name);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return instanceModule(super.forRootAsync(options), options.name);
  }

  /**
   * Adds a feature's catalogue, as `defineActions` gave it, to the default audit or to the one of that name:
   * `imports: [AuditModule.forFeature(invoiceActions)]`. All are there before the application takes requests.
   * @throws AuditError `AUDIT_OPTIONS_INVALID` when it is none; the application does not start when two features define an action
   *   differently
   */
  static forFeature(actions: ActionCatalogue, { audit }: { readonly audit?: string } = {}): DynamicModule {
    return featureModule(actions, audit);
  }

  constructor(
    @Inject(Audit) audit: Audit,
    @Inject(HttpSurface) surface: HttpSurface,
    @Inject(CallSurface) calls: CallSurface,
    @Inject(MODULE_OPTIONS_TOKEN) options: AuditModuleOptions,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(INSTANCE) instance: Instance,
    @Inject(AuditLog) log: AuditLog,
    @Inject(HttpAdapterHost) http: HttpAdapterHost,
  ) {
    super();
    this.#audit = audit;
    this.#surface = surface;
    this.#calls = calls;
    this.#options = options;
    this.#modules = modules;
    this.#instance = instance;
    this.#log = log;
    this.#http = http;
    addFeatures(audit.actions, instance, modules);
  }

  configure(): void {
    if (recordsRequests(this.#instance, this.#modules)) this.#surface.attach();
  }

  async onModuleInit(): Promise<void> {
    this.#surface.endOfRoutes();
    if (recordsRequests(this.#instance, this.#modules)) this.#calls.attachInstances();
    await this.#audit.traces();
    try {
      const answered = await within(
        CHECK_MS,
        this.#audit.check().then(() => true),
      );
      if (!answered) throw new Error(`no answer within ${CHECK_MS} ms`);
    } catch (error) {
      if (isAuditError(error)) throw error;
      // Zero interference: an application that starts without its database starts with us as well.
      this.#log.tell(
        new Error(
          `the database cannot be reached yet, events wait and nothing was probed: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        ),
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
    if (recordsRequests(this.#instance, this.#modules))
      checkAuditedActions(this.#modules, this.#audit.actions, this.#log.tell);
    if (this.#http.httpAdapter?.getType() === 'fastify') hookMercurius(this.#http.httpAdapter.getInstance());
    this.#audit.start();
    const { signing } = this.#audit;
    if (signing !== undefined) this.#log.info(signing.says, { configured: signing.level });
    const isListening = (): boolean => {
      const server: unknown = this.#http.httpAdapter?.getHttpServer();
      return typeof server === 'object' && server !== null && 'listening' in server && server.listening === true;
    };
    this.#stopLooking = warnWithoutHooks(isListening, this.#log);
  }

  /** The server is still open: what waits is written while the last requests end, so that little is left for the end. */
  beforeApplicationShutdown(): void {
    this.#stopLooking();
    void this.#audit.drain();
  }

  /** After the last request has ended and the application's own hooks have run. */
  async onApplicationShutdown(): Promise<void> {
    await this.#calls.close(CALLS_MS);
    await shutDown(this.#audit, this.#log);
  }
}
