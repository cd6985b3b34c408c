import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What a statement that is on its way already says: `true`, that its text does, since the wrapped driver adapter sends it through a
 * pool that would add what holds at this moment; a text, the comment of the moment at which a pool was given it. No text of a
 * statement can claim it.
 */
export type Said = true | string | undefined;

const KEY = Symbol.for('nestjs-prisma-audit.said');
type Registry = { [KEY]?: AsyncLocalStorage<Said> };
const storage: AsyncLocalStorage<Said> = ((globalThis as Registry)[KEY] ??= new AsyncLocalStorage());

export function currentlySaid(): Said {
  return storage.getStore();
}

export function withSaid<T>(said: Said, fn: () => T): T {
  return storage.getStore() === said ? fn() : storage.run(said, fn);
}

/** What `auditPool()` leaves on a pool or a client. */
export const SAYS = Symbol.for('nestjs-prisma-audit.pg');

/** Whether this pool or client of `pg` adds to its statements who acts. */
export function saysWhoActs(target: unknown): boolean {
  return typeof target === 'object' && target !== null && SAYS in target;
}
