import { hash } from 'node:crypto';
import { openNote, signNote } from '../chain/note.js';
import { vkeyOf, type Vkey } from '../chain/vkey.js';
import { refused } from '../chain/refused.js';
import type { Signer } from '../checkpoint/port.js';
import { MANIFEST } from './manifest.js';

/** Under this name the key of a log's registry signs exports: `example.com/shop/export`. */
const NAME = 'export';

/** A blank in its first line: no text of a checkpoint has one, so neither can be taken for the other. */
function noteText(name: string, manifest: string | Uint8Array): string {
  return `audit-export/v1 ${name}\nsha256 ${hash('sha256', manifest)} ${MANIFEST}\n`;
}

/** C2SP signed-note over the hash of a manifest. @param deployment its origin, without the name of a chain */
export async function signManifest(
  manifest: string,
  deployment: string,
  signer: Pick<Signer, 'vkeys' | 'sign'>,
): Promise<string> {
  const name = `${deployment}/${NAME}`;
  const [vkey] = await signer.vkeys(name);
  if (vkey === undefined) throw refused('note', 'the signer has no key');
  return await signNote(noteText(name, manifest), [{ vkey, sign: (bytes) => signer.sign(bytes, vkey) }]);
}

/**
 * @param vkeys of registries, or under the name of exports
 * @returns the name under which it is signed
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`; `facts.reason` is `unsigned` if no key that is known signed it
 */
export function openManifestNote(note: Uint8Array, manifest: Uint8Array, vkeys: readonly Vkey[]): string {
  const known = vkeys.map(({ name, key }) => vkeyOf(`${deploymentOf(name)}/${NAME}`, key));
  const { text, signers } = openNote(note, known);
  const signer = signers.find(({ name }) => text === noteText(name, manifest));
  if (signer === undefined) throw refused('note', 'it is not about this manifest');
  return signer.name;
}

const deploymentOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf('/'), 0));
