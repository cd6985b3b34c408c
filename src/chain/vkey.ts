import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { exactBase64 } from './base64.js';
import { isOrigin } from './leaf.js';
import { refused } from './refused.js';

/** A key by which a note can be checked: C2SP signed-note, type 0x01 (Ed25519). */
export interface Vkey {
  /** The name under which the key signs: the origin of the log. */
  readonly name: string;
  /** 8 hex digits: the beginning of SHA-256(name, line feed, 0x01, key). It covers the name: one key for ten chains has ten ids. */
  readonly id: string;
  /** 32 bytes, RFC 8032. */
  readonly key: Uint8Array;
}

const ED25519 = 0x01;
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the key. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
/** Name, id and key with the two plus signs between them. */
const MAX_LENGTH = 255 + 1 + 8 + 1 + 44;

export function vkeyOf(name: string, key: Uint8Array): Vkey {
  if (!isOrigin(name)) throw refused('vkey', 'its name is not an origin');
  if (key.length !== 32) throw refused('vkey', `its key has ${key.length} bytes, and an Ed25519 key has 32`);
  const id = createHash('sha256').update(name).update('\n').update(Buffer.of(ED25519)).update(key).digest('hex');
  return { name, id: id.slice(0, 8), key: Uint8Array.from(key) };
}

/** `name+<8 hex digits>+base64(0x01, key)`. */
export function formatVkey({ name, id, key }: Vkey): string {
  return `${name}+${id}+${Buffer.from([ED25519, ...key]).toString('base64')}`;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export function parseVkey(text: string): Vkey {
  if (text.length > MAX_LENGTH) throw refused('vkey', 'it is too long');
  // At the first two only: the base64 may have plus signs of its own.
  const [, name, id, base64] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? [];
  if (name === undefined || id === undefined || base64 === undefined)
    throw refused('vkey', 'it is not name, id and key with a plus sign between them');
  const bytes = exactBase64(base64);
  if (bytes === undefined) throw refused('vkey', 'its key is not base64');
  if (bytes[0] !== ED25519) throw refused('vkey', 'its key is not one of Ed25519');
  const vkey = vkeyOf(name, bytes.subarray(1));
  if (vkey.id !== id) throw refused('vkey', `its id is not the one of this name and key, which is ${vkey.id}`);
  return vkey;
}

/** Whether the key signed these bytes: Ed25519 of RFC 8032, without tolerance. */
export function isSignedBy({ key }: Vkey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, bytes, publicKey(key), signature);
}

function publicKey(key: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' });
}
