import { createHash } from 'node:crypto';
import type { Digest } from './hashing.js';

export type SectionName = 'actor' | 'data';

/**
 * `SHA-256("audit-section/v1\n" section "\n" salt "\n" bytes)`. The salt (128 random bits as 32 lowercase hex digits)
 * goes with the section when that is erased, so that nobody can find the erased bytes by trying.
 */
export function commitment(section: SectionName, salt: string, bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(`audit-section/v1\n${section}\n${salt}\n`).update(bytes).digest('hex');
}
