import { headOf } from './note-head.js';
import type { AnchoredNote } from '../port.js';

/** A line of a file or of an answer: one note, and when it was stored. */
export interface AnchorRecord extends AnchoredNote {
  /** The lines in front of it, back to the last good one, were cut off while they were written: nobody was told that they are kept. */
  readonly isAfterTorn: boolean;
  readonly origin: string;
  readonly size: number;
}

/** Of one line: a note has 128 KiB at most, and JSON may need six bytes for one. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** `{"storedAt":"<RFC 3339>","note":"…"}`, and `"afterTorn":true` between them where the line in front has no end. */
export function formatRecord({ storedAt, note }: AnchoredNote, isAfterTorn = false): string {
  return JSON.stringify({
    ...(storedAt === undefined ? {} : { storedAt: new Date(storedAt).toISOString() }),
    ...(isAfterTorn ? { afterTorn: true } : {}),
    note,
  });
}

/** `undefined` for what is none. */
export function parseRecord(line: string): AnchorRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('note' in value) || typeof value.note !== 'string')
    return undefined;
  const head = headOf(value.note);
  if (head === undefined) return undefined;
  const stored = 'storedAt' in value ? value.storedAt : undefined;
  const storedAt = typeof stored === 'string' ? Date.parse(stored) : undefined;
  if (storedAt !== undefined ? Number.isNaN(storedAt) : stored !== undefined) return undefined;
  return { ...head, note: value.note, storedAt, isAfterTorn: 'afterTorn' in value && value.afterTorn === true };
}
