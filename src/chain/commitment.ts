import { createHash, hash } from 'node:crypto';
import type { Digest } from './hashing.js';

export type SectionName = 'actor' | 'data';

/**
 * `SHA-256("audit-section/v1\n" section "\n" salt "\n" bytes)`. The salt (128 random bits as 32 lowercase hex digits)
 * goes with the section when that is erased, so that nobody can find the erased bytes by trying.
 */
export function commitment(section: SectionName, salt: string, bytes: Uint8Array | string): Digest {
  const head = `audit-section/v1\n${section}\n${salt}\n`;
  // One call is twice as fast for short sections; long ones are not put together anew.
  if (bytes.length <= AT_ONCE) {
    if (typeof bytes === 'string') return hash('sha256', head + bytes);
    const whole = Buffer.allocUnsafe(Buffer.byteLength(head) + bytes.length);
    whole.set(bytes, whole.write(head));
    return hash('sha256', whole);
  }
  return createHash('sha256').update(head).update(bytes).digest('hex');
}

const AT_ONCE = 65_536;
