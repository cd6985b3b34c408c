import { AuditError } from '../../event/errors.js';

/** There in a CommonJS build alone, where an `import()` would not work below a test runner that has none. */
declare const require: ((name: string) => unknown) | undefined;

/**
 * Parts of frameworks that an application may have, in the application's own copy. They are loaded where it has handlers of them, and
 * never when this package is.
 */
export const load = {
  external: () =>
    loaded(
      '@nestjs/core',
      () => import('@nestjs/core/exceptions/external-exceptions-handler.js'),
      () => require?.('@nestjs/core/exceptions/external-exceptions-handler.js'),
    ),
  rpc: () =>
    loaded(
      '@nestjs/microservices',
      () => import('@nestjs/microservices'),
      () => require?.('@nestjs/microservices'),
    ),
  rpcCreator: () =>
    loaded(
      '@nestjs/microservices',
      () => import('@nestjs/microservices/context/rpc-context-creator.js'),
      () => require?.('@nestjs/microservices/context/rpc-context-creator.js'),
    ),
  rpcErrors: () =>
    loaded(
      '@nestjs/microservices',
      () => import('@nestjs/microservices/exceptions/rpc-exceptions-handler.js'),
      () => require?.('@nestjs/microservices/exceptions/rpc-exceptions-handler.js'),
    ),
  ws: () =>
    loaded(
      '@nestjs/websockets',
      () => import('@nestjs/websockets'),
      () => require?.('@nestjs/websockets'),
    ),
  wsCreator: () =>
    loaded(
      '@nestjs/websockets',
      () => import('@nestjs/websockets/context/ws-context-creator.js'),
      () => require?.('@nestjs/websockets/context/ws-context-creator.js'),
    ),
  wsErrors: () =>
    loaded(
      '@nestjs/websockets',
      () => import('@nestjs/websockets/exceptions/ws-exceptions-handler.js'),
      () => require?.('@nestjs/websockets/exceptions/ws-exceptions-handler.js'),
    ),
} as const;

/** @throws AuditError `AUDIT_OPTIONS_INVALID` when it cannot be loaded from here */
async function loaded<T>(name: string, imported: () => Promise<T>, required: () => unknown): Promise<T> {
  try {
    // What is required is what the import would give: the same file.
    return typeof require === 'function' ? (required() as T) : await imported();
  } catch (cause) {
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      `the application has handlers of ${name}, and nestjs-prisma-audit cannot load it: install it beside, in a version that README names`,
      { cause: cause instanceof Error ? cause.message : String(cause) },
    );
  }
}
