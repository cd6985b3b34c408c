import { tenantKey } from '../event/identity.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import { conditionsOf } from './conditions.js';
import type { ExportOptions, ExportQuery } from './entries.js';

/** Of a condition, and of all of them: what is longer is no question of anybody. UTF-16 units. */
const VALUE = 1_000;
const ALL = 20_000;

/** Leaves the entry `audit.exported`, in the chain that is read. Resolves when it is committed. */
export async function tellExport(query: ExportQuery, options: ExportOptions): Promise<void> {
  const { record, format = 'ndjson', cursor, by } = options;
  const filter = clipped(conditionsOf(query));
  const isLong = JSON.stringify(filter).length > ALL;
  const details = {
    format,
    filter: isLong ? 'too long' : filter,
    ...(cursor === undefined ? {} : { cursor: cursor.slice(0, VALUE) }),
    ...(by === undefined ? {} : { reader: clipped({ ...by } as JsonObject) }), // members of text alone
  };
  const tenant = tenantKey(query.tenant ?? '');
  await record.exported(details, tenant === '' ? undefined : tenant);
}

function clipped(conditions: JsonObject): JsonObject {
  const clip = (value: JsonValue): JsonValue => (typeof value === 'string' ? value.slice(0, VALUE) : value);
  return Object.fromEntries(Object.entries(conditions).map(([name, value]) => [name, clip(value)]));
}
