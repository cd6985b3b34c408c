import { missingLog } from '../prisma/missing-log.js';
import { takeOut } from '../prisma/take-out.js';

/**
 * The error of a statement as its caller would have it without a comment: a syntax error quotes the text to its end, or points
 * behind it. Where the log itself could not be written to, an `AuditError` with the remedy.
 */
export function withoutComment(error: unknown, text: string, comment: string, schema: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  takeOut(comment, error);
  const { code, message, position } = error as Error & { code?: unknown; position?: unknown }; // of a DatabaseError
  if (typeof position === 'string' && Number(position) > text.length) {
    const end = Array.from(text).length + 1; // the server counts characters
    if (Number(position) > end) Reflect.set(error, 'position', String(end));
  }
  return missingLog(error, { state: code, message }, text, schema) ?? error;
}
