import { Parameters, type Line } from './line.js';
import { tokensOf } from './tokens.js';

const QUERY = new Set(['select', 'with', 'values']);

/** Words with a bracket behind them that are no functions, and what Prisma itself calls: nobody has to be asked about them. */
const KNOWN = new Set(
  `all and any array as avg by case cast coalesce concat count cross cube distinct else except exists extract filter first_value
   from greatest group grouping having ilike in intersect jsonb_agg jsonb_build_array jsonb_build_object json_agg json_build_array
   json_build_object json_array_length jsonb_array_length jsonb_extract_path jsonb_extract_path_text jsonb_typeof lateral least like
   limit lower max min not now nullif offset on or order over overlay position returning rollup row row_number select sets set some
   substring sum then to_json to_jsonb to_tsquery to_tsvector trim ts_rank ts_rank_cd union upper using values when where with within
   array_agg array_position cardinality char character decimal numeric time timestamp timestamptz varchar bit interval`.split(
    /\s+/,
  ),
);

/** Names of functions that a query calls, as far as they could be the application's. Nothing of a text that is no query. */
export function calledFunctions(sql: string): readonly string[] {
  if (!mayCall(sql)) return [];
  const tokens = tokensOf(sql) ?? [];
  if (!QUERY.has(tokens.find(({ text }) => text !== '(')?.text ?? '')) return [];
  const names = tokens.flatMap(({ kind, text }, i) => {
    if ((kind !== 'word' && kind !== 'name') || tokens[i + 1]?.text !== '(' || tokens[i + 1]?.kind !== 'other')
      return [];
    return isAsked(tokens[i - 1]?.text === '.', text) ? [text] : [];
  });
  return [...new Set(names)];
}

const WORD_CHARACTER = /[\p{L}\p{N}_$]/u;
const BLANK = /\s/;
/** Longer than any word of `KNOWN`. */
const LONG = 32;

/**
 * Most texts call nothing that has to be asked about, and need not be cut into words to see it. Backwards from each bracket, for
 * a pattern over the whole text takes minutes for a literal of a megabyte.
 */
function mayCall(sql: string): boolean {
  for (let at = sql.indexOf('('); at >= 0; at = sql.indexOf('(', at + 1)) {
    const end = behindBlanks(sql, at);
    if (sql[end - 1] === '"' || sql[end - 1] === '/' || sql.slice(end, at).includes('\n')) return true; // a name, or a comment perhaps
    let start = end;
    while (end - start < LONG && WORD_CHARACTER.test(sql[start - 1] ?? '')) start--;
    if (start === end) continue;
    if (isAsked(sql[behindBlanks(sql, start) - 1] === '.', sql.slice(start, end).toLowerCase())) return true;
  }
  return false;
}

/** Where the blanks before a place begin. */
function behindBlanks(sql: string, at: number): number {
  let end = at;
  while (BLANK.test(sql[end - 1] ?? '')) end--;
  return end;
}

/** The system's functions come first, whatever the search path: the application's need another name, or their schema. */
function isAsked(isQualified: boolean, name: string): boolean {
  return isQualified || !KNOWN.has(name);
}

// PostgreSQL lets no other than a volatile function write. Those in C are of extensions, which leave other tables alone; those of
// the log write to it alone.
const ASK = (names: string, schema: string): string => `
select p.proname::text
  from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang join pg_catalog.pg_namespace n on n.oid = p.pronamespace
 where p.proname = any (${names}) and n.nspname <> ${schema} and p.provolatile = 'v' and l.lanname not in ('c', 'internal')`;

const CACHE_SIZE = 1024;

/** Which functions may write; the database is asked once for each name. */
export class WritingFunctions {
  readonly #schema: string;
  readonly #known = new Map<string, boolean>();

  /** @param schema of the log */
  constructor(schema: string) {
    this.#schema = schema;
  }

  /** One of `names` that may write. Where the database cannot be asked, none: the statement must not fail because of it. */
  async among(names: readonly string[], line: Line): Promise<string | undefined> {
    const unknown = names.filter((name) => !this.#known.has(name));
    if (unknown.length > 0) {
      const of = new Parameters();
      const answer = await line.query(of.query(ASK(of.texts(unknown), of.text(this.#schema)))).catch(() => undefined);
      if (answer === undefined) return undefined;
      const found = new Set(answer.rows.map(([name]) => String(name)));
      if (this.#known.size + unknown.length > CACHE_SIZE) this.#known.clear();
      for (const name of unknown) this.#known.set(name, found.has(name));
    }
    return names.find((name) => this.#known.get(name) === true);
  }
}
