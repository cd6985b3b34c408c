import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { Audit } from '../compose/create-audit.js';
import { AuditInMemory } from './audit-in-memory.js';
import { AuditModule } from './audit.module.js';
import { checkModuleOptions, MODULE_OPTIONS_TOKEN, type AuditModuleOptions } from './options.js';

/** As those of `AuditModule`; what speaks of the database has no effect. */
export type AuditTestingOptions = Partial<AuditModuleOptions>;

/** A builder of `@nestjs/testing`, as far as it is of use here. */
interface OverridesProviders<B> {
  overrideProvider(token: unknown): { useFactory(options: { factory: InMemoryFactory; inject?: unknown[] }): B };
}
type InMemoryFactory = (...args: unknown[]) => AuditInMemory;

/** Never connected to: the options of the real module ask for one. */
const NO_DATABASE = 'postgresql://in-memory';

const inMemory = {
  provide: Audit,
  inject: [MODULE_OPTIONS_TOKEN],
  useFactory: (options: AuditTestingOptions) =>
    new AuditInMemory(checkModuleOptions({ databaseUrl: NO_DATABASE, ...options }, () => undefined)),
} satisfies FactoryProvider<AuditInMemory>;

/**
 * `AuditModule` without a database: requests, `@Audited`, `AuditService`, context, checks and redaction as in production, and
 * what is recorded stays in memory, to be asked for with `expectAudited()` or `audited()`. What Prisma writes is captured by
 * triggers of a database, and so not here.
 *
 * In the place of the real module: `imports: [AuditTestingModule.forRoot({ actor })]`. In an application that imports the real
 * one: `AuditTestingModule.replaceIn(Test.createTestingModule({ imports: [AppModule] }))`, which keeps its options.
 */
@Module({})
export class AuditTestingModule extends AuditModule {
  static override forRoot(options: AuditTestingOptions & { isGlobal?: boolean } = {}): DynamicModule {
    return withoutDatabase(super.forRoot({ databaseUrl: NO_DATABASE, ...options }));
  }

  static override forRootAsync(options: Parameters<typeof AuditModule.forRootAsync>[0]): DynamicModule {
    return withoutDatabase(super.forRootAsync(options));
  }

  /** Keeps in memory what the `AuditModule` of the application would write; its options (actor, tenant, redaction) hold. */
  static replaceIn<B extends OverridesProviders<B>>(builder: B): B {
    return builder.overrideProvider(Audit).useFactory({
      inject: inMemory.inject,
      factory: (options) => inMemory.useFactory(options as AuditTestingOptions), // what that token stands for
    });
  }
}

function withoutDatabase(definition: DynamicModule): DynamicModule {
  // Behind the provider of the same token, and so in its place.
  return { ...definition, providers: [...(definition.providers ?? []), inMemory] };
}
