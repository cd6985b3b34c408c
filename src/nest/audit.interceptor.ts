import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Observable, tap } from 'rxjs';
import { Audit } from '../compose/create-audit.js';
import { currentContext, newContext, runInContext } from '../context/context.js';
import { systemClock } from '../event/clock.js';
import { errorFact, noteActor, recordOf, type AuditedRoute } from '../http/request-record.js';
import { AUDITED, SKIPPED } from './audited.decorator.js';

/**
 * Sees the handler: its result, its error (the arguments are noted by the decorator). Of an HTTP request it notes them, and
 * the middleware writes the entry when the response ends; of anything else (microservice, websocket) it writes the entry
 * itself.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  readonly #reflector: Reflector;
  readonly #audit: Audit;

  constructor(@Inject(Reflector) reflector: Reflector, @Inject(Audit) audit: Audit) {
    this.#reflector = reflector;
    this.#audit = audit;
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const targets = [execution.getHandler(), execution.getClass()];
    const route = this.#reflector.getAllAndOverride<AuditedRoute | undefined>(AUDITED, targets);
    const skipped = this.#reflector.getAllAndOverride<boolean | undefined>(SKIPPED, targets) === true;
    if (execution.getType() !== 'http') return route && !skipped ? this.#message(route, next) : next.handle();

    const record = recordOf(currentContext());
    if (!record) return next.handle();
    // Its turn came, and it is not audited: nobody need look for it in the route table.
    record.skipped = skipped || !route;
    if (!route || skipped) return next.handle();
    record.route = route;
    noteActor(record, currentContext());
    return next.handle().pipe(
      tap({
        next: (result) => (record.result = result),
        error: (error) => (record.error = errorFact(error)),
      }),
    );
  }

  /** A message is a unit of work of its own. */
  #message(route: AuditedRoute, next: CallHandler): Observable<unknown> {
    const context = currentContext() ?? newContext();
    const started = systemClock.monotonic();
    const occurredAt = new Date();
    const finish = (error?: unknown): void => {
      const failed = error !== undefined;
      try {
        this.#audit.record(
          {
            action: route.action,
            outcome: failed ? 'failure' : 'success',
            durationMs: Math.round(systemClock.monotonic() - started),
            occurredAt,
            ...(failed ? { error: errorFact(error) } : {}),
            ...(route.severity ? { severity: route.severity } : {}),
          },
          { context, source: 'request' },
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
