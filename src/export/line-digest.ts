import { hash } from 'node:crypto';

/** Beside a file of lines: of each line the first eight bytes of its SHA-256. It says which line was changed; that none was, the file's own hash says. */
export const LINES = '.lines';
export const DIGEST_BYTES = 8;

/** @param line with its end */
export function lineDigest(line: string | Uint8Array): Buffer {
  return hash('sha256', line, 'buffer').subarray(0, DIGEST_BYTES);
}
