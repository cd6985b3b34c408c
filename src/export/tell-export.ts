import { tenantKey } from '../event/identity.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import { conditionsOf } from './conditions.js';
import type { ExportOptions, ExportQuery } from './entries.js';

/** Of a condition, and of all of them: what is longer is no question of anybody. UTF-16 units. */
const VALUE = 1_000;
const ALL = 20_000;

/** Whose entries leave, and whether there are any. */
export interface WhoseEntries {
  readonly tenant: string;
  readonly isKnown: boolean;
}

/**
 * Leaves the entry `audit.exported`, in the chain that is read; a tenant that has none gets none by being asked for, and the default chain
 * has the entry then. Resolves when it is committed.
 */
export async function tellExport(
  query: ExportQuery,
  options: ExportOptions,
  { tenant, isKnown }: WhoseEntries,
): Promise<void> {
  const { record, format = 'ndjson', cursor, by } = options;
  const filter = clipped(conditionsOf(query));
  const isLong = JSON.stringify(filter).length > ALL;
  const details = {
    format,
    filter: isLong ? 'too long' : filter,
    ...(isKnown ? {} : { noSuchTenant: tenant.slice(0, VALUE) }),
    ...(cursor === undefined ? {} : { cursor: cursor.slice(0, VALUE) }),
    ...(by === undefined ? {} : { reader: clipped({ ...by } as JsonObject) }), // members of text alone
  };
  const chain = isKnown ? tenantKey(tenant) : '';
  await record.exported(details, chain === '' ? undefined : chain);
}

function clipped(conditions: JsonObject): JsonObject {
  const clip = (value: JsonValue): JsonValue => (typeof value === 'string' ? value.slice(0, VALUE) : value);
  return Object.fromEntries(Object.entries(conditions).map(([name, value]) => [name, clip(value)]));
}
