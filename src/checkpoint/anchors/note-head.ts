import { exactCount } from '../../chain/count.js';
import { isOrigin } from '../../chain/leaf.js';
import { NOTE_LIMITS } from '../../chain/note.js';
import { refused } from '../../chain/refused.js';
import type { Anchor } from '../port.js';

/** What is longer is no note. */
export const MAX_NOTE_BYTES = NOTE_LIMITS.bytes;

export type Checkpointed = Parameters<Anchor['put']>[0];

/** Whose checkpoint a note is, by its first two lines, and of which size: all that an anchor looks at. */
export function headOf(note: string): { readonly origin: string; readonly size: number } | undefined {
  const [, origin, count] = /^([^\n]{1,255})\n(\d{1,16})\n/.exec(note) ?? [];
  const size = exactCount(count ?? '');
  return origin !== undefined && isOrigin(origin) && size !== undefined ? { origin, size } : undefined;
}

/**
 * Before anything is kept: the note is the one that is announced, and can be read again.
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`
 */
export function checkPut({ origin, size, note }: Checkpointed): void {
  if (Buffer.byteLength(note) > NOTE_LIMITS.bytes) throw refused('note', `it has more than ${NOTE_LIMITS.bytes} bytes`);
  const head = headOf(note);
  if (head?.origin !== origin || head.size !== size)
    throw refused('checkpoint', 'it is not of the origin and size under which it is to be anchored');
}
