import {
  BadRequestException,
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Observable, tap } from 'rxjs';
import { Audit } from '../compose/create-audit.js';
import { currentContext, newContext, runInContext } from '../context/context.js';
import { isAction } from '../event/action.js';
import { systemClock } from '../event/clock.js';
import type { AuditedMark } from '../http/audited-options.js';
import { askBefore } from '../http/before.js';
import { REASON_MISSING, takeReason } from '../http/reason.js';
import { noteActor, noteResult, recordOf, type RequestRecord } from '../http/request-record.js';
import type { AuditRequest } from '../http/request.js';
import type { RequestPolicy } from '../http/policy.js';
import { markOf } from './audited-mark.js';
import { REQUEST_POLICY } from './options.js';

/**
 * Sees the handler: its result, its error (the arguments are noted by the decorator). Of an HTTP request it notes them, and
 * the middleware writes the entry when the response ends; of anything else (microservice, websocket) it writes the entry
 * itself.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  readonly #audit: Audit;
  readonly #policy: RequestPolicy;

  constructor(@Inject(Audit) audit: Audit, @Inject(REQUEST_POLICY) policy: RequestPolicy) {
    this.#audit = audit;
    this.#policy = policy;
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const { audited, skipped } = markOf(execution.getHandler(), execution.getClass());
    if (execution.getType() !== 'http') return audited ? this.#message(audited, execution, next) : next.handle();

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

  /** A message is a unit of work of its own. */
  #message(route: AuditedMark, execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context = currentContext() ?? newContext();
    const started = systemClock.monotonic();
    const occurredAt = new Date();
    const finish = (error?: unknown): void => {
      const failed = error !== undefined;
      try {
        this.#audit.record(
          {
            action: route.action ?? messageAction(execution),
            outcome: failed ? 'failure' : 'success',
            durationMs: Math.round(systemClock.monotonic() - started),
            occurredAt,
            ...(failed ? { error: this.#policy.errorOf(error) } : {}),
            ...(route.severity ? { severity: route.severity } : {}),
          },
          { context, source: 'request', derived: route.action === undefined },
        );
      } catch {
        // A full queue is counted there; the handler's own outcome stands.
      }
    };
    return new Observable((subscriber) =>
      runInContext(context, () =>
        next
          .handle()
          .pipe(tap({ complete: () => finish(), error: (error) => finish(error ?? null) }))
          .subscribe(subscriber),
      ),
    );
  }
}

/** A message has no route: what handles it says what it is. */
function messageAction(execution: ExecutionContext): string {
  const name = `${execution.getClass().name}.${execution.getHandler().name}`;
  return isAction(name) ? name : 'message.handle';
}
