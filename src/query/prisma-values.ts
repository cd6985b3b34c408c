import type { PrismaValues } from './value.js';

let loading: Promise<PrismaValues | undefined> | undefined;

/**
 * Those of the runtime that every generated client imports, so that `value instanceof Prisma.Decimal` and
 * `value === Prisma.JsonNull` hold. Asked for only when something is to be read, since who reads a log need not have Prisma.
 */
export function prismaValues(): Promise<PrismaValues | undefined> {
  return (loading ??= import('@prisma/client/runtime/client').then(
    ({ Decimal, JsonNull }) => ({ Decimal, JsonNull }),
    () => undefined,
  ));
}
