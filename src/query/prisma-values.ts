import type { PrismaValues } from './value.js';

/** As 7 exports them, and where 6 has the nulls. */
interface Runtime {
  readonly Decimal: PrismaValues['Decimal'];
  readonly JsonNull?: PrismaValues['JsonNull'];
  readonly objectEnumValues?: { readonly instances: Pick<PrismaValues, 'JsonNull'> };
}

let loading: Promise<PrismaValues | undefined> | undefined;

/**
 * Those of the runtime that every generated client imports, so that `value instanceof Prisma.Decimal` and
 * `value === Prisma.JsonNull` hold. Asked for only when something is to be read, since who reads a log need not have Prisma.
 */
export function prismaValues(): Promise<PrismaValues | undefined> {
  return (loading ??= import('@prisma/client/runtime/client').then(valuesOf, () => undefined));
}

function valuesOf({ Decimal, JsonNull, objectEnumValues }: Runtime): PrismaValues | undefined {
  const found = JsonNull ?? objectEnumValues?.instances.JsonNull;
  return found && { Decimal, JsonNull: found };
}
