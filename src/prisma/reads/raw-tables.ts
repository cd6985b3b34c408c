import { tokensOf, type Token } from '../client-engine/tokens.js';
import type { ReadPlan } from './plan.js';

// Applications send few different texts, over and over; what they build out of values is long, or never comes again.
const CACHE_SIZE = 512;
const CACHED_LENGTH = 16_384;

/** Statements that can read rows; `do` and `call` keep to themselves what they do. */
const READING: ReadonlySet<string> = new Set(
  'select with table values insert update delete merge copy explain create declare prepare'.split(' '),
);
/** Behind these a table is named. */
const BEFORE_TABLES: ReadonlySet<string> = new Set([
  'from',
  'join',
  'using',
  'into',
  'update',
  'copy',
  'table',
  'only',
]);
/** They end a list of tables. */
const BEHIND_TABLES: ReadonlySet<string> = new Set(
  'where group order having limit offset window union intersect except select set returning on values fetch for'.split(
    ' ',
  ),
);

/** Finds the audited models whose rows a text of SQL may read. */
export class RawTables {
  readonly #models: readonly { readonly model: string; readonly table: string; readonly schema: string | undefined }[];
  readonly #known = new Map<string, readonly string[]>();

  constructor({ models }: ReadPlan) {
    this.#models = [...models.values()].filter(({ audited }) => audited).map(({ name, known }) => ({ model: name, table: known.table, schema: known.schema })); // prettier-ignore
  }

  /** Names of models; empty for a text that reads none of their tables. */
  readBy(sql: string): readonly string[] {
    const cached = this.#known.get(sql);
    if (cached !== undefined) return cached;
    const found = this.#find(sql);
    if (sql.length <= CACHED_LENGTH) {
      if (this.#known.size >= CACHE_SIZE) this.#known.clear();
      this.#known.set(sql, found);
    }
    return found;
  }

  #find(sql: string): readonly string[] {
    const text = sql.toLowerCase();
    const candidates = this.#models.filter(({ table }) => text.includes(table.toLowerCase()));
    if (candidates.length === 0) return [];
    const tokens = tokensOf(sql);
    // A text that does not end well the server refuses as well: it may have been meant to read.
    if (tokens === undefined) return candidates.map(({ model }) => model);
    return candidates.filter((candidate) => tokens.some((_, i) => names(tokens, i, candidate) && isTable(tokens, i) && isRead(tokens, i))).map(({ model }) => model); // prettier-ignore
  }
}

interface Named {
  readonly table: string;
  readonly schema: string | undefined;
}

/** Whether a name that begins here is that of the table. Asked first: of the words of a text next to none is. */
function names(tokens: readonly Token[], i: number, { table, schema }: Named): boolean {
  if (tokens[i]?.text !== table && !isDot(tokens[i + 1])) return false;
  const name = lastName(tokens, i);
  // Where a model has no schema, it is in the one of the connection, whatever its name.
  return name.table === table && (name.schema ?? schema) === (schema ?? name.schema);
}

const isName = (token: Token | undefined): boolean => token?.kind === 'name' || token?.kind === 'word';
const isDot = (token: Token | undefined): boolean => token?.kind === 'other' && token.text === '.';

/** The nearest place before `i` of what is looked for; -1 where there is none. */
function placeBefore(tokens: readonly Token[], i: number, isIt: (token: Token) => boolean): number {
  let at = i - 1;
  while (at >= 0 && !isIt(tokens[at] as Token)) at--; // a place of the array
  return at;
}

const isBracket = ({ kind, text }: Token): boolean => kind === 'other' && text === '(';

/** Whether a name at this place, with its schema before it, names a table. @param i its first part */
function isTable(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  if (!isName(token) || token === undefined || isDot(tokens[i - 1])) return false;
  const before = tokens[placeBefore(tokens, i, (each) => !isBracket(each))];
  if (before === undefined) return false;
  if (before.kind === 'word' && BEFORE_TABLES.has(before.text)) return !isKeyword(token);
  return before.kind === 'other' && before.text === ',' && inTables(tokens, i);
}

const isKeyword = ({ kind, text }: Token): boolean => kind === 'word' && (text === 'only' || text === 'select' || text === 'lateral' || text === 'set'); // prettier-ignore

/** Whether a comma at this depth stands in a list of tables. */
function inTables(tokens: readonly Token[], i: number): boolean {
  const depth = tokens[i]?.depth ?? 0;
  const last = tokens[placeBefore(tokens, i, (token) => token.kind === 'word' && token.depth <= depth && (BEFORE_TABLES.has(token.text) || BEHIND_TABLES.has(token.text)))]; // prettier-ignore
  return last !== undefined && (last.text === 'from' || last.text === 'using' || last.text === 'join');
}

/** The target of a write is read only if the write returns its rows. */
function isRead(tokens: readonly Token[], i: number): boolean {
  const start = placeBefore(tokens, i, ({ kind, text }) => kind === 'other' && text === ';') + 1;
  if (!READING.has(firstWord(tokens, start))) return false;
  const at = beforeName(tokens, i);
  const word = tokens[at]?.text;
  const isTarget =
    word === 'into' || word === 'update' || (word === 'from' && tokens[at - 1]?.text === 'delete' && tokens[at - 1]?.kind === 'word'); // prettier-ignore
  if (word === 'copy') return copiesOut(tokens, i);
  if (word === 'table') return tokens[at - 1] === undefined || !isName(tokens[at - 1]);
  return !isTarget || returns(tokens, i);
}

function firstWord(tokens: readonly Token[], start: number): string {
  let at = start;
  while (at < tokens.length && isBracket(tokens[at] as Token)) at++; // a place of the array
  return tokens[at]?.text ?? '';
}

/** Place of the word before a table, without `only` and brackets. */
function beforeName(tokens: readonly Token[], i: number): number {
  return placeBefore(tokens, i, (token) => !isBracket(token) && !(token.kind === 'word' && token.text === 'only'));
}

/** Whether `RETURNING` follows in the same statement: of a common table expression, before its bracket closes. */
function returns(tokens: readonly Token[], i: number): boolean {
  const depth = tokens[i]?.depth ?? 0;
  for (const { kind, text, depth: at } of tokens.slice(i + 1)) {
    if (at < depth || (kind === 'other' && text === ';')) return false;
    if (kind === 'word' && text === 'returning' && at === depth) return true;
  }
  return false;
}

function copiesOut(tokens: readonly Token[], i: number): boolean {
  const depth = tokens[i]?.depth ?? 0;
  const way = tokens.slice(i + 1).find(({ kind, text, depth: at }) => at === depth && kind === 'word' && (text === 'to' || text === 'from')); // prettier-ignore
  return way?.text === 'to';
}

/** `table` or `schema.table`; a third part would be a database's. */
function lastName(tokens: readonly Token[], i: number): { readonly schema?: string; readonly table: string } {
  const parts = [tokens[i]?.text ?? ''];
  for (let at = i + 1; isDot(tokens[at]) && isName(tokens[at + 1]); at += 2) parts.push(tokens[at + 1]?.text ?? '');
  const schema = parts.at(-2);
  return { table: parts.at(-1) ?? '', ...(schema === undefined ? {} : { schema }) };
}
