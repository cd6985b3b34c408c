import { crc32 } from 'node:zlib';
import type { ContentRow } from '../../store/content.port.js';

/**
 * A frame is one batch: `FF 53 50 31` (the last byte is the version), length of the payload, CRC-32 of length and payload,
 * payload. Numbers are 32 bits, big-endian. The payload is JSON in UTF-8, in which the byte FF does not occur: so behind a
 * damaged frame the next one is found by its first byte.
 */
export interface Frame {
  readonly batch: string;
  readonly rows: readonly ContentRow[];
  /** Where it ends in the bytes that were scanned. */
  readonly end: number;
}

/** Bytes that are no frame. @property torn there is no whole frame behind them: a write that was cut off, most likely */
export interface Damage {
  readonly start: number;
  readonly end: number;
  readonly torn: boolean;
}

const MAGIC = Buffer.from([0xff, 0x53, 0x50, 0x31]);
const HEAD = 12;

export function encodeFrame(batch: string, rows: readonly ContentRow[]): Buffer {
  const payload = Buffer.from(JSON.stringify({ batch, rows }));
  const head = Buffer.alloc(HEAD);
  MAGIC.copy(head);
  head.writeUInt32BE(payload.length, 4);
  head.writeUInt32BE(crc32(payload, crc32(head.subarray(4, 8))), 8);
  return Buffer.concat([head, payload]);
}

/** Every whole frame in these bytes, in order, and everything that is none. Total: takes any bytes. */
export function scanFrames(bytes: Buffer): { frames: Frame[]; damage: Damage[] } {
  const frames: Frame[] = [];
  const damage: Damage[] = [];
  for (let at = 0; at < bytes.length;) {
    const frame = frameAt(bytes, at);
    if (frame) {
      frames.push(frame);
      at = frame.end;
      continue;
    }
    let next = bytes.indexOf(MAGIC, at + 1);
    while (next !== -1 && !frameAt(bytes, next)) next = bytes.indexOf(MAGIC, next + 1);
    const end = next === -1 ? bytes.length : next;
    damage.push({ start: at, end, torn: next === -1 });
    at = end;
  }
  return { frames, damage };
}

const NULLABLE = ['group', 'tenant', 'eventKey', 'model', 'resourceId', 'data', 'flags'] as const;

/** The checksum is against accidents: what no version of ours has written would be refused at each attempt, and hold up all behind it. */
function isRow(row: unknown): row is ContentRow {
  if (typeof row !== 'object' || row === null) return false;
  const { source, at, header, actor, ...rest } = row as Record<string, unknown>;
  return (
    typeof source === 'string' &&
    Number.isSafeInteger(at) &&
    typeof header === 'string' &&
    typeof actor === 'string' &&
    NULLABLE.every((name) => rest[name] === null || typeof rest[name] === 'string')
  );
}

function frameAt(bytes: Buffer, at: number): Frame | undefined {
  if (at + HEAD > bytes.length || !bytes.subarray(at, at + 4).equals(MAGIC)) return undefined;
  const end = at + HEAD + bytes.readUInt32BE(at + 4);
  if (end > bytes.length) return undefined;
  const payload = bytes.subarray(at + HEAD, end);
  if (crc32(payload, crc32(bytes.subarray(at + 4, at + 8))) !== bytes.readUInt32BE(at + 8)) return undefined;
  try {
    const { batch, rows } = JSON.parse(payload.toString()) as { batch?: unknown; rows?: unknown };
    if (typeof batch !== 'string' || !Array.isArray(rows) || !rows.every((row) => isRow(row))) return undefined;
    return { batch, rows, end };
  } catch {
    return undefined;
  }
}
