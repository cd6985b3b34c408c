/** A text that reads columns of one table and does nothing else, if the table and the columns are what the database must say they are. */
export interface ReadShape {
  readonly schema: string;
  readonly table: string;
  /** Names that must be columns: `"s"."t"."f"` calls the function `f` where there is no such column. */
  readonly columns: readonly string[];
}

/**
 * All that may stand in such a text, at most one blank between two: quoted names, parameters, whole numbers, words, comparisons. No
 * literal, no comment, no semicolon, no name without quotes.
 */
const TOKEN =
  / ?(?:("(?:[^"]|"")+"(?:\."(?:[^"]|"")+")*)(::text)?|(\$\d+|\d+)(?![\w$.])|([A-Z]+)(?![\w$."])|((?:<=|>=|<>|[=<>])(?![=<>])|[(),]))/y;

/**
 * Words that may stand before a bracket: reserved in PostgreSQL (manual, appendix C), so that none of them can be a function. An
 * operator, a comma and another bracket may as well.
 */
const BEFORE_BRACKET = new Set([
  'SELECT',
  'WHERE',
  'AND',
  'OR',
  'NOT',
  'IN',
  '(',
  ',',
  '=',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
]);

/** What must stand before a word that is not reserved; the others may stand anywhere, since no name is like them. */
const ONLY_BEHIND: Readonly<Record<string, readonly string[]>> = {
  BY: ['ORDER'],
  NULLS: ['ASC', 'DESC', 'name'],
  FIRST: ['NULLS'],
  LAST: ['NULLS'],
};
const RESERVED = new Set([
  'SELECT',
  'WHERE',
  'AND',
  'OR',
  'NOT',
  'IN',
  'IS',
  'NULL',
  'ORDER',
  'ASC',
  'DESC',
  'LIMIT',
  'OFFSET',
]);

const BEHIND_TABLE = new Set(['WHERE', 'ORDER', 'LIMIT', 'OFFSET']);

/** The shape of a text as Prisma generates it for one model; `undefined` for anything else, raw SQL that looks the same included. */
export function readShapeOf(sql: string): ReadShape | undefined {
  const columns: string[][] = [];
  let table: readonly string[] | undefined;
  let before = '';
  for (let at = 0; at < sql.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(sql);
    if (found === null) return undefined;
    const [, name, cast, number, word, sign] = found;
    if (at === 0 ? word !== 'SELECT' : word === 'SELECT') return undefined;
    // Another name behind a comma would be another table.
    if (before === 'table' && !BEHIND_TABLE.has(word ?? '')) return undefined;
    if (name !== undefined) {
      const parts = partsOf(name);
      if (before === 'FROM') {
        if (parts.length !== 2 || cast !== undefined) return undefined;
        table = parts;
      } else if (parts.length === 3 && before !== 'name') columns.push(parts);
      else return undefined;
      before = before === 'FROM' ? 'table' : 'name';
    } else if (word !== undefined) {
      if (word === 'FROM' ? table !== undefined : !mayStand(word, before)) return undefined;
      before = word;
    } else if (sign !== undefined) {
      if (sign === '(' && !BEFORE_BRACKET.has(before)) return undefined;
      before = sign;
    } else {
      if (number === undefined || before === 'name' || before === 'number' || before === 'FROM') return undefined;
      before = 'number';
    }
  }
  if (table === undefined) return undefined;
  const [schema = '', name = ''] = table;
  if (columns.some((column) => column[0] !== schema || column[1] !== name)) return undefined;
  return { schema, table: name, columns: [...new Set(columns.map(([, , column = '']) => column))] };
}

function mayStand(word: string, before: string): boolean {
  return RESERVED.has(word) || ONLY_BEHIND[word]?.includes(before) === true;
}

function partsOf(name: string): string[] {
  return Array.from(name.matchAll(/"((?:[^"]|"")+)"/g), ([, part = '']) => part.replaceAll('""', '"'));
}
