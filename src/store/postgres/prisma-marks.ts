/** What earlier audit migrations did, as they say in lines of their own. */
export interface Marks {
  readonly files: ReadonlySet<string>;
  /** By the quoted name of a table. */
  readonly attached: ReadonlyMap<string, Attached>;
  /** Quoted names of tables. */
  readonly leftOut: readonly string[];
}

interface Attached {
  readonly mark: string;
  /** What the triggers are told. */
  readonly args: readonly string[];
}

const LITERAL = String.raw`(?:E'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')`;
const MARK = /^-- audit:(file|attach|detach|leave) (.*?)\r?$/gm;
const ARGUMENTS = new RegExp(String.raw`\.attach\(${LITERAL}, array\[(${LITERAL}(?:, ${LITERAL})*)\]::text\[\]`);

/** `JSON.stringify` keeps a name on its line, whatever characters it has. @param texts oldest first */
export function readMarks(texts: readonly string[]): Marks {
  const files = new Set<string>();
  const attached = new Map<string, Attached>();
  let leftOut: readonly string[] = [];
  for (const text of texts) {
    const marks = [...text.matchAll(MARK)];
    for (const [at, { 1: verb, 2: rest = '', index }] of marks.entries()) {
      if (verb === 'file') files.add(rest);
      else if (verb === 'detach') attached.delete(String(JSON.parse(rest)));
      else if (verb === 'leave') leftOut = (JSON.parse(rest) as unknown[]).map(String);
      else {
        const space = rest.indexOf(' ');
        const args = argumentsIn(text.slice(index, marks[at + 1]?.index));
        attached.set(String(JSON.parse(rest.slice(space + 1))), { mark: rest.slice(0, space), args });
      }
    }
  }
  return { files, attached, leftOut };
}

function argumentsIn(sql: string): readonly string[] {
  const list = ARGUMENTS.exec(sql)?.[1] ?? '';
  return [...list.matchAll(new RegExp(LITERAL, 'g'))].map(([literal]) => {
    const text = literal.slice(literal.indexOf("'") + 1, -1).replaceAll("''", "'");
    return literal.startsWith('E') ? text.replaceAll(String.raw`\\`, '\\') : text;
  });
}
