import { REDACTED, type SecretName } from './redaction.js';

/** As long as the name before a `=` or `:` may be. */
const LONGEST_NAME = 100;
const NAME_END = /["'`\]]?[\p{L}\d_$.\-[\]]$/u;
const QUOTES = new Set(['"', "'", '`']);
const OPENING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
/** What can follow the end of a quoted value: the end, a delimiter, or the next name. */
const AFTER =
  /(?:\s*(?:[,;&)}\]>\n\r]|$)|\.(?:\s|$)|\s+\\{0,8}["'`]?[\p{L}_$][\p{L}\d_.$-]{0,60}\\{0,8}["'`]?\s{0,3}[:=])/uy;
// b"…", u'…', Some("…")
const BEFORE_QUOTE = /(?:(?:Bearer|Basic)\s{1,3})?(?:[A-Za-z]{0,8}\(?)(?=\\{0,8}["'`])/iy;
const PLAIN = /(?:(?:Bearer|Basic)\s{1,3})?(?:\\[\s\S]|[^\s,;&)}\]\\])+/iy;
const SEPARATOR = /[:=]/g;

/**
 * The text without what is given to a name that holds a secret: `password=…`, `"apiKey": "…"`, also where the text is JSON
 * within JSON. One pass: from each `=` or `:` back to the name, and then over the value, which is not looked at again.
 */
export function withoutAssigned(text: string, isSecret: SecretName): string {
  let result = '';
  let from = 0;
  for (const { index } of text.matchAll(SEPARATOR)) {
    if (index < from) continue;
    const name = nameBefore(text, index, from);
    if (name === undefined || !isSecret(name)) continue;
    // `=>`, `:=`, `==`, and blanks.
    const at = index + (/^[:=>]{0,3}\s{0,8}/.exec(text.slice(index, index + 11))?.[0].length ?? 1);
    const end = endOfValue(text, at);
    if (end === at) continue;
    result += text.slice(from, at) + REDACTED;
    from = end;
  }
  return result + text.slice(from);
}

/** What stands before the separator: a word, or all between two quotes. */
function nameBefore(text: string, separator: number, from: number): string | undefined {
  const piece = text.slice(Math.max(from, separator - LONGEST_NAME - 8), separator).trimEnd();
  const quote = piece.at(-1) ?? '';
  if (QUOTES.has(quote)) {
    const name = piece.slice(0, -1).replace(/\\{1,8}$/, '');
    return name.slice(name.lastIndexOf(quote) + 1);
  }
  if (!NAME_END.test(piece)) return undefined;
  let at = piece.length;
  while (at > 0 && /[\p{L}\p{M}\p{Cf}\d_$.\-[\]]/u.test(piece[at - 1] ?? '')) at -= 1;
  return piece.slice(at);
}

function endOfValue(text: string, at: number): number {
  if (text.startsWith(REDACTED, at)) return at + REDACTED.length;
  BEFORE_QUOTE.lastIndex = at;
  const quoted = BEFORE_QUOTE.exec(text);
  if (quoted) return endOfQuoted(text, at + quoted[0].length);
  const closing = OPENING[text[at] ?? ''];
  if (closing !== undefined) return endOfNested(text, at);
  PLAIN.lastIndex = at;
  return at + (PLAIN.exec(text)?.[0].length ?? 0);
}

/** The quote that ends it is escaped as the first one is, and nothing of a value follows it. What has none goes to the end. */
function endOfQuoted(text: string, at: number): number {
  let start = at;
  while (text[start] === '\\') start += 1;
  const escapes = start - at;
  const quote = text[start] ?? '';
  let last = text.length;
  let backslashes = 0;
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '\\') {
      backslashes += 1;
      continue;
    }
    if (text[i] === quote && backslashes <= escapes) {
      last = i + 1;
      AFTER.lastIndex = last;
      if (AFTER.test(text)) return last;
    }
    backslashes = 0;
  }
  return last;
}

/** An object or a list: to where its brackets are even. */
function endOfNested(text: string, at: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let i = at; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (char === '\\') i += 1;
    else if (quote !== undefined) quote = char === quote ? undefined : quote;
    else if (char === '"') quote = char;
    else if (char === '{' || char === '[') depth += 1;
    else if ((char === '}' || char === ']') && (depth -= 1) === 0) return i + 1;
  }
  return text.length;
}
