import { parseExactJson } from '../event/exact-json.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import { boundDepth, MOST_LEVELS } from './bounded-depth.js';
import type { Unread } from './unreadable.js';

/** The members of a section, or nothing if it has none. Total: what is wrong is noted. @param parse JSON */
export function readSection(
  text: string,
  at: string,
  unread: Unread,
  parse: (text: string) => JsonValue = parseExactJson,
): JsonObject | undefined {
  let value: JsonValue;
  try {
    value = parse(text);
  } catch {
    unread.note(at, 'not-json', text);
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    unread.note(at, 'not-an-object', text);
    return undefined;
  }
  if (text.length < 2 * MOST_LEVELS) return value; // each level takes two characters
  const cut = new Set<string>();
  boundDepth(value, (path) => cut.add([at, ...path].join('.')));
  for (const path of cut) unread.note(path, 'too-deep');
  return value;
}

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

/** The text of bytes as the sealer reads them; what is no UTF-8 becomes U+FFFD, and is noted. */
export function sectionText(bytes: Uint8Array, at: string, unread: Unread): string {
  try {
    return strict.decode(bytes);
  } catch {
    unread.note(at, 'not-utf8');
    return lenient.decode(bytes);
  }
}
