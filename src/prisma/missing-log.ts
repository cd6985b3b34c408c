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
    /^(?:relation "[^".]+\.content(?:_pos_seq)?"|function [^.(]+\.(?:change|client_change|change_by_rules|image|redact|is_secret|readable|key_of|masked)\()/,
  AUDIT_PRIVILEGE_MISSING: /^permission denied for (?:table content|sequence content_pos_seq|function client_change)$/,
};

/** A schema can have any name, and an application's own triggers can miss one too. */
const MISSING_SCHEMA: Readonly<Partial<Record<AuditErrorCode, (schema: string) => string>>> = {
  AUDIT_SCHEMA_MISSING: (schema) => `schema "${schema}" does not exist`,
  AUDIT_PRIVILEGE_MISSING: (schema) => `permission denied for schema ${schema}`,
};

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
  if (typeof originalCode !== 'string' || typeof originalMessage !== 'string') return undefined;
  const code = CODES[originalCode];
  if (code === undefined) return undefined;
  const name = missingPart(code, originalMessage, schema);
  // Engine "client" puts this one into the statement itself.
  const isOurs = name === 'client_change';
  if (
    name === undefined ||
    (!isOurs && new RegExp(String.raw`\b${name.replaceAll(/\W/g, String.raw`\$&`)}\b`).test(sql))
  )
    return undefined;
  return new AuditError(code, `${REMEDIES[code]} (${originalMessage})`, { sqlState: originalCode }, error);
}

function missingPart(code: AuditErrorCode, message: string, schema: string): string | undefined {
  if (message === MISSING_SCHEMA[code]?.(schema)) return schema;
  if (OURS[code]?.test(message) !== true) return undefined;
  return /(?:relation|function|table|sequence) "?([^"( ]+)/.exec(message)?.[1]?.split('.').at(-1);
}
