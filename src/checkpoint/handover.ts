import { handoverStatement } from '../chain/handover.js';
import { parseNote } from '../chain/note.js';
import { formatVkey, type Vkey } from '../chain/vkey.js';
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
  const { signatures } = parseNote(Buffer.from(last));
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
