import { AuditError, isAuditError } from '../../event/errors.js';
import { codeOf, messageOf } from '../node-error.js';

/** A place does not take a note, or does not give all that it has. @param anchor its name */
export function anchorUnavailable(anchor: string, why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_ANCHOR_UNAVAILABLE', `anchor ${anchor}: ${why}`, { anchor, why }, cause);
}

/** An error of ours stays what it is. */
export function asUnavailable(anchor: string, what: string, error: unknown): AuditError {
  return isAuditError(error) ? error : anchorUnavailable(anchor, `${what}: ${messageOf(error)}`, error);
}

/** For anchors on disk: the folder is never made here, since one that is missing may be a disk that is not mounted. */
export function onDisk(error: unknown, folder: string): unknown {
  if (codeOf(error) !== 'ENOENT') return error;
  return new Error(`there is no folder ${JSON.stringify(folder)}: mount its disk, or make it: mkdir -p ${JSON.stringify(folder)}`, { cause: error }); // prettier-ignore
}

/** Why an anchor failed, for whoever names it himself. */
export function whyOf(error: unknown): string {
  const why = isAuditError(error, 'AUDIT_ANCHOR_UNAVAILABLE') ? error.facts['why'] : undefined;
  return typeof why === 'string' ? why : messageOf(error);
}
