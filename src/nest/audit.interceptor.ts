import {
  BadRequestException,
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { currentContext } from '../context/context.js';
import type { AuditedMark } from '../http/audited-options.js';
import { askBefore } from '../http/before.js';
import { REASON_MISSING, takeReason } from '../http/reason.js';
import { noteActor, noteResult, recordOf, type RequestRecord } from '../http/request-record.js';
import type { AuditRequest } from '../http/request.js';
import type { RequestPolicy } from '../http/policy.js';
import { markOf } from './audited-mark.js';
import { currentTurn } from './calls/turn.js';
import { REQUEST_POLICY } from './options.js';

/**
 * Sees the handler of an HTTP request: its result, its error (the arguments are noted by the decorator). The middleware writes
 * the entry when the response ends. Whatever else is called, `calls/` sees.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  readonly #policy: RequestPolicy;

  constructor(@Inject(REQUEST_POLICY) policy: RequestPolicy) {
    this.#policy = policy;
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const { audited, skipped } = markOf(execution.getHandler(), execution.getClass());
    if (execution.getType() !== 'http') {
      currentTurn()?.noteInterceptors();
      return next.handle();
    }

    const record = recordOf(currentContext());
    if (!record) return next.handle();
    record.reached = true;
    record.skipped = skipped;
    const request = execution.switchToHttp().getRequest<AuditRequest>();
    if (skipped || !(audited ?? this.#policy.covers(request.method))) return next.handle();
    record.route = audited;
    noteActor(record, currentContext());
    const handled = next.handle().pipe(
      tap({
        next: (result) => noteResult(record, audited, result),
        error: (error) => (record.error = this.#policy.errorOf(error)),
      }),
    );
    return audited ? this.#prepared(record, audited, request, handled) : handled;
  }

  /** What stands before the handler: the reason that it requires, the values as they are. */
  #prepared(
    record: RequestRecord,
    mark: AuditedMark,
    request: AuditRequest,
    handled: Observable<unknown>,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const call = { request, params: request.params ?? {} };
    if (!takeReason(record, mark, call)) {
      const refusal = new BadRequestException(REASON_MISSING);
      record.error = this.#policy.errorOf(refusal);
      throw refusal;
    }
    return askBefore(record, mark, call)?.then(() => handled) ?? handled;
  }
}
