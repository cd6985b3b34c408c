import { AuditError, type AuditErrorCode } from '../event/errors.js';

/** By SQLSTATE (PostgreSQL manual, appendix A): undefined table, function, schema; insufficient privilege; unique violation. */
const CODES: Readonly<Record<string, AuditErrorCode>> = {
  '42P01': 'AUDIT_SCHEMA_MISSING',
  '42883': 'AUDIT_SCHEMA_MISSING',
  '3F000': 'AUDIT_SCHEMA_MISSING',
  '42501': 'AUDIT_PRIVILEGE_MISSING',
  '23505': 'AUDIT_SEQUENCE_BEHIND',
};
const REMEDIES: Partial<Record<AuditErrorCode, string>> = {
  AUDIT_SEQUENCE_BEHIND:
    'the sequence of positions of the log is behind its rows, as after a restore of the data alone: a sealer raises it within seconds, and so does "nestjs-prisma-audit doctor"; then try again',
  AUDIT_SCHEMA_MISSING: 'a part of the log is missing: run "npx nestjs-prisma-audit migrate"',
  AUDIT_PRIVILEGE_MISSING:
    'the owner of the log lacks a right on it: run "npx nestjs-prisma-audit doctor", then "migrate" as its owner',
};

/**
 * What capture needs (0001_log.sql, 0004_capture.sql), by the name in the message: its words are in the server's language
 * (`lc_messages`). What is missing is named with its schema; a right that is missing is not, so there only what capture
 * writes to counts: triggers of the application's have errors of their own.
 */
const OURS: Readonly<Partial<Record<AuditErrorCode, RegExp>>> = {
  AUDIT_SCHEMA_MISSING:
    /[^\s".«»„(]\.(content(?:_pos_seq)?(?!\w)|(?:change|client_change|record_change|change_by_rules|image|redact|is_secret|readable|key_of|masked)(?=\())/,
  AUDIT_PRIVILEGE_MISSING: /\b(content(?:_pos_seq)?|client_change|record_change)\b/,
  AUDIT_SEQUENCE_BEHIND: /(?<!\w)(content_pkey)(?!\w)/,
};

const WRITES_CONTENT = /\b(?:into|update|only|from)\s+(?:"[^"]*"\s*\.\s*|\w+\s*\.\s*)?"?content"?(?!\w)/i;

/**
 * The error for the caller when the log itself could not be written to: the only case in which a write fails that would
 * not have failed without audit (option `onMissing`). An error about something that the caller's own statement names is the
 * caller's, and stays as it is.
 *
 * @param schema of the log: what is said of another one is the application's own affair
 */
export function asMissingLog(error: unknown, sql: string, schema = 'audit'): AuditError | undefined {
  if (!(error instanceof Error) || typeof error.cause !== 'object' || error.cause === null) return undefined;
  const { originalCode, originalMessage } = error.cause as { originalCode?: unknown; originalMessage?: unknown };
  return missingLog(error, { state: originalCode, message: originalMessage }, sql, schema);
}

/** The same of what the server said, whoever brought it. */
export function missingLog(
  error: unknown,
  { state, message }: { readonly state: unknown; readonly message: unknown },
  sql: string,
  schema = 'audit',
): AuditError | undefined {
  if (typeof state !== 'string' || typeof message !== 'string') return undefined;
  const code = CODES[state];
  if (code === undefined) return undefined;
  const name = missingPart(code, state, message, schema);
  // Engine "client" puts this one into the statement itself.
  const isOurs = name === 'client_change';
  // The name of a constraint is one of its table, and an application may have a table of that name.
  if (name === 'content_pkey' && WRITES_CONTENT.test(sql)) return undefined;
  if (name === undefined || (!isOurs && namedIn(sql, name))) return undefined;
  return new AuditError(code, `${REMEDIES[code]} (${message})`, { sqlState: state }, error);
}

function missingPart(code: AuditErrorCode, state: string, message: string, schema: string): string | undefined {
  const named = OURS[code]?.exec(message)?.[1];
  if (named !== undefined) return named;
  // A schema can have any name, and an application's own triggers can miss one too.
  const ofSchema = state === '3F000' || state === '42501';
  return ofSchema && namedIn(message, schema) ? schema : undefined;
}

function namedIn(text: string, name: string): boolean {
  return new RegExp(String.raw`(?<!\w)${name.replaceAll(/\W/g, String.raw`\$&`)}(?!\w)`).test(text);
}
