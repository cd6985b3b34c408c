import { refused } from './refused.js';
import { TILE_WIDTH } from './tile.js';

/** The length of a leaf stands in two bytes. */
export const MAX_LEAF_BYTES = 65_535;

/** An entry bundle: before each leaf its length in two bytes, the greater one first. */
export function encodeBundle(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length < 1 || leaves.length > TILE_WIDTH) throw refused('bundle', `it has ${leaves.length} leaves`);
  return Buffer.concat(
    leaves.flatMap((leaf) => {
      if (leaf.length < 1 || leaf.length > MAX_LEAF_BYTES) throw refused('bundle', `a leaf has ${leaf.length} bytes`);
      return [Buffer.of(leaf.length >> 8, leaf.length & 0xff), leaf];
    }),
  );
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` if the bytes are not exactly `width` leaves */
export function parseBundle(bytes: Uint8Array, width: number): readonly Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const leaves: Buffer[] = [];
  let at = 0;
  while (at < buffer.length) {
    if (leaves.length === width) throw refused('bundle', `it has more than ${width} leaves`);
    const end = at + 2 <= buffer.length ? at + 2 + buffer.readUInt16BE(at) : Number.POSITIVE_INFINITY;
    if (end > buffer.length || end === at + 2) throw refused('bundle', `leaf ${leaves.length} is cut off or empty`);
    leaves.push(buffer.subarray(at + 2, end));
    at = end;
  }
  if (leaves.length !== width || width < 1) throw refused('bundle', `it has ${leaves.length} leaves, not ${width}`);
  return leaves;
}
