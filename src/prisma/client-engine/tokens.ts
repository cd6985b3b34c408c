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

type Pattern = readonly [kind: Exclude<Token['kind'], 'other'> | 'blank' | 'dollar', pattern: RegExp];

/** By the first character: texts of thousands of rows are cut as well. */
const PATTERNS: Readonly<Record<string, readonly Pattern[]>> = {
  '"': [['name', NAME]],
  "'": [['literal', PLAIN]],
  $: [['param', PARAM], ['dollar', DOLLAR]], // prettier-ignore
  '-': [['blank', BLANK]],
  ',': [],
  '(': [],
  ')': [],
};
const BLANKS: readonly Pattern[] = [['blank', BLANK]];
const WORDS: readonly Pattern[] = [['literal', ESCAPED], ['literal', NUMBER], ['word', WORD]]; // prettier-ignore

const patternsOf = (character: string): readonly Pattern[] => (/\s/.test(character) ? BLANKS : WORDS);

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
    const character = sql[at] as string;
    if (character === '/' && sql[at + 1] === '*') {
      const end = endOfComment(sql, at);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    const found = (PATTERNS[character] ?? patternsOf(character)).find(([, pattern]) => match(pattern) !== undefined);
    if (found === undefined) {
      if (character === "'" || character === '"') return undefined; // never closed
      if (character === ')') depth--;
      push('other', character, 1);
      if (character === '(') depth++;
      continue;
    }
    const [kind, pattern] = found;
    const text = match(pattern) as string;
    if (kind === 'blank') at += text.length;
    else if (kind === 'dollar') {
      const end = sql.indexOf(text, at + text.length);
      if (end < 0) return undefined;
      push('literal', '', end + text.length - at);
    } else if (kind === 'name') push('name', text.slice(1, -1).replaceAll('""', '"'), text.length);
    else push(kind, kind === 'word' ? text.toLowerCase() : kind === 'param' ? text.slice(1) : '', text.length);
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
