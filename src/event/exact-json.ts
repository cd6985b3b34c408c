import type { JsonValue } from './types.js';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON without losing digits: a number that JavaScript would print differently (2^53+1, `10.00`, `1e400`) comes
 * back as a string of exactly its digits. PostgreSQL writes `numeric` and `bigint` as JSON numbers of any size.
 * @throws SyntaxError like JSON.parse
 */
export function parseExactJson(text: string): JsonValue {
  const parts: string[] = [];
  let taken = 0;
  const between = (from: number, to: number): void => {
    if (to - from < 2) return; // a comma, a colon, a digit: most of what stands between strings
    const given = text.slice(from, to);
    const quoted = quoteInexact(given);
    if (quoted === given) return;
    parts.push(text.slice(taken, from), quoted);
    taken = to;
  };
  let from = 0;
  // Strings are skipped by hand: a regular expression for one overflows its stack at some megabytes.
  for (let open = text.indexOf('"'); open !== -1; open = text.indexOf('"', from)) {
    between(from, open);
    from = endOfString(text, open);
  }
  between(from, text.length);
  return JSON.parse(taken === 0 ? text : parts.join('') + text.slice(taken)) as JsonValue;
}

function quoteInexact(between: string): string {
  return between.replace(NUMBER, (digits) => (String(Number(digits)) === digits ? digits : `"${digits}"`));
}

function endOfString(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (text[first - 1] === '\\') first -= 1;
    if ((quote - first) % 2 === 0) return quote + 1; // an even number of backslashes escape each other, not the quote
  }
  return text.length;
}
