import { accessesOf, type Access } from './accesses.js';
import { callersOwn, lookedAt } from './callers-own.js';
import { factOf, hasFailed } from './facts.js';
import { fluentWay } from './fluent.js';
import type { HandOver } from './hand-over.js';
import { observe, type Query } from './observe.js';
import { isWrite } from './operations.js';
import type { ReadModel, ReadPlan } from './plan.js';
import type { Call } from './rows.js';
import { touches } from './touches.js';

/** What Prisma gives a query hook of a model. */
export interface HookedCall {
  readonly operation: string;
  readonly query: Query;
  /** A copy that Prisma makes for hooks, in which objects of classes are what their enumerable members are. */
  readonly args: unknown;
  /** Not documented; absent, fluent calls are taken for ordinary ones, and Prisma sends the copy. */
  readonly __internalParams?: unknown;
}

export type Hook = (call: HookedCall) => Promise<unknown>;

/** The hook of one model. A call that touches nothing that is audited goes its way at once. */
export function modelHook(plan: ReadPlan, model: ReadModel, to: HandOver): Hook {
  return ({ operation, args: copy, query, __internalParams: internals }) => {
    const args = callersOwn(internals, copy);
    const seen = lookedAt(internals, copy);
    const accesses = accessesAt(plan, model, operation, seen);
    if (accesses.length === 0) return query(args);
    const call: Call = { operation, args: seen, fluent: fluentWay(internals) };
    return observe(query, args, to, (ending, moment) => {
      // A write that failed has handed out no row; its condition was looked at.
      const failed = isWrite(operation) && hasFailed(ending);
      const made = failed ? accesses.filter(({ through }) => through === 'where') : accesses;
      return made.map((access) => factOf(access, model.name, call, moment, ending));
    });
  };
}

/** Total: arguments may have getters that throw, at which Prisma will fail as well. */
function accessesAt(plan: ReadPlan, model: ReadModel, operation: string, args: unknown): readonly Access[] {
  try {
    return model.audited || touches(model, args) ? accessesOf(plan, model, operation, args) : [];
  } catch {
    return model.audited && !isWrite(operation) ? [{ model, path: [], asked: {} }] : [];
  }
}
