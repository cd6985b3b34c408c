import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Whether the statement that is on its way says already who acts: the wrapped driver adapter sends it, through a pool that would
 * add what holds at this moment. No text can claim it.
 */
const KEY = Symbol.for('nestjs-prisma-audit.said');
type Registry = { [KEY]?: AsyncLocalStorage<boolean> };
const storage: AsyncLocalStorage<boolean> = ((globalThis as Registry)[KEY] ??= new AsyncLocalStorage());

export function isSaid(): boolean {
  return storage.getStore() === true;
}

export function withSaid<T>(said: boolean, fn: () => T): T {
  return isSaid() === said ? fn() : storage.run(said, fn);
}

/** What `auditPool()` leaves on a pool or a client. */
export const SAYS = Symbol.for('nestjs-prisma-audit.pg');

/** Whether this pool or client of `pg` adds to its statements who acts. */
export function saysWhoActs(target: unknown): boolean {
  return typeof target === 'object' && target !== null && SAYS in target;
}
