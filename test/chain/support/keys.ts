import { createPrivateKey, createPublicKey, hash, sign, type KeyObject } from 'node:crypto';
import type { NoteSigner } from '../../../src/chain/note.js';
import { vkeyOf } from '../../../src/chain/vkey.js';

/** PKCS #8 of Ed25519 (RFC 8410) up to the seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key pair of 32 bytes. */
export function keyOfSeed(seed: Uint8Array): { privateKey: KeyObject; publicKey: Buffer } {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: spki.subarray(-32) };
}

/** Signs under a name with a key that is the same in each run. */
export function signerOf(name: string, label = name): NoteSigner {
  const { privateKey, publicKey } = keyOfSeed(Buffer.from(hash('sha256', label), 'hex'));
  return { vkey: vkeyOf(name, publicKey), sign: (bytes) => Promise.resolve(sign(null, bytes, privateKey)) };
}

/** That an evidence parser refused something, and why. */
export function refusal(kind: string, reason = 'form'): object {
  return { code: 'AUDIT_EVIDENCE_INVALID', facts: { kind, reason } };
}
