import type { JsonValue } from './types.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON without losing digits: a number that JavaScript would print differently (2^53+1, `10.00`, `1e400`) comes
 * back as a string of exactly its digits. PostgreSQL writes `numeric` and `bigint` as JSON numbers of any size.
 * @throws SyntaxError like JSON.parse
 */
export function parseExactJson(text: string): JsonValue {
  return JSON.parse(
    text.replace(TOKEN, (token) => (token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`)),
  ) as JsonValue;
}
