import { createHash } from 'node:crypto';
import type { ActionBook } from '../event/action-book.js';
import type { SecretName } from '../event/redaction.js';
import type { ContentRow } from '../store/content.port.js';
import { prepare } from './prepare.js';
import type { ReadFact } from './read.port.js';

/** What reads are made entries with. */
export interface ReadRules {
  readonly isSecret: SecretName;
  /** A definition of the action gives its severity. Its schema is for what the application says itself. */
  readonly actions: Pick<ActionBook, 'find'>;
}

/** @throws AuditError as `prepare()` does; not for what is too large: that is cut, for the read has happened */
export function readRow({ event, context, gap, section }: ReadFact, { isSecret, actions }: ReadRules): ContentRow {
  const severity = event.severity ?? actions.find(event.action)?.severity;
  return prepare(severity === undefined ? event : { ...event, severity }, isSecret, {
    source: 'read',
    oversized: 'truncate',
    context: context ?? null,
    shapes: true,
    section,
    gap,
  });
}

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
