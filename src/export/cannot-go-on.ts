import { AuditError } from '../event/errors.js';

/** @param what the directory, or a file of it */
export function cannotGoOn(what: string, why: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', `an export cannot go on in ${what}: ${why}. Name a new directory`);
}
