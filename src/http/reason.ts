import { LIMITS } from '../event/limits.js';
import type { AuditedCall, AuditedMark } from './audited-options.js';
import type { RequestRecord } from './request-record.js';
import { header, type AuditRequest } from './request.js';

export const REASON_HEADER = 'x-audit-reason';

/** Told to a client who gave none. */
export const REASON_MISSING = `a reason is required: send it as header ${REASON_HEADER}, or as "reason" in the body`;

/** The same to who sends a message or calls a method: where headers can be sent, that one serves too. */
export const REASON_OF_CALL =
  'a reason is required: give it as "reason" in the data, or call it from what has one (see "reason" in docs/jobs.md and docs/messages.md)';

/** Notes the reason that was given. False when one is required and there is none: then the handler must not run. */
export function takeReason(record: RequestRecord, mark: AuditedMark, call: AuditedCall): boolean {
  const { reason } = mark;
  if (reason === undefined) return true;
  const { required = false, from = given } =
    typeof reason === 'function'
      ? { from: reason }
      : typeof reason === 'object'
        ? reason
        : { required: reason === 'required' };
  try {
    record.reason = text(from(call));
  } catch {
    (record.failed ??= []).push('reason');
  }
  return !required || record.reason !== undefined;
}

function given({ request }: AuditedCall): string | undefined {
  const inHeader = header(request, REASON_HEADER);
  if (inHeader !== undefined && inHeader.trim() !== '') return decoded(inHeader);
  return inBody(request);
}

function inBody(request: AuditRequest): string | undefined {
  const body: unknown = request['body'];
  const reason: unknown = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

/** Headers are ASCII: anything else is sent percent-encoded. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // "100 % sure" is a reason too
  }
}

/** As the recorder takes it: bounded, and text that PostgreSQL can keep. */
function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new TypeError('not text');
  const cut = value.replaceAll('\0', '').trim().slice(0, LIMITS.reasonLength).toWellFormed();
  return cut === '' ? undefined : cut;
}
