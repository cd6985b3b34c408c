import { isObject } from './unknowns.js';

/**
 * The arguments of a call as they came to the hook: the caller's own, or what a hook before this one has made of them. What Prisma
 * gives a hook is a deep copy, which knows no classes: of an object with `toJSON` and private fields it keeps nothing, and what
 * Prisma takes only as it is (`URL`, a proxy, a date of a subclass) fails or is stored as another value.
 *
 * @param internals what Prisma gives hooks beside the arguments
 * @param copy what there is where a later Prisma gives no such thing
 */
export function callersOwn(internals: unknown, copy: unknown): unknown {
  return isObject(internals) && 'args' in internals ? internals['args'] : copy;
}
