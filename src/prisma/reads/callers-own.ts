import { uncopied } from './uncopied.js';
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
  const passed = uncopied(internals);
  if (passed !== undefined) return passed.args;
  return isObject(internals) && 'args' in internals ? internals['args'] : copy;
}

/**
 * What is looked at to know what a call touches: the copy, or where Prisma has made none the caller's own, of which only names
 * at known places are read.
 */
export function lookedAt(internals: unknown, copy: unknown): unknown {
  const passed = uncopied(internals);
  return passed === undefined ? copy : passed.args;
}
