import { AuditError, type AuditErrorCode } from '../event/errors.js';

/** By SQLSTATE (PostgreSQL manual, appendix A): undefined table, function, schema; insufficient privilege. */
const CODES: Readonly<Record<string, AuditErrorCode>> = {
  '42P01': 'AUDIT_SCHEMA_MISSING',
  '42883': 'AUDIT_SCHEMA_MISSING',
  '3F000': 'AUDIT_SCHEMA_MISSING',
  '42501': 'AUDIT_PRIVILEGE_MISSING',
};
const REMEDIES: Partial<Record<AuditErrorCode, string>> = {
  AUDIT_SCHEMA_MISSING: 'a part of the log is missing: run "npx nestjs-prisma-audit migrate"',
  AUDIT_PRIVILEGE_MISSING:
    'the owner of the log lacks a right on it: run "npx nestjs-prisma-audit doctor", then "migrate" as its owner',
};

/**
 * What capture needs (0001_log.sql, 0004_capture.sql), as errors name it. What is missing is named with its schema; a right
 * that is missing is not, so there only what capture writes to counts: triggers of the application's have errors of their own.
 */
const OURS: Readonly<Partial<Record<AuditErrorCode, RegExp>>> = {
  AUDIT_SCHEMA_MISSING:
    /^(?:relation "[^".]+\.content(?:_pos_seq)?"|function [^.(]+\.(?:change|client_change|change_by_rules|image|redact|is_secret|readable|key_of|masked)\(|schema "audit")/,
  AUDIT_PRIVILEGE_MISSING:
    /^permission denied for (?:table content|sequence content_pos_seq|schema audit|function client_change)$/,
};

/**
 * The error for the caller when the log itself could not be written to: the only case in which a write fails that would
 * not have failed without audit (option `onMissing`). An error about something that the caller's own statement names is the
 * caller's, and stays as it is.
 */
export function asMissingLog(error: unknown, sql: string): AuditError | undefined {
  if (!(error instanceof Error) || typeof error.cause !== 'object' || error.cause === null) return undefined;
  const { originalCode, originalMessage } = error.cause as { originalCode?: unknown; originalMessage?: unknown };
  if (typeof originalCode !== 'string' || typeof originalMessage !== 'string') return undefined;
  const code = CODES[originalCode];
  if (code === undefined || OURS[code]?.test(originalMessage) !== true) return undefined;
  const named = /(?:relation|function|schema|table|sequence) "?([^"( ]+)/.exec(originalMessage)?.[1];
  const name = named?.split('.').at(-1);
  // Engine "client" puts this one into the statement itself.
  const isOurs = name === 'client_change';
  if (
    name === undefined ||
    (!isOurs && new RegExp(String.raw`\b${name.replaceAll(/\W/g, String.raw`\$&`)}\b`).test(sql))
  )
    return undefined;
  return new AuditError(code, `${REMEDIES[code]} (${originalMessage})`, { sqlState: originalCode }, error);
}
