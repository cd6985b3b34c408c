import { handoverStatement } from '../chain/handover.js';
import { parseNote, type NoteSignature } from '../chain/note.js';
import { formatVkey, isSignedBy, type Vkey } from '../chain/vkey.js';
import type { Check } from '../event/check.js';
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
  const to = newest && (await handedOverTo(newest, store));
  if (to !== undefined)
    throw new AuditError('AUDIT_SIGNER_UNAVAILABLE', `the key ${newest?.name}+${newest?.id} was handed over to ${to}: nothing is signed with it any more. Start this process with the new key`); // prettier-ignore
}

/** Whoever owns the database can write such an entry; the key alone can sign it. */
async function handedOverTo(vkey: Vkey, store: Pick<CheckpointStore, 'controls'>): Promise<string | undefined> {
  const key = formatVkey(vkey);
  for await (const { data } of store.controls('key.rotated')) {
    const { from, to, signature } = detailsOf(data);
    if (from !== key || typeof to !== 'string' || typeof signature !== 'string') continue;
    if (isSignedBy(vkey, Buffer.from(handoverStatement(key, to)), Buffer.from(signature, 'base64')))
      return to.slice(0, 300);
  }
  return undefined;
}

const detailsOf = (data: string): Readonly<Record<string, unknown>> =>
  Object(parseJsonObject(data)?.['details']) as Record<string, unknown>; // it may have any

/**
 * What somebody should look at of the keys that have signed, and of the one that would sign here.
 * @param vkeys of the signer that is configured; none where there is none, or it cannot be read here
 */
export async function checkKeys(
  store: Pick<CheckpointStore, 'last' | 'controls'>,
  vkeys: readonly Vkey[],
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const [newest] = vkeys;
  const to = newest && (await handedOverTo(newest, store));
  if (to !== undefined)
    checks.push(warn(`the key that is configured here, ${newest?.name}+${newest?.id}, was handed over to ${to}: it signs nothing any more`, 'set AUDIT_SIGNING_KEY_FILE to the new key, and start again')); // prettier-ignore
  const last = await store.last();
  const signs = last && signaturesOf(last.note)?.[0];
  let entered: ReturnType<typeof detailsOf> | undefined;
  for await (const { data } of store.controls('key.rotated')) {
    const details = detailsOf(data);
    if (isKeyOf(details['to'], signs)) entered = details;
  }
  if (entered !== undefined && entered['signature'] === null)
    checks.push(warn(`the key that signs, ${String(entered['to']).slice(0, 300)}, came after ${String(entered['from']).slice(0, 300)}, which did not sign that: nothing vouches for it`, 'if you changed the key, tell the auditor the new one in another way than by this database; if not, somebody else signs (docs/anchors.md)')); // prettier-ignore
  return checks;
}

const isKeyOf = (vkey: unknown, signature: NoteSignature | undefined): boolean =>
  signature !== undefined && typeof vkey === 'string' && vkey.startsWith(`${signature.name}+${signature.keyId}+`);

const warn = (message: string, remedy: string): Check => ({ name: 'key', state: 'warn', message, remedy });

/** `undefined`: it is no note. Whoever has the sealer's login can put any text there. */
function signaturesOf(note: string): readonly NoteSignature[] | undefined {
  try {
    return parseNote(Buffer.from(note)).signatures;
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return undefined;
    throw error;
  }
}
