import type { ReadModel } from './plan.js';
import { isObject } from './unknowns.js';

const LOGICAL = ['AND', 'OR', 'NOT'] as const;

/**
 * Whether the arguments of a call name, at their first level, a relation that leads to an audited model: all that a call of
 * another model pays, and most have no more than a `where` of two names.
 */
export function touches({ ways }: ReadModel, args: unknown): boolean {
  if (!isObject(args)) return false;
  const { select, include, where, orderBy } = args;
  return (
    names(select, ways) ||
    names(include, ways) ||
    names(where, ways) ||
    names(orderBy, ways) ||
    (isObject(where) && LOGICAL.some((word) => where[word] !== undefined))
  );
}

function names(given: unknown, ways: ReadModel['ways']): boolean {
  if (Array.isArray(given)) return given.some((each) => names(each, ways));
  if (!isObject(given)) return false;
  for (const key in given) if (ways.has(key) || key === '_count') return true;
  return false;
}
