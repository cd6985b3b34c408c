import { AuditError } from '../../event/errors.js';

/** Nothing can be signed: `what` names the key by its place, never by what is in it. */
export function signerUnavailable(what: string, why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_SIGNER_UNAVAILABLE', `${what} cannot sign: ${why}`, { key: what }, cause);
}
