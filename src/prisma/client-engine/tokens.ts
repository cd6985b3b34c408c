/** A word of SQL text, as far as it matters for finding the clauses of a statement. */
export interface Token {
  /** `word` in lower case, as an unquoted name is folded; `name` is one in quotes, without them; `other` is a character. */
  readonly kind: 'word' | 'name' | 'param' | 'literal' | 'other';
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** How many brackets are open around it. */
  readonly depth: number;
}

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NAME = /"(?:[^"]|"")+"/y;
const PARAM = /\$\d+/y;
const PLAIN = /'(?:[^']|'')*'/y;
const ESCAPED = /[eE]'(?:[^'\\]|''|\\[^])*'/y;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const NUMBER = /\d[\w.]*/y;
const BLANK = /\s+|--[^\n\r]*/y;

/** Cuts SQL text of PostgreSQL (manual, 4.1) into words, without comments; `undefined` for text that does not end well. */
export function tokensOf(sql: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  const push = (kind: Token['kind'], text: string, length: number): void => {
    tokens.push({ kind, text, from: at, to: at + length, depth });
    at += length;
  };
  while (at < sql.length) {
    const blank = match(BLANK);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    if (sql.startsWith('/*', at)) {
      const end = endOfComment(sql, at);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    const dollar = match(DOLLAR);
    if (dollar !== undefined) {
      const end = sql.indexOf(dollar, at + dollar.length);
      if (end < 0) return undefined;
      push('literal', '', end + dollar.length - at);
      continue;
    }
    const literal = match(ESCAPED) ?? match(PLAIN) ?? match(NUMBER);
    if (literal !== undefined) {
      push('literal', '', literal.length);
      continue;
    }
    const param = match(PARAM);
    if (param !== undefined) {
      push('param', param.slice(1), param.length);
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      push('name', name.slice(1, -1).replaceAll('""', '"'), name.length);
      continue;
    }
    const word = match(WORD);
    if (word !== undefined) {
      push('word', word.toLowerCase(), word.length);
      continue;
    }
    const character = sql[at] as string;
    if (character === "'" || character === '"') return undefined; // never closed
    if (character === ')') depth--;
    push('other', character, 1);
    if (character === '(') depth++;
  }
  return depth === 0 ? tokens : undefined;
}

/** Comments nest. */
function endOfComment(sql: string, from: number): number | undefined {
  let open = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      open++;
      at++;
    } else if (sql.startsWith('*/', at)) {
      open--;
      at++;
      if (open === 0) return at + 1;
    }
  }
  return undefined;
}
