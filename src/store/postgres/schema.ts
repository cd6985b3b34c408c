import { AuditError } from '../../event/errors.js';

export const DEFAULT_SCHEMA = 'audit';

/** All our SQL names the log's schema `"audit"`; this puts the configured name in its place. */
export function inSchema(schema: string, sql: string): string {
  return schema === DEFAULT_SCHEMA ? sql : sql.replaceAll('"audit"', `"${schema}"`);
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID`: the name travels in SQL text, so it must not need escaping. */
export function checkSchemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      `schema must be a lower-case name of letters, digits and "_" that does not start with "pg_", not ${JSON.stringify(schema)}`,
      { schema },
    );
  }
  return schema;
}
