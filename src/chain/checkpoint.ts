import { base64OfDigest, digestOfBase64 } from './base64.js';
import { exactCount } from './count.js';
import type { Digest } from './hashing.js';
import { isOrigin } from './leaf.js';
import { openNote, signNote, type KnownKeys, type NoteSigner } from './note.js';
import { refused } from './refused.js';
import type { Vkey } from './vkey.js';

/**
 * The head of a log, C2SP tlog-checkpoint: what its tree hash was at a size. Compare checkpoints by size and root, never by
 * bytes: the lines of signatures are in any order and may be more.
 */
export interface Checkpoint {
  readonly origin: string;
  /** At least 1: of an empty log there is nothing to say. */
  readonly size: number;
  /** RFC 6962 tree hash. */
  readonly root: Digest;
}

/** The text of the note: origin, size and root in base64, a line each, and no extension lines. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${base64OfDigest(root)}\n`;
  parseCheckpoint(text);
  return text;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export function parseCheckpoint(text: string): Checkpoint {
  if (text.length > 400) throw refused('checkpoint', 'it is too long');
  const [origin = '', count = '', hash = '', ...rest] = text.split('\n');
  if (rest.length !== 1 || rest[0] !== '') throw refused('checkpoint', 'it is not three lines');
  if (!isOrigin(origin)) throw refused('checkpoint', 'its first line is not an origin');
  const size = exactCount(count);
  if (size === undefined || size === 0) throw refused('checkpoint', 'its second line is not a size from 1 on');
  const root = digestOfBase64(hash);
  if (root === undefined) throw refused('checkpoint', 'its third line is not a SHA-256 in base64');
  return { origin, size, root };
}

/** A signed checkpoint, as it is stored, published and anchored. Each key signs under the name that is the origin. */
export async function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): Promise<string> {
  if (!signers.some(({ vkey }) => vkey.name === checkpoint.origin))
    throw refused('checkpoint', `no key has the name ${checkpoint.origin}`, 'unsigned');
  return signNote(formatCheckpoint(checkpoint), signers);
}

/**
 * Reads a signed checkpoint: one of the keys that signed it must have the origin as its name, since the key of one log says
 * nothing about another, be it the same key.
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`
 */
export function openCheckpoint(
  note: Uint8Array,
  known: readonly Vkey[] | KnownKeys,
): Checkpoint & { readonly signers: readonly Vkey[] } {
  const { text, signers } = openNote(note, known);
  const checkpoint = parseCheckpoint(text);
  if (!signers.some((vkey) => vkey.name === checkpoint.origin))
    throw refused('checkpoint', `no known key of ${checkpoint.origin} signed it`, 'unsigned');
  return { ...checkpoint, signers };
}
