// What a terminal, or whoever reads it, takes for something other than text: control characters (C0, DEL, C1), line and
// paragraph separators, what has no shape of its own (zero width, bidirectional overrides and isolates, tags, BOM, variation
// selectors, fillers), lone surrogates, private use, and what no Unicode has assigned.
const UNSEEN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{DI}\u2800`;
const UNSEEN_CHARACTER = new RegExp(`[${UNSEEN}]`, 'gu');
// A backslash that could be taken for one of ours; marks that pile up on a letter beyond what any script needs.
const TO_ESCAPE = new RegExp(`[${UNSEEN}]|${String.raw`\\(?=[nrtu])|(?<=\p{M}{4})\p{M}|^\p{M}`}`, 'gu');
const SHORT: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`, '\\': String.raw`\\` }; // prettier-ignore

/** Of one piece of foreign text, in UTF-16 units. */
export const VISIBLE_LENGTH = 4_000;

/**
 * Foreign text as one line that shows itself and does nothing: what cannot be seen, or moves the cursor, is written as
 * `\n`, `\r`, `\t`, `\u001b` or `\u{e0041}`. Total; plain text comes back as it is. A backslash that stands where one of these
 * could be meant is doubled.
 * @param limit what is longer is cut, and how much is said
 */
export function visible(text: string, limit: number = VISIBLE_LENGTH): string {
  if (text.length <= limit) return escaped(text);
  return `${escaped(text.slice(0, limit))}… (${text.length - limit} more)`;
}

function escaped(text: string): string {
  return text.replace(TO_ESCAPE, (character) => SHORT[character] ?? codePoint(character));
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

/**
 * JSON that parses to the same value, and is safe on a terminal: in its strings, what `visible` would escape is `\uXXXX`.
 * @throws what `JSON.stringify` throws: a cycle, a bigint, nesting of some thousands
 */
export function visibleJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) as string | undefined;
  return showJson(json ?? 'null');
}

/** The same of JSON text that is there already. */
export function showJson(json: string): string {
  // Outside of strings JSON is ASCII, and its only control character is the newline of its own layout.
  return json.replace(UNSEEN_CHARACTER, (character) =>
    character === '\n' ? character : Array.from({ length: character.length }, (_, at) => unit(character, at)).join(''),
  );
}

function unit(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
}
