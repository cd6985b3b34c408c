import { stringOf, type Token } from './schema-tokens.js';

/** An argument of an attribute: a string or word, a list, or a call, of which only the name is of use here. */
export type Value = string | readonly Value[];

export interface Attribute {
  /** As written: `@id`, `@db.VarChar`, `@@map`. */
  readonly name: string;
  readonly positional: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
}

/** @param tokens of one attribute, its name first */
export function attributeOf(tokens: readonly Token[]): Attribute {
  const [name, open, ...rest] = tokens.filter(({ kind }) => kind !== 'newline');
  const positional: Value[] = [];
  const named: Record<string, Value> = {};
  if (open?.text === '(') {
    for (const argument of split(rest.slice(0, -1))) {
      const [first, second, ...more] = argument;
      if (first !== undefined && second?.text === ':') named[first.text] = valueOf(more);
      else if (first !== undefined) positional.push(valueOf(argument));
    }
  }
  return { name: name?.text ?? '', positional, named };
}

function valueOf(tokens: readonly Token[]): Value {
  const [first] = tokens;
  if (first?.text === '[') return split(tokens.slice(1, -1)).map((item) => valueOf(item));
  if (first?.kind === 'string') return stringOf(first.text);
  return first?.text ?? '';
}

const DEPTH: Readonly<Record<string, number>> = { '(': 1, '[': 1, ')': -1, ']': -1 };

/** At the commas that are in no bracket. */
function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += token.kind === 'symbol' ? (DEPTH[token.text] ?? 0) : 0;
    if (depth === 0 && token.kind === 'symbol' && token.text === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** What is between brackets, from the one at `start` to the end; to the end of all if none closes it. */
export function endOfBrackets(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.kind === 'symbol') depth += DEPTH[token.text] ?? 0;
    if (depth === 0) return i + 1;
  }
  return tokens.length;
}
