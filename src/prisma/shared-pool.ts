import { saysWhoActs, withSaid } from '../context/said.js';
import type { DriverAdapter, Query, Queryable } from './driver-adapter.js';

/**
 * What the adapter sends, where its pool may be one that `auditPool()` was given too: in a transaction the pool would add the
 * context of another request's tick, behind the right one.
 *
 * @param target the adapter, or a transaction of it
 */
export function besidePool(target: Queryable, adapter: DriverAdapter): Queryable {
  const pool = poolOf(adapter);
  if (pool === undefined) return target;
  return {
    // Asked each time: the pool can be given to `auditPool()` later.
    queryRaw: (query: Query): ReturnType<Queryable['queryRaw']> =>
      saysWhoActs(pool) ? withSaid(true, () => target.queryRaw(query)) : target.queryRaw(query),
    executeRaw: (query) =>
      saysWhoActs(pool) ? withSaid(true, () => target.executeRaw(query)) : target.executeRaw(query),
  };
}

/** `underlyingDriver()` is what the adapter of `@prisma/adapter-pg` has for it. */
function poolOf(adapter: object): object | undefined {
  const ask: unknown = Reflect.get(adapter, 'underlyingDriver');
  const pool: unknown = typeof ask === 'function' ? Reflect.apply(ask, adapter, []) : undefined;
  return typeof pool === 'object' && pool !== null ? pool : undefined;
}
