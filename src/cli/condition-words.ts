import { resourceId } from '../event/identity.js';
import type { Resource } from '../event/types.js';
import type { AuditConditions } from '../query/query.js';

const OPTION_OF: Readonly<Record<string, string>> = { requestId: 'request-id', allTenants: 'all-tenants' };

/** Conditions as they were given, for a sheet that is filed. */
export function conditionWords(conditions: AuditConditions): readonly string[] {
  return Object.entries(conditions).flatMap(([name, value]) => {
    const option = `--${OPTION_OF[name] ?? name}`;
    if (value === undefined || value === false) return [];
    return value === true ? [option] : [option, ...wordsOf(value).map((word) => quoted(word))];
  });
}

function wordsOf(value: unknown): readonly string[] {
  if (value instanceof Date) return [value.toISOString()];
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'object' || value === null) return [String(value)];
  const { type, id } = value as Resource; // the one condition with members
  return [id === undefined ? type : `${type}:${resourceId(id) ?? ''}`];
}

/** As a shell would take it. */
export function quoted(word: string): string {
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
