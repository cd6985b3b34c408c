import { createHash } from 'node:crypto';
import type { ContentRow } from '../store/content.port.js';

/** What two reads have in common that differ in nothing but their moment. Short, whatever was read. */
export function likeness({ model, resourceId, eventKey, header, actor, data, flags }: ContentRow): string {
  // NUL is in none of them: the door refuses it in text, and JSON escapes it.
  const all = [model, resourceId, eventKey, header, actor, data, flags].map((each) => each ?? '').join('\0');
  return createHash('sha256').update(all).digest('base64');
}

/** The row of the first of `reads` reads, for all of them: says how many in `details.reads`; of one it says nothing. */
export function forReads(row: ContentRow, reads: number): ContentRow {
  if (reads === 1) return row;
  const data = row.data === null ? {} : (JSON.parse(row.data) as Record<string, object>); // the door's own
  return { ...row, data: JSON.stringify({ ...data, details: { ...data['details'], reads } }) };
}
