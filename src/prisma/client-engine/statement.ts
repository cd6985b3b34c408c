import { calledFunctions } from './functions.js';
import { tokensOf, type Token } from './tokens.js';

/** A statement that changes the rows of one table, with the places where its clauses are. */
export interface Write {
  readonly verb: 'insert' | 'update' | 'delete';
  readonly schema: string | undefined;
  readonly table: string;
  /** As the statement writes the table. */
  readonly target: string;
  /** By what the statement's own clauses call a row. */
  readonly row: string;
  /** Text of its condition; of an insert the one of `DO UPDATE`. */
  readonly where: string | undefined;
  /** An insert that may update: `ON CONFLICT … DO UPDATE`. */
  readonly mayUpdate: boolean;
  /** Its condition names one value for each column of the conflict: it is the row that the insert would have been, or none. */
  readonly pinned: boolean;
  /** Columns that are given new values. */
  readonly sets: readonly string[];
  /** Other tables take part: `FROM`, `USING`. */
  readonly joins: boolean;
  /** `RETURNING *`, or a list with it. */
  readonly returnsAll: boolean;
  /** Where the condition stands in the text; behind it, or at the end, another one can be. */
  readonly whereFrom: number | undefined;
  readonly clausesEnd: number;
  /** Where the list behind `RETURNING` begins, if there is one. */
  readonly returning: number | undefined;
  /** Where the statement ends, without a semicolon and comments. */
  readonly end: number;
}

/**
 * What a text does: nothing to rows (`none`), one `Write`, or something that changes rows in a way that is not looked into,
 * with the first word of it.
 */
export type Reading = None | { readonly kind: 'write'; readonly write: Write } | Unread;
export interface None {
  readonly kind: 'none';
  /** Functions that it calls and that could write, if there are some. */
  readonly calls?: readonly string[];
}
export interface Unread {
  readonly kind: 'unread';
  /** `merge`, `with`, `truncate`, `do` …; nothing of the statement's values. */
  readonly verb: string;
  /** Whether it may be run inside of a transaction without being another. */
  readonly transactional: boolean;
}

const NONE: None = { kind: 'none' };
const WRITES = new Set(['insert', 'update', 'delete', 'merge', 'truncate', 'copy', 'call', 'do']);
/** Alone they change rows, whatever follows; a procedure may end transactions of its own. */
const OPAQUE = new Set(['call', 'do', 'execute']);

// Prisma sends few different texts, over and over.
const CACHE_SIZE = 1024;
const CACHED_LENGTH = 16_384;
const known = new Map<string, Reading>();

export function readStatement(sql: string): Reading {
  const cached = known.get(sql);
  if (cached !== undefined) return cached;
  const found = /^\s*select\b/i.test(sql) && !sql.includes(';') ? NONE : read(sql);
  const calls = found.kind === 'none' ? calledFunctions(sql) : [];
  const reading = calls.length > 0 ? { ...found, calls } : found;
  if (sql.length <= CACHED_LENGTH) {
    if (known.size >= CACHE_SIZE) known.clear();
    known.set(sql, reading);
  }
  return reading;
}

function read(sql: string): Reading {
  const all = tokensOf(sql);
  // The server refuses such a text as well.
  if (all === undefined) return NONE;
  const tokens = all.at(-1)?.text === ';' && all.at(-1)?.kind === 'other' ? all.slice(0, -1) : all;
  const first = tokens[0];
  if (first === undefined) return NONE;
  const several = tokens.some(({ kind, text }) => kind === 'other' && text === ';');
  const verb = tokens.find((token, i) => isWrite(tokens, token, i))?.text;
  if (!several && (first.text === 'insert' || first.text === 'update' || first.text === 'delete')) {
    const write = writeOf(sql, tokens, first.text);
    return write === undefined ? { kind: 'unread', verb: first.text, transactional: true } : { kind: 'write', write };
  }
  if (!several && OPAQUE.has(first.text)) return { kind: 'unread', verb: first.text, transactional: false };
  const looks = several || first.text === 'with' || first.text === 'explain' || WRITES.has(first.text);
  return verb !== undefined && looks
    ? { kind: 'unread', verb: several ? 'several' : first.text, transactional: !opaqueInside(tokens, several) }
    : NONE;
}

/** `FOR UPDATE` and `ON UPDATE` change nothing. */
function isWrite(tokens: readonly Token[], { kind, text }: Token, i: number): boolean {
  const before = tokens[i - 1]?.text;
  return kind === 'word' && WRITES.has(text) && before !== 'for' && before !== 'key' && before !== 'on';
}

function opaqueInside(tokens: readonly Token[], several: boolean): boolean {
  return several && tokens.some(({ kind, text }) => kind === 'word' && (OPAQUE.has(text) || text === 'commit'));
}

function writeOf(sql: string, tokens: readonly Token[], verb: Write['verb']): Write | undefined {
  let i = 1;
  const at = (text: string): boolean => tokens[i]?.kind !== 'name' && tokens[i]?.text === text;
  if (verb !== 'update' && !at(verb === 'insert' ? 'into' : 'from')) return undefined;
  if (verb !== 'update') i++;
  if (at('only')) i++;
  const named = tokens[i];
  const names: Token[] = [];
  while (tokens[i]?.kind === 'name' || tokens[i]?.kind === 'word') {
    names.push(tokens[i] as Token);
    i++;
    if (!at('.')) break;
    i++;
  }
  const last = names.at(-1);
  if (named === undefined || last === undefined || names.length > 2) return undefined;
  const target = sql.slice(named.from, last.to);
  let row = sql.slice(last.from, last.to);
  if (at('*')) i++;
  const clause = verb === 'insert' ? undefined : verb === 'update' ? 'set' : 'where';
  const alias = at('as') ? tokens[i + 1] : isAlias(tokens[i], verb, clause) ? tokens[i] : undefined;
  if (alias !== undefined) row = sql.slice(alias.from, alias.to);
  const outer = tokens.slice(i).filter(({ kind, depth }) => kind === 'word' && depth === 0);
  const word = (text: string, from = 0): Token | undefined => outer.find((token) => token.text === text && token.from >= from); // prettier-ignore
  const returning = outer.findLast(({ text }) => text === 'returning');
  const end = returning?.from ?? tokens.at(-1)?.to ?? sql.length;
  if (returning !== undefined && tokens.find(({ from }) => from >= returning.to)?.text === 'with') return undefined;
  const conflict = verb === 'insert' ? word('conflict') : undefined;
  const updates = conflict && word('update', conflict.from);
  const set = verb === 'insert' ? updates && word('set', updates.from) : word('set');
  const where = verb === 'insert' ? set && word('where', set.from) : word('where');
  if (where !== undefined && tokens.find(({ from }) => from >= where.to)?.text === 'current') return undefined;
  const joined = verb === 'update' ? word('from', set?.from) : verb === 'delete' ? word('using') : undefined;
  return {
    verb,
    schema: names.length === 2 ? names[0]?.text : undefined,
    table: last.text,
    target,
    row,
    where: where === undefined ? undefined : sql.slice(where.to, end),
    mayUpdate: updates !== undefined,
    pinned: conflict !== undefined && where !== undefined && pins(tokens, conflict.to, where.to, end),
    sets: set === undefined ? [] : columnsSet(tokens, set.to, joined?.from ?? where?.from ?? end),
    joins: joined !== undefined,
    returnsAll: returning !== undefined && tokens.some(({ from, text, depth, kind }) => kind === 'other' && text === '*' && depth === 0 && from > returning.to), // prettier-ignore
    whereFrom: where?.from,
    clausesEnd: end,
    returning: returning?.to,
    end: tokens.at(-1)?.to ?? sql.length,
  };
}

function isAlias(token: Token | undefined, verb: Write['verb'], clause: string | undefined): boolean {
  if (token === undefined || verb === 'insert' || token.depth > 0) return false;
  if (token.kind === 'name') return true;
  return token.kind === 'word' && token.text !== clause && !['using', 'returning', 'where', 'set'].includes(token.text);
}

/** `ON CONFLICT (a, b) … WHERE t.a = $1 AND t.b = $2`, as Prisma writes it. */
function pins(tokens: readonly Token[], conflict: number, where: number, end: number): boolean {
  const opens = tokens.findIndex(({ from }) => from >= conflict);
  const closes = tokens.findIndex(({ text, kind }, i) => i > opens && kind === 'other' && text === ')');
  const columns = tokens.slice(opens + 1, closes).filter(({ kind }) => kind === 'name' || kind === 'word');
  const first = tokens.findIndex(({ from }) => from >= where);
  const condition = tokens.filter(({ to }, i) => i >= first && to <= end);
  return (
    tokens[opens]?.text === '(' &&
    columns.length > 0 &&
    // A value of the insert is none that can be asked for before it.
    !condition.some(({ kind, text }) => (kind === 'word' && text !== 'and') || text === 'excluded') &&
    columns.every(
      ({ text }) =>
      condition.some((token, i) => token.text === text && condition[i + 1]?.text === '=' && condition[i + 2]?.kind === 'param'), // prettier-ignore
    )
  );
}

/** `a = …, (b, c) = …`: names before an equals sign that begins an assignment. */
function columnsSet(tokens: readonly Token[], from: number, to: number): readonly string[] {
  const columns: string[] = [];
  let left = true;
  for (const { kind, text, depth, from: at } of tokens) {
    if (at < from || at >= to) continue;
    if (kind === 'other' && depth === 0 && text === ',') left = true;
    else if (kind === 'other' && depth === 0 && text === '=') left = false;
    else if (left && (kind === 'name' || kind === 'word')) columns.push(text);
  }
  return columns;
}
