import { hashes, Point } from '@noble/ed25519';
import { Buffer } from './node-buffer.js';
import { sha256, sha512 } from './sha2.js';

/**
 * As much of `node:crypto` as `chain/` uses, in JavaScript alone: WebCrypto is there in secure contexts only, and not at once. What it
 * answers is what Node answers: test/viewer/shims.spec.ts compares the two.
 */
type Encoding = 'hex' | 'utf8';

const bytesOf = (given: string | Uint8Array, encoding: Encoding = 'utf8'): Uint8Array =>
  typeof given === 'string' ? Buffer.from(given, encoding) : given;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function only(name: string): void {
  if (name !== 'sha256') throw new RangeError(`there is no ${name} here`);
}

export function hash(name: string, given: string | Uint8Array): string {
  only(name);
  return hex(sha256(bytesOf(given)));
}

export interface Hash {
  update(given: string | Uint8Array, encoding?: Encoding): Hash;
  digest(encoding: 'hex'): string;
}

export function createHash(name: string): Hash {
  only(name);
  const parts: Uint8Array[] = [];
  const made: Hash = {
    update(given, encoding) {
      parts.push(bytesOf(given, encoding));
      return made;
    },
    digest: (_encoding) => hex(sha256(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))),
  };
  return made;
}

/** An Ed25519 key in the SubjectPublicKeyInfo of RFC 8410: its last 32 bytes. */
export function createPublicKey({ key }: { readonly key: Uint8Array }): Uint8Array {
  return key.slice(-32);
}

/** The order of the group that the base point makes. */
const ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;

hashes.sha512 = sha512;

/**
 * Ed25519 of RFC 8032 §5.1.7 without its factor 8, as OpenSSL checks it: R is what S and the key make it, byte by byte, and S is below the
 * order. A key whose encoding is not the shortest is none.
 */
export function verify(_none: null, bytes: Uint8Array, key: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = [signature.slice(0, 32), little(signature.slice(32))];
  if (signature.length !== 64 || s >= ORDER) return false;
  try {
    const a = Point.fromBytes(key);
    const k = little(sha512(Buffer.concat([r, key, bytes]))) % ORDER;
    const made = Point.BASE.multiply(s, false).add(a.negate().multiply(k, false));
    return hex(made.toBytes()) === hex(r);
  } catch {
    return false; // no point of the curve
  }
}

const little = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes.toReversed())}`);

/** Of the parts that a page does not run. */
export function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
