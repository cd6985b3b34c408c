import { auditAdapter, isAuditAdapter, unwrappedFactory } from './adapter.js';
import type { DriverAdapter, DriverAdapterFactory } from './driver-adapter.js';

/** What of `PrismaPg` is looked at: whether its pool is its own, or one that the application made. */
interface PgFactory extends DriverAdapterFactory {
  readonly adapterName: string;
  readonly config: unknown;
  readonly externalPool: unknown;
}

/**
 * Asks one question on a connection of its own, made as the client makes its own and ended at once: the application's pool stays as
 * it is, and a connection that nobody uses keeps no process alive.
 *
 * @returns one object for each row; `undefined` where the client's adapter is not known well enough, or no connection can be had
 */
export async function askBeside(
  client: object,
  sql: string,
  parameters: readonly string[],
): Promise<readonly unknown[] | undefined> {
  try {
    const factory = factoryBeside(client);
    if (factory === undefined) return undefined;
    // connect() promises whatever its driver has; this is the part of it that is used.
    const adapter: DriverAdapter & { dispose?(): Promise<void> } = await factory.connect();
    try {
      const argTypes = parameters.map(() => ({ scalarType: 'string', arity: 'scalar' }));
      const { columnNames, rows } = (await adapter.queryRaw({ sql, args: [...parameters], argTypes })) as {
        columnNames: string[];
        rows: unknown[][];
      };
      return rows.map((row) => Object.fromEntries(columnNames.map((name, i) => [name, row[i]])));
    } finally {
      await adapter.dispose?.();
    }
  } catch {
    return undefined; // the server may give no more connections; the client perhaps has one
  }
}

function factoryBeside(client: object): DriverAdapterFactory | undefined {
  // See `hasAuditAdapter`: the only place where a built client keeps its adapter.
  const factory = (client as { _engineConfig?: { adapter?: unknown } })._engineConfig?.adapter;
  if (!isPg(factory)) return undefined;
  if (factory.externalPool === null) return factory; // makes a pool each time
  const inner = unwrappedFactory(factory);
  const prototype: unknown = Object.getPrototypeOf(inner);
  // What somebody else has put around it would be left out.
  if (!isPg(inner) || Reflect.get(prototype as object, 'connect') !== inner.connect) return undefined;
  const beside = Object.create(prototype as object, {
    ...Object.getOwnPropertyDescriptors(inner),
    externalPool: { value: null },
  }) as PgFactory; // the same but for its pool
  return isAuditAdapter(factory) ? auditAdapter(beside) : beside;
}

function isPg(factory: unknown): factory is PgFactory {
  return (
    typeof factory === 'object' &&
    factory !== null &&
    Reflect.get(factory, 'adapterName') === '@prisma/adapter-pg' &&
    'config' in factory &&
    'externalPool' in factory
  );
}
