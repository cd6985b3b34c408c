/**
 * Statements that begin and end transactions and nothing else, without a place for a comment of their own. They write nothing, and
 * before PostgreSQL 16 each text of theirs would be another line of `pg_stat_statements`. A constraint trigger that waited for a
 * COMMIT finds its context in the transaction.
 */
const CONTROL = /^\s*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release)\b[\w\s",]*;?\s*$/i;

/** The text with the comment at its end; as it is, where it cannot write. */
export function commented(text: string, comment: string): string {
  return text === '' || (text.length < 200 && CONTROL.test(text)) ? text : text + comment;
}
