import { AuditError } from '../../event/errors.js';

/** Only in a CommonJS build. There an `import()` would not work below a test runner that has none. */
declare const require: ((name: string) => unknown) | undefined;

/**
 * A part of a framework that the application uses, in the copy that the application has.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when it cannot be loaded from here
 */
export async function load<T>(name: string, imported: () => Promise<T>): Promise<T> {
  try {
    // What is required is what the import would give: the same file.
    return typeof require === 'function' ? (require(name) as T) : await imported();
  } catch (error) {
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      `the application has handlers of ${name.split('/').slice(0, 2).join('/')}, and nestjs-prisma-audit cannot load it: install it beside, in a version that README names`,
      { cause: error instanceof Error ? error.message : String(error) },
    );
  }
}
