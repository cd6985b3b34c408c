import { handoverStatement } from '../chain/handover.js';
import { parseNote, type NoteSignature } from '../chain/note.js';
import { formatVkey, isSignedBy, type Vkey } from '../chain/vkey.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { parseJsonObject } from '../event/json-object.js';
import type { CheckpointStore } from '../store/checkpoint.port.js';
import type { Announcement, Signer } from './port.js';

/**
 * What the registry says before a key signs for the first time: which key came before, and that one's signature over both. Without
 * it, where the one before is not at hand, a new key is only what somebody who owns the database says.
 * @param last the last signed checkpoint, if there is one
 */
export async function handover(
  signer: Signer,
  vkeys: readonly Vkey[],
  last: string | undefined,
): Promise<readonly Announcement[]> {
  const [newest, ...before] = vkeys;
  if (last === undefined || newest === undefined) return [];
  const signatures = signaturesOf(last);
  if (signatures === undefined) return [];
  const signed = ({ name, id }: Vkey): boolean => signatures.some((line) => line.name === name && line.keyId === id);
  if (signed(newest)) return [];
  const to = formatVkey(newest);
  const previous = before.find((vkey) => signed(vkey));
  if (previous === undefined) {
    const [line] = signatures;
    return [{ kind: 'key.rotated', details: { from: `${line?.name}+${line?.keyId}`, to, signature: null } }];
  }
  const from = formatVkey(previous);
  const signature = await signer.sign(Buffer.from(handoverStatement(from, to)), previous);
  return [{ kind: 'key.rotated', details: { from, to, signature: Buffer.from(signature).toString('base64') } }];
}

/**
 * A process that was started with the key before goes on with it, and what it signed would be found as the work of somebody who should
 * not have that key any more.
 * @throws AuditError `AUDIT_SIGNER_UNAVAILABLE`
 */
export async function refuseHandedOver(store: CheckpointStore, vkeys: readonly Vkey[]): Promise<void> {
  const [newest] = vkeys;
  if (newest === undefined) return;
  const key = formatVkey(newest);
  for await (const { data } of store.controls('key.rotated')) {
    const { from, to, signature } = Object(parseJsonObject(data)?.['details']) as Record<string, unknown>; // it may have these
    if (from !== key || typeof to !== 'string' || typeof signature !== 'string') continue;
    // Whoever owns the database can write such an entry; this key alone can sign it.
    if (isSignedBy(newest, Buffer.from(handoverStatement(key, to)), Buffer.from(signature, 'base64')))
      throw new AuditError('AUDIT_SIGNER_UNAVAILABLE', `the key ${newest.name}+${newest.id} was handed over to ${to.slice(0, 300)}: nothing is signed with it any more. Start this process with the new key`); // prettier-ignore
  }
}

/** `undefined`: it is no note. Whoever has the sealer's login can put any text there. */
function signaturesOf(note: string): readonly NoteSignature[] | undefined {
  try {
    return parseNote(Buffer.from(note)).signatures;
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return undefined;
    throw error;
  }
}
