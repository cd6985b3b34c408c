import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { signerUnavailable } from './unavailable.js';

/** A key that this process holds. */
export interface HeldKey {
  /** 32 bytes, RFC 8032. */
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

const BLOCK = /^-----BEGIN PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)\n-----END PRIVATE KEY-----$/;
const MAKE_ONE = 'make one with: npx nestjs-prisma-audit keygen';

/**
 * The one form that is taken: PKCS #8 (RFC 5958) of Ed25519 (RFC 8410) as PEM (RFC 7468), without a password.
 * @param what names the key in messages; nothing of its text is in any of them
 * @throws AuditError `AUDIT_SIGNER_UNAVAILABLE`
 */
export function readPrivateKey(text: string, what: string): HeldKey {
  const der = BLOCK.exec(text.replaceAll('\r\n', '\n').trim())?.[1];
  if (der === undefined) throw signerUnavailable(what, `${describe(text)}; ${MAKE_ONE}`);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(der, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    // Without its cause, which may quote what was read.
    throw signerUnavailable(what, `its PEM holds no private key that can be read; ${MAKE_ONE}`);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw signerUnavailable(what, `it is a key of type ${key.asymmetricKeyType}, not Ed25519; ${MAKE_ONE}`);
  return {
    publicKey: Uint8Array.from(publicKeyOf(key)),
    sign: (bytes) => Uint8Array.from(sign(null, bytes, key)),
  };
}

/** PEM of a new key. */
export function newPrivateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** The last 32 bytes of SubjectPublicKeyInfo (RFC 8410). */
function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function describe(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1];
  if (label === 'PRIVATE KEY') return 'there must be one PEM block "PRIVATE KEY" and nothing else';
  if (label === 'ENCRYPTED PRIVATE KEY') return 'it is encrypted with a password, and there is nobody to ask for one';
  if (label?.endsWith('PUBLIC KEY') === true) return 'it is a public key';
  if (label !== undefined) return `it is of the form "${label}", not "PRIVATE KEY" (PKCS #8)`;
  return 'there is no PEM text, "-----BEGIN PRIVATE KEY-----"';
}
