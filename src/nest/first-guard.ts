import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { currentContext } from '../context/context.js';
import { recordOf } from '../http/request-record.js';
import { markOf } from './audited-mark.js';
import { currentTurn } from './calls/turn.js';

/**
 * Stands in front of all guards and lets everybody through: it notes whose guards are asked. Nothing else tells that for
 * certain of a request which one of them refuses: one pattern can have handlers that a header, a media type, the host or a
 * function of the application tells apart, or that pass on to each other.
 */
export class FirstGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    if (execution.getType() !== 'http') {
      currentTurn()?.noteGuards();
      return true;
    }
    const record = recordOf(currentContext());
    if (!record) return true;
    const mark = markOf(execution.getHandler(), execution.getClass());
    record.handler = mark;
    // A handler before this one had its turn, and passed on. It is the one that is logged if this one is not.
    record.reached = false;
    if (mark.audited) record.route = undefined;
    return true;
  }
}

/** In front of those that are there; once. */
export function standFirst(guards: CanActivate[]): void {
  if (!(guards[0] instanceof FirstGuard)) guards.unshift(new FirstGuard());
}
