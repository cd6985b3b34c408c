import { AuditError } from '../event/errors.js';

/** What can be refused: each has a parser of its own, which takes only what the package itself would write. */
export type EvidenceKind =
  'vkey' | 'note' | 'checkpoint' | 'proof' | 'tile' | 'bundle' | 'heads' | 'section' | 'entry' | 'folder' | 'export';

/**
 * `form`: not written as it has to be · `signature`: a key that is known did not sign this · `unsigned`: no key that is known did.
 * `missing`: something that is needed is not there · `later`: a later version wrote it. The last three say nothing about what is
 * there, only that it cannot be believed.
 */
export type Refusal = 'form' | 'signature' | 'unsigned' | 'missing' | 'later';

export function refused(kind: EvidenceKind, why: string, reason: Refusal = 'form'): AuditError {
  return new AuditError('AUDIT_EVIDENCE_INVALID', `this ${kind} is refused: ${why}`, { kind, reason });
}
