import { formatInclusion, parseInclusion, type Inclusion } from './inclusion.js';
import { NOTE_LIMITS, parseNote } from './note.js';
import { parseCheckpoint } from './checkpoint.js';
import { refused } from './refused.js';

/** An inclusion proof together with the signed checkpoint to whose root it leads: one file that needs nothing else but the key. */
export interface TlogProof extends Inclusion {
  /** The signed note, as it is. */
  readonly checkpoint: string;
}

const TITLE = 'c2sp.org/tlog-proof@v1';
const MAX_PROOF_LENGTH = 4_096;

/** C2SP tlog-proof, without the optional line of extra data. */
export function formatTlogProof({ checkpoint, ...inclusion }: TlogProof): string {
  const text = `${formatInclusion(TITLE, inclusion)}\n${checkpoint}`;
  parseTlogProof(Buffer.from(text));
  return text;
}

/**
 * Takes it apart; `openCheckpoint` and `verifyInclusion` then say whether it holds.
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`
 */
export function parseTlogProof(bytes: Uint8Array): TlogProof {
  if (bytes.length > NOTE_LIMITS.bytes + MAX_PROOF_LENGTH) throw refused('proof', 'it is too long');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf('\n\n');
  if (end < 0 || end > MAX_PROOF_LENGTH) throw refused('proof', 'no empty line divides it from the checkpoint');
  const inclusion = parseInclusion(TITLE, buffer.toString('latin1', 0, end + 1));
  const note = buffer.subarray(end + 2);
  parseCheckpoint(parseNote(note).text);
  return { ...inclusion, checkpoint: note.toString() };
}
