import type { JsonObject } from '../event/types.js';
import { cursorAt } from '../query/cursor.js';
import { cannotGoOn } from './cannot-go-on.js';
import { isAfter } from './check-rows.js';
import { conditionsOf } from './conditions.js';
import type { ExportQuery } from './entries.js';
import { cursorOf } from './export-cursor.js';
import type { ExportFormat } from './format.js';
import type { ExportRange } from './range.js';
import { Filter } from './reapply.js';
import { readRow, type RowFacts } from './row-facts.js';

/** Looks at the rows that are there already, and knows where an export goes on behind them. */
export class KeptRows {
  readonly #query: ExportQuery & { readonly order: 'oldest' | 'newest' };
  readonly #asked: JsonObject;
  readonly #filter: Filter;
  #last: RowFacts | undefined;
  #count = 0;

  constructor(
    query: ExportQuery,
    readonly directory: string,
    readonly format: ExportFormat,
    readonly range: ExportRange | undefined,
  ) {
    this.#query = { ...query, order: query.order ?? 'oldest' };
    this.#asked = conditionsOf(query);
    this.#filter = new Filter(this.#asked, format);
  }

  get count(): number {
    return this.#count;
  }

  /** @throws AuditError `AUDIT_OPTIONS_INVALID` where it is no row of this export, behind the one before */
  take(line: string): RowFacts {
    this.#count += 1;
    const facts = readRow(line, this.format)?.facts;
    const [last, order, filter] = [this.#last, this.#query.order, this.#asked];
    const isRight =
      facts !== undefined &&
      Number.isSafeInteger(facts.seq) &&
      facts.seq >= 0 &&
      (last === undefined || (facts.origin === last.origin && isAfter(facts, last, { order, filter }))) &&
      (this.range === undefined || (facts.origin === this.range.origin && facts.seq <= this.range.last)) &&
      this.#filter.failsOn(facts) === undefined;
    if (!isRight) throw cannotGoOn(this.directory, `row ${this.#count} is not one that was asked for, in its place`);
    this.#last = facts;
    return facts;
  }

  /** Behind the last row, which has to be in the log; `undefined`: there is none. */
  get cursor(): string | undefined {
    if (this.#last === undefined) return undefined;
    const { id, seq } = this.#last;
    return cursorOf({ page: cursorAt(this.#query, { place: String(seq), id }), after: id });
  }
}
