import { AuditError } from '../event/errors.js';

/**
 * Engines of Prisma 6 that plan a query outside of JavaScript, or on another machine: the driver adapter is called back from there, in
 * nobody's async context. Those of Prisma 7, and of 6 with `engineType = "client"`, have another name.
 */
const FOREIGN: readonly unknown[] = ['LibraryEngine', 'BinaryEngine', 'DataProxyEngine'];

export const RUST_ENGINE_REMEDY =
  'say engineType = "client" in the generator of schema.prisma (Prisma 6.16 or later), run prisma generate, and give the client a driver adapter; or go to Prisma 7';

/** Total: a later Prisma may keep its engine elsewhere, and a provider can be a proxy of anything. */
export function hasRustEngine(client: object): boolean {
  try {
    const engine: unknown = Reflect.get(client, '_engine');
    return typeof engine === 'object' && engine !== null && FOREIGN.includes(Reflect.get(engine, 'name'));
  } catch {
    return false;
  }
}

/** @throws AuditError `AUDIT_ENGINE_UNSUPPORTED` */
export function refuseRustEngine(client: object): void {
  if (hasRustEngine(client))
    throw new AuditError(
      'AUDIT_ENGINE_UNSUPPORTED',
      `this client runs its queries in the Rust query engine of Prisma 6, which does not tell whose statement it sends: ${RUST_ENGINE_REMEDY}`,
    );
}
