import { join } from 'node:path';
import { parseHeadLine } from '../chain/heads.js';
import type { Vkey } from '../chain/vkey.js';
import { checkProof, checkUnsigned, type ProvenEntry } from '../chain/check-proof.js';
import { readProofFolder } from '../checkpoint/proof-directory.js';
import { isAuditError } from '../event/errors.js';
import { PROOF_FOLDER } from './evidence.js';
import type { Said } from './export-report.js';
import { NOTE, type ManifestEvidence } from './manifest.js';
import { openManifestNote } from './manifest-note.js';

/** Reasons for which nothing is disproved. */
const INCOMPLETE: readonly unknown[] = ['missing', 'unsigned', 'later'];

/** Whether the manifest is signed by a key that is trusted. */
export function checkNote(
  note: Buffer | 'too long' | undefined,
  bytes: Buffer,
  vkeys: readonly Vkey[],
  said: Said,
): void {
  if (note === undefined) {
    // A proof covers the leaves, and nothing of what was asked for: neither conditions nor tenant.
    if (vkeys.length > 0) said.find({ code: 'INCOMPLETE_UNSIGNED', file: NOTE, message: `there is no ${NOTE}: nobody signed this export, or the signature was taken away, and a key was given to check it` }); // prettier-ignore
    said.limits.push('the manifest is not signed: whoever had the directory could have written another, with other conditions'); // prettier-ignore
    return;
  }
  if (vkeys.length === 0) {
    said.find({ code: 'INCOMPLETE_UNSIGNED', file: NOTE, message: `${NOTE} was not checked: pass --vkey with the key of the registry, which you have from somewhere else` }); // prettier-ignore
    return;
  }
  try {
    const name = openManifestNote(note === 'too long' ? Buffer.alloc(0) : note, bytes, vkeys);
    said.proved.push(`the manifest is signed by ${name}`);
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
    const code = error.facts['reason'] === 'unsigned' ? 'INCOMPLETE_UNSIGNED' : 'SIGNATURE_WRONG';
    said.find({ code, file: NOTE, message: error.message });
  }
}

/** The entry that the folder proves: with it, all before it in the range. */
export async function checkEvidenceProof(
  directory: string,
  evidence: ManifestEvidence,
  vkeys: readonly Vkey[],
  said: Said,
): Promise<{ readonly seq: number; readonly hash: string } | undefined> {
  const { provenSeq, checkpoint, range, origin } = evidence;
  if (provenSeq === undefined || checkpoint === undefined) {
    said.limits.push('no signed checkpoint covers the range: that the leaves are those of the log is not shown');
    if (vkeys.length > 0) said.find({ code: 'INCOMPLETE_UNPROVEN', message: 'no signed checkpoint covers the range, and a key was given to check it' }); // prettier-ignore
    return undefined;
  }
  const wrong = (message: string, isIncomplete = false): undefined => {
    said.find({ code: isIncomplete ? 'INCOMPLETE_UNPROVEN' : 'PROOF_INVALID', file: `${PROOF_FOLDER}/`, message });
    return undefined;
  };
  let proven: ProvenEntry;
  let chainSize: number | undefined;
  try {
    const files = await readProofFolder(join(directory, PROOF_FOLDER));
    proven = vkeys.length > 0 ? checkProof(files, vkeys) : checkUnsigned(files);
    const head = files.get('head.leaf');
    chainSize = head && parseHeadLine(Buffer.from(head).toString('latin1')).size;
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return wrong(error.message, INCOMPLETE.includes(error.facts['reason'])); // prettier-ignore
    return wrong('the folder cannot be read', true);
  }
  const { entry } = proven;
  if (entry.origin !== origin || entry.seq !== provenSeq || provenSeq < range.firstSeq || provenSeq > range.lastSeq)
    return wrong(`it proves entry ${entry.seq} of ${entry.origin}, which is not the one that the manifest names`);
  const { size, root } = proven.checkpoint;
  if (size !== checkpoint.size || root !== checkpoint.root || proven.checkpoint.origin !== checkpoint.origin)
    return wrong('its checkpoint is not the one that the manifest names');
  if (chainSize !== undefined && chainSize > range.lastSeq + 1)
    said.find({ code: 'RANGE_SHORT', message: `the chain had ${chainSize} entries when it was signed, and the range ends at ${range.lastSeq}: later entries may be left out` }); // prettier-ignore
  if (vkeys.length === 0) said.find({ code: 'INCOMPLETE_UNSIGNED', file: `${PROOF_FOLDER}/`, message: 'the signature of the checkpoint was not checked: pass --vkey with the key of the registry' }); // prettier-ignore
  else said.proved.push(`entries ${range.firstSeq} to ${provenSeq} are those that ${checkpoint.origin} signed at ${size} entries`); // prettier-ignore
  if (provenSeq < range.lastSeq) said.limits.push(`entries ${provenSeq + 1} to ${range.lastSeq} are younger than the newest signed checkpoint`); // prettier-ignore
  return { seq: entry.seq, hash: entry.hash };
}
