import { AuditError } from '../event/errors.js';
import { isOrigin } from '../chain/leaf.js';
import type { Digest } from '../chain/hashing.js';

/** A checkpoint kept outside the database: the tree hash that a chain had at a size. */
export interface Pin {
  readonly origin: string;
  readonly size: number;
  /** RFC 6962 tree hash. */
  readonly root: Digest;
}

/** One line: origin, size, tree hash in base64; the three lines of a C2SP checkpoint, on one. */
export function formatPin(pin: Pin): string {
  return `${pin.origin} ${pin.size} ${Buffer.from(pin.root, 'hex').toString('base64')}`;
}

/**
 * Reads lines as `checkpoint` prints them; empty lines and lines that begin with `#` are skipped.
 * @throws AuditError `AUDIT_PIN_INVALID`, with the number of the line
 */
export function parsePins(text: string): readonly Pin[] {
  return text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => {
      const [origin = '', size = '', hash = '', ...rest] = line.split(/\s+/);
      const root = Buffer.from(hash, 'base64');
      const exact = root.length === 32 && root.toString('base64') === hash;
      if (rest.length > 0 || !isOrigin(origin) || !/^\d{1,15}$/.test(size) || !exact) {
        throw new AuditError(
          'AUDIT_PIN_INVALID',
          `line ${number} is not "origin size hash" as the command checkpoint prints it`,
          { line: number },
        );
      }
      return { origin, size: Number(size), root: root.toString('hex') };
    });
}
