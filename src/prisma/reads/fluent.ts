import { isObject } from './unknowns.js';

/**
 * The relations by which a fluent call (`prisma.a.findUnique(…).b()`) has gone on. A hook is shown the call as one of `a`
 * that selects `b`, and a result that is `b` alone.
 *
 * @param internals what Prisma gives hooks beside the arguments: the only place that tells such a call from an ordinary one
 */
export function fluentWay(internals: unknown): readonly string[] {
  const path = isObject(internals) ? internals['dataPath'] : undefined;
  if (!Array.isArray(path)) return [];
  return path.filter((step, i): step is string => typeof step === 'string' && i % 2 === 1);
}
