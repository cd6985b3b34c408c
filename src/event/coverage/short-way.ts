import type { Table } from './table.js';

/**
 * What the capturing function is told of a row's JSON, so that it can take from it without parsing it (0004_capture.sql): the
 * shape of the table, and the text before its document, before what follows that, and before its key.
 */
export function shortWay(
  table: Pick<Table, 'columns' | 'key' | 'jsonColumns' | 'jsonbColumns' | 'level' | 'nested'>,
  documents: readonly string[],
): { readonly shape: '' | 'short' | 'pair'; readonly marks: readonly [document: string, next: string, key: string] } {
  const document = documentToCut(table, documents);
  const next = document === undefined ? undefined : table.columns[table.columns.indexOf(document) + 1];
  const readable = table.level === 'statement' && (documents.length === 0 || document !== undefined);
  const shapes = ['', 'short', documents.length === 0 ? 'pair' : ''] as const;
  return {
    shape: (readable && shapes[table.key.length]) || '',
    marks: [
      document === undefined ? '' : `,${JSON.stringify(document)}:`,
      next === undefined || isAmbiguous(next) ? '' : `,${JSON.stringify(next)}:`,
      table.key.length === 1 ? `{${JSON.stringify(table.key[0])}:` : '',
    ],
  };
}

/** The only document of a table, where nothing else in the JSON of a row can look like its beginning. */
function documentToCut(
  table: Pick<Table, 'columns' | 'jsonColumns' | 'jsonbColumns' | 'nested'>,
  documents: readonly string[],
): string | undefined {
  const [document] = documents;
  if (document === undefined || table.jsonColumns.length > 1 || table.nested || isAmbiguous(document)) return undefined;
  return table.jsonbColumns.includes(document) && table.columns.indexOf(document) > 0 ? document : undefined;
}

/** Behind a quote that ends a string comes one of these: a name that begins so could be taken for what follows a string. */
const isAmbiguous = (name: string): boolean => /^[,:}\]]/.test(name);
