import { base64OfDigest, digestOfBase64 } from './base64.js';
import { exactCount, isCount } from './count.js';
import type { Digest } from './hashing.js';
import { refused } from './refused.js';

/** An index and the hashes that prove it: the lines that a proof has in every format of text. */
export interface Inclusion {
  readonly index: number;
  /** From the leaf's sibling up to a child of the root. */
  readonly hashes: readonly Digest[];
}

/** A tree of 2^53 leaves is that deep. */
const MAX_HASHES = 53;

export function formatInclusion(title: string, { index, hashes }: Inclusion): string {
  if (!isCount(index)) throw refused('proof', `it is about leaf ${index}`);
  const text = `${title}\nindex ${index}\n${hashes.map((hash) => `${base64OfDigest(hash)}\n`).join('')}`;
  parseInclusion(title, text);
  return text;
}

export function parseInclusion(title: string, text: string): Inclusion {
  // `index ` and 16 digits, and 45 characters for each hash.
  if (text.length > title.length + 24 + MAX_HASHES * 45) throw refused('proof', 'it is too long');
  const [first, second = '', ...lines] = text.split('\n');
  if (first !== title) throw refused('proof', `its first line is not ${title}`);
  const index = second.startsWith('index ') ? exactCount(second.slice(6)) : undefined;
  if (index === undefined) throw refused('proof', 'its second line is not an index');
  if (lines.pop() !== '') throw refused('proof', 'its last line has no end');
  const hashes = lines.map((line, i) => {
    const hash = digestOfBase64(line);
    if (hash === undefined) throw refused('proof', `its hash ${i + 1} is not a SHA-256 in base64`);
    return hash;
  });
  if (hashes.length > MAX_HASHES) throw refused('proof', `it has ${hashes.length} hashes`);
  return { index, hashes };
}

const TITLE = 'audit-proof/v1';

/** A proof to a root that stands elsewhere (in a line of heads, in the body of an entry), and so has no signature with it. */
export function formatProof(inclusion: Inclusion): string {
  return formatInclusion(TITLE, inclusion);
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export function parseProof(text: string): Inclusion {
  return parseInclusion(TITLE, text);
}
