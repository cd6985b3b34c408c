import { AuditError, isAuditError } from '../../event/errors.js';
import { messageOf } from '../node-error.js';

/** A place does not take a note, or does not give all that it has. @param anchor its name */
export function anchorUnavailable(anchor: string, why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_ANCHOR_UNAVAILABLE', `anchor ${anchor}: ${why}`, { anchor }, cause);
}

/** An error of ours stays what it is. */
export function asUnavailable(anchor: string, what: string, error: unknown): AuditError {
  return isAuditError(error) ? error : anchorUnavailable(anchor, `${what}: ${messageOf(error)}`, error);
}
