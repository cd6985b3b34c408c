import {
  Module,
  type DynamicModule,
  type InjectionToken,
  type ModuleMetadata,
  type OptionalFactoryDependency,
} from '@nestjs/common';
import { AuditError } from '../../event/errors.js';
import { viewerHandler } from '../../viewer/handler.js';
import { checkViewerOptions, type ViewerOptions } from '../../viewer/options.js';
import { VIEWER, type Viewable } from '../../viewer/port.js';
import { getAuditToken } from '../instances.js';
import { VIEWER_HANDLER, viewerController } from './controller.js';

interface Mounted {
  /** Below the global prefix, if there is one: `/audit`. */
  readonly path: string;
  /** Of the audit that is shown, where it has a name. @defaultValue the default one */
  readonly name?: string | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any -- the framework's own request, whichever it is
export interface AuditViewerOptions<R = any> extends Mounted, ViewerOptions<R> {}

// oxlint-disable-next-line typescript/no-explicit-any -- as above
export interface AuditViewerAsyncOptions<R = any> extends Mounted, Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // oxlint-disable-next-line typescript/no-explicit-any -- what is injected
  readonly useFactory: (...injected: any[]) => ViewerOptions<R> | Promise<ViewerOptions<R>>;
}

/**
 * `AuditViewerModule.forRoot({ path: '/audit', authorize })` beside `AuditModule`: the page, its files and its data below that path, on
 * Express and Fastify. `authorize` is asked for every request, behind the application's own guards. Several audits have one each.
 *
 * @example
 * ```ts
 * AuditViewerModule.forRoot({
 *   path: '/audit',
 *   authorize: ({ user }) => user?.isAuditor && { tenants: [user.tenantId], actor: { id: user.id } },
 * })
 * ```
 */
@Module({})
export class AuditViewerModule {
  /** @throws AuditError `AUDIT_OPTIONS_INVALID`, without `authorize` too */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  static forRoot<R = any>({ path, name, ...options }: AuditViewerOptions<R>): DynamicModule {
    const checked = checkViewerOptions('AuditViewerModule.forRoot()', options);
    return mounted({ path, name }, [], [], () => checked);
  }

  /** The same, where `authorize` needs something that is injected. The path is known at once. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  static forRootAsync<R = any>({ path, name, imports, inject, useFactory }: AuditViewerAsyncOptions<R>): DynamicModule {
    return mounted({ path, name }, imports ?? [], inject ?? [], async (...injected) =>
      checkViewerOptions('AuditViewerModule.forRootAsync()', await useFactory(...injected)),
    );
  }
}

type Checked = ReturnType<typeof checkViewerOptions>;

function mounted(
  { path, name }: Mounted,
  imports: NonNullable<ModuleMetadata['imports']>,
  inject: (InjectionToken | OptionalFactoryDependency)[],
  options: (...injected: unknown[]) => Checked | Promise<Checked>,
): DynamicModule {
  return {
    module: AuditViewerModule,
    imports,
    controllers: [viewerController(pathOf(path))],
    providers: [
      {
        provide: VIEWER_HANDLER,
        inject: [getAuditToken(name), ...inject],
        useFactory: async (audit: Viewable, ...injected: unknown[]) => viewerHandler(() => audit[VIEWER], await options(...injected)), // prettier-ignore
      },
    ],
  };
}

/** Segments of letters alone: what a router takes for a pattern would be another path than it says. */
function pathOf(path: unknown): string {
  const plain = typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '') : '';
  if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(plain) && !/(^|\/)\.{1,2}(\/|$)/.test(plain)) return plain;
  throw new AuditError(
    'AUDIT_OPTIONS_INVALID',
    "AuditViewerModule: path must be where the viewer is, in plain segments: path: '/audit'",
  );
}
