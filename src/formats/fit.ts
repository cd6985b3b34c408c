import type { JsonObject, JsonValue } from '../event/types.js';
import { showJson } from '../event/visible.js';
import { mostBytes, type Followed, type FormatOptions } from './format.js';
import { PARTS, seenOf, shortened, without, type Seen } from './seen.js';

/** A UTF-16 unit is six bytes at most, as `\uXXXX`. */
const BYTES_EACH = 6;
/** UTF-16 units of each text, where there is nothing else to cut. */
const SHORTER = [128, 32, 12];

/**
 * The record of an entry, within its bytes: where it is larger, the largest parts go first, then the ends of texts. `cut` of what is
 * seen says which.
 * @param recordOf total, and each part at most once
 */
export function fitted(followed: Followed, options: FormatOptions, recordOf: (seen: Seen) => JsonObject): JsonObject {
  const most = mostBytes(options);
  let seen = seenOf(followed, options);
  let record = recordOf(seen);
  if (fits(record, most)) return record;
  const sizes = PARTS.map((name) => ({ name, size: bytesOf(seen.part[name] ?? '') }));
  for (const { name } of sizes.toSorted((a, b) => b.size - a.size)) {
    if (seen.part[name] === undefined) continue;
    seen = without(seen, name);
    record = recordOf(seen);
    if (fits(record, most)) return record;
  }
  for (const units of SHORTER) {
    seen = shortened(seen, units);
    record = recordOf(seen);
    if (fits(record, most)) return record;
  }
  return record;
}

function fits(record: JsonObject, most: number): boolean {
  const json = JSON.stringify(record);
  return json.length * BYTES_EACH <= most || (json.length <= most && bytesOf(record) <= most);
}

const bytesOf = (value: JsonValue): number => Buffer.byteLength(showJson(JSON.stringify(value)));
