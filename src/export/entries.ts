import { AuditError, isAuditError } from '../event/errors.js';
import type { Actor } from '../event/types.js';
import { asked } from '../query/asked.js';
import type { AuditEntry } from '../query/read-entry.js';
import type { AuditPage } from '../query/find.js';
import type { AuditQuery } from '../query/query.js';
import type { ExportLog } from '../store/exported.port.js';
import { rowFormat, type ExportFormat } from './format.js';
import { beginExport, type BegunExport } from './begin-export.js';
import { takenBy } from './taken-by.js';
import { cursorOf, parseExportCursor, type ExportCursor } from './export-cursor.js';

/** Who answers the questions of an export, and so decides what it may hold: an `AuditReader`, or one with a scope. */
export interface ExportSource {
  find(query: AuditQuery): Promise<AuditPage>;
}

/** What to export: the conditions of a question. @defaultValue of `order`: `'oldest'` */
export type ExportQuery = Omit<AuditQuery, 'limit' | 'cursor'>;

export interface ExportOptions {
  /** @defaultValue `'ndjson'` */
  readonly format?: ExportFormat | undefined;
  /** A byte order mark in front of CSV, by which spreadsheets know UTF-8. @defaultValue true */
  readonly bom?: boolean | undefined;
  /** Where to go on: `cursor` of an export of the same conditions. CSV has no head then. */
  readonly cursor?: string | undefined;
  /** Ends it: nothing more is read, and what waits is rejected with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Keeps that entries were taken along, before the first of them leaves. */
  readonly record: ExportLog;
  /** For whom, as whoever asks says it; stands in that entry beside the role of the database. @defaultValue the actor of the reader's scope */
  readonly by?: Pick<Actor, 'id' | 'type' | 'email'> | undefined;
  /** Entries that are read at once, 1–500. @defaultValue 500 */
  readonly pageSize?: number | undefined;
}

export interface PagesOptions extends ExportOptions {
  /** The next page is asked for while this one is taken, where its entries are not large. @defaultValue false */
  readonly readsAhead?: boolean | undefined;
}

/** Lines are given together up to here; a longer one by itself. Bytes. */
const CHUNK = 64 * 1024;
/** Pages in which the entry of a cursor is looked for. */
const LOOKED = 10;

/** Entries one after the other, page by page. Where it ends before its end, it goes on when it is gone through again. */
export class EntryPages {
  readonly #source: ExportSource;
  readonly #query: ExportQuery;
  readonly #options: PagesOptions;
  #at: ExportCursor | undefined;
  #count = 0;
  #begun: BegunExport | undefined;

  constructor(source: ExportSource, query: ExportQuery, options: PagesOptions) {
    this.#source = source;
    this.#query = asked(query);
    this.#options = { ...options, by: takenBy(options.by) };
    this.#at = options.cursor === undefined ? {} : parseExportCursor(options.cursor);
  }

  /** Entries that were given. */
  get count(): number {
    return this.#count;
  }

  /** Behind the last entry that was given; `undefined` when all were. */
  get cursor(): string | undefined {
    return this.#at && cursorOf(this.#at);
  }

  /** Whether the log has entries of the tenant that is named; not before it was begun. */
  get isTenantKnown(): boolean {
    return this.#begun?.isTenantKnown === true;
  }

  /** @throws AuditError what `find` throws at first; later `AUDIT_EXPORT_INTERRUPTED`, with the cursor from which it can go on */
  async *[Symbol.asyncIterator](): AsyncGenerator<AuditEntry> {
    const { signal, pageSize = 500, readsAhead } = this.#options;
    signal?.throwIfAborted();
    this.#begun ??= await beginExport(this.#source, this.#query, this.#options);
    if (this.#begun === undefined) this.#at = undefined;
    const ask = (cursor: string | undefined): Promise<AuditPage> =>
      this.#ask({ order: 'oldest', ...this.#query, limit: pageSize, cursor });
    let looked = 0;
    let ahead: Promise<AuditPage> | undefined;
    while (this.#at !== undefined) {
      signal?.throwIfAborted();
      const { page: cursor, after }: ExportCursor = this.#at;
      const page = await this.#read(ahead ?? ask(cursor));
      signal?.throwIfAborted();
      // A page that is not full has large sections: two of them are not held at once.
      ahead = readsAhead && page.next !== undefined && page.entries.length === pageSize ? ask(page.next) : undefined;
      ahead?.catch(() => undefined); // said when it is waited for
      const begin = after === undefined ? 0 : page.entries.findIndex(({ id }) => id === after) + 1;
      if (after !== undefined && begin === 0) {
        // What was sealed late has moved it to a later page.
        looked += 1;
        if (page.next === undefined || looked > LOOKED) throw otherConditions();
        this.#at = { page: page.next, after };
        continue;
      }
      for (const entry of page.entries.slice(begin)) {
        this.#at = { page: cursor, after: entry.id };
        this.#count += 1;
        yield entry;
        signal?.throwIfAborted();
      }
      this.#at = page.next === undefined ? undefined : { page: page.next };
    }
  }

  #ask(query: AuditQuery): Promise<AuditPage> {
    return (this.#begun?.source ?? this.#source).find(query);
  }

  async #read(page: Promise<AuditPage>): Promise<AuditPage> {
    try {
      return await page;
    } catch (error) {
      if (this.#count === 0 && isAuditError(error)) throw error;
      const { cursor = '' } = this;
      const why = error instanceof Error ? error.message : 'something that is no error was thrown';
      throw new AuditError(
        'AUDIT_EXPORT_INTERRUPTED',
        `the export ended after ${this.#count} entries: ${why}; ask again with the cursor ${JSON.stringify(cursor)} and the same conditions to go on`,
        { cursor, count: this.#count },
        error,
      );
    }
  }
}

function otherConditions(): AuditError {
  return new AuditError('AUDIT_CURSOR_INVALID', 'the cursor is of an export with other conditions: pass the same ones, or begin anew'); // prettier-ignore
}

/**
 * Sealed entries as the bytes of a file, read in pages as they are taken: nothing is read ahead of whoever reads, and between two pages
 * no connection is held. It can be gone through once; as a stream of Node's it is `Readable.from(entries, { objectMode: false })`, which ends
 * it when it is destroyed.
 */
export class EntryExport implements AsyncIterable<Uint8Array> {
  readonly contentType: string;
  readonly #pages: EntryPages;
  readonly #chunks: AsyncGenerator<Uint8Array>;

  constructor(source: ExportSource, query: ExportQuery, options: ExportOptions) {
    const { format = 'ndjson', bom = true, cursor } = options;
    if (format !== 'ndjson' && format !== 'csv')
      throw new AuditError('AUDIT_OPTIONS_INVALID', "format must be 'ndjson' or 'csv'");
    const row = rowFormat(format, bom);
    this.contentType = row.contentType;
    this.#pages = new EntryPages(source, query, options);
    this.#chunks = chunksOf(this.#pages, row.line, cursor === undefined ? row.head : '');
  }

  /** Entries in the bytes that were given so far. */
  get count(): number {
    return this.#pages.count;
  }

  /** Where another export goes on behind the bytes that were given so far; `undefined` at the end. */
  get cursor(): string | undefined {
    return this.#pages.cursor;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    return this.#chunks;
  }
}

async function* chunksOf(
  pages: EntryPages,
  line: (entry: AuditEntry) => string,
  head: string,
): AsyncGenerator<Uint8Array> {
  let waiting: Buffer[] = [Buffer.from(head)];
  let bytes = head.length;
  try {
    for await (const entry of pages) {
      const text = Buffer.from(line(entry));
      waiting.push(text);
      bytes += text.length;
      if (bytes < CHUNK) continue;
      yield Buffer.concat(waiting);
      [waiting, bytes] = [[], 0];
    }
  } catch (error) {
    // What the cursor of the error is behind has to be given.
    if (bytes > 0 && isAuditError(error, 'AUDIT_EXPORT_INTERRUPTED')) yield Buffer.concat(waiting);
    throw error;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/** Sealed entries as CSV or NDJSON. @throws AuditError `AUDIT_OPTIONS_INVALID`, `AUDIT_CURSOR_INVALID`; while it is read, see `EntryPages` */
export function exportEntries(source: ExportSource, query: ExportQuery, options: ExportOptions): EntryExport {
  return new EntryExport(source, query, options);
}
