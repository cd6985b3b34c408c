import { askBefore } from './before.js';
import { REASON_MISSING, takeReason } from './reason.js';
import { noteActor, type AuditedMark } from './request-record.js';
import type { Exchange } from './exchange.js';

/** What a client is told who gave no reason where one is required. Frameworks read `status` or `statusCode` of an error. */
class ReasonMissing extends Error {
  override readonly name = 'ReasonMissing';
  readonly status = 400;
  readonly statusCode = 400;
  constructor() {
    super(REASON_MISSING);
  }
}

/**
 * What stands before a handler, without Nest: who acts, the reason that is required, the values as they are. A promise
 * where there is something to wait for.
 * @throws ReasonMissing, with status 400
 */
export function beforeHandler(exchange: Exchange, mark: AuditedMark | undefined): Promise<void> | undefined {
  const { record, request, context } = exchange;
  record.reached = true;
  record.route = mark;
  noteActor(record, context);
  if (!mark) return undefined;
  const call = { request, params: record.params ?? request.params ?? {} };
  if (!takeReason(record, mark, call)) throw new ReasonMissing();
  return askBefore(record, mark, call);
}
