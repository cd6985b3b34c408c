import { PrismaPg } from '@prisma/adapter-pg';
import type { DriverAdapterFactory, Query } from '../../src/prisma/driver-adapter.js';

/** A driver adapter of PostgreSQL that remembers each text as it is sent to the database. */
export function recordingAdapter(connectionString: string, max = 2): DriverAdapterFactory & { sent: string[] } {
  const inner = new PrismaPg({ connectionString, max });
  const sent: string[] = [];
  const recorded = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(original, key) {
        const value: unknown = Reflect.get(original, key, original);
        if (typeof value !== 'function') return value;
        if (key === 'queryRaw' || key === 'executeRaw')
          return (query: Query) => {
            sent.push(query.sql);
            return Reflect.apply(value, original, [query]) as unknown;
          };
        if (key === 'startTransaction')
          return async (...args: unknown[]) => recorded((await Reflect.apply(value, original, args)) as object);
        return value.bind(original) as unknown;
      },
    });
  return { provider: inner.provider, connect: async () => recorded(await inner.connect()), sent };
}
