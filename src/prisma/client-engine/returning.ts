import type { Query } from '../driver-adapter.js';
import { Parameters, quoted, type ResultSet } from './line.js';
import { aliasOf } from './lock-rows.js';
import type { PlannedModel } from './plan.js';
import type { Write } from './statement.js';

/** How the old image of an updated row is had. */
export type OldImage =
  /** `RETURNING old.*`, since PostgreSQL 18: the row that this statement has changed, whatever others did meanwhile. */
  | { readonly by: 'returning' }
  /**
   * The update joined with its own table by the place of each row (ctid); right for rows that a statement before has locked.
   * One that came to match since and is being changed at this moment is left alone, as it was when the lock was taken.
   */
  | { readonly by: 'join' }
  /** Read by its key in the statement's own snapshot; right for rows that were locked, and whose key stays. */
  | { readonly by: 'key' }
  /**
   * Read by the statement's own condition in its own snapshot, if one row meets it; right for an upsert whose condition is that of
   * the row it is about (`pinned`), and which was locked. What becomes of the key is no matter.
   */
  | { readonly by: 'condition' }
  | { readonly by: 'nobody' };

export interface CapturingOptions {
  /** Schema of the log. */
  readonly schema: string;
  readonly model: PlannedModel;
  /** Who acts, in hex. */
  readonly who: string;
  readonly old: OldImage;
  /** Give of each changed row its old image, its new one and, where the old one need not be known, the operation, as texts. */
  readonly images: boolean;
}

export interface CapturingStatement {
  readonly query: Query;
  /** Columns in front that are not the caller's. */
  readonly columns: number;
}

/** The caller's statement, whose `RETURNING` also logs each row that it changes. */
export function capturingStatement(query: Query, write: Write, options: CapturingOptions): CapturingStatement {
  const { schema, model, who, old, images } = options;
  const parameters = new Parameters(query);
  const row = `${write.row}.*`;
  const updates = write.verb === 'update' || write.mayUpdate;
  const named = updates && old.by === 'returning';
  const before = write.verb === 'delete' ? row : updates ? oldImage(write, model, old) : 'null';
  const after = write.verb === 'delete' ? 'null' : named ? '"!new".*' : row;
  // Of a row that came by the insert of an "upsert" nobody has ever been the deleter or the locker.
  const op = named || !updates ? 'null' : write.verb === 'update' ? `'update'` : `case ${write.row}.xmax::text when '0' then 'insert' else 'update' end`; // prettier-ignore
  const list = [
    ...(model.args === undefined ? [] : [`${quoted(schema)}.client_change(${parameters.text(model.args)}::text[], ${parameters.text(who)}, ${op}, ${before}, ${after})`]), // prettier-ignore
    ...(images ? [before, after, op].map((value) => (value === 'null' ? 'null::text' : `(${value})::text`)) : []),
  ].map((expression, i) => `${expression} as "!${i}"`);
  const head = named ? 'with (old as "!old", new as "!new") ' : '';
  const body = old.by === 'join' && write.verb === 'update' ? joined(query.sql, write) : query.sql.slice(0, write.clausesEnd); // prettier-ignore
  const own = write.returning === undefined ? '' : `, ${query.sql.slice(write.returning, write.end)}`;
  const sql = `${body} returning ${head}${list.join(', ')}${own}`;
  return { query: parameters.query(sql), columns: list.length };
}

function oldImage(write: Write, { key }: PlannedModel, old: OldImage): string {
  const { target, row, where } = write;
  if (old.by === 'returning') return '"!old".*';
  if (old.by === 'join') return '"!o"."!r"';
  if (old.by === 'condition') {
    // Never two rows, which would be an error of the caller's statement. What was inserted is another row than the one that was found.
    const one = `from ${target}${aliasOf(write)} where ${where ?? 'true'}\n having count(*) = 1`;
    return `case when ${row}.xmax::text <> '0' then (select (array_agg(${row}.*))[1] ${one}) end`;
  }
  if (old.by === 'nobody' || key.length === 0) return 'null';
  const same = key.map((column) => `"!o".${quoted(column)} = ${row}.${quoted(column)}`).join(' and ');
  return `(select "!o" from ${target} "!o" where ${same})`;
}

function joined(sql: string, { target, row, whereFrom, where, clausesEnd }: Write): string {
  const self = `from (select ctid as "!c", tableoid as "!t", "!s" as "!r" from ${target} "!s") "!o"`;
  const same = `${row}.ctid = "!o"."!c" and ${row}.tableoid = "!o"."!t"`;
  return `${sql.slice(0, whereFrom ?? clausesEnd)} ${self} where ${same}${where === undefined ? '' : ` and (${where}\n)`}`;
}

/** How many rows a statement has changed, without a message of one row for each. */
export function counting({ query }: CapturingStatement): Query {
  return { ...query, sql: `with "!w" as (${query.sql}) select count(*)::int4 from "!w"` };
}

/** The caller's own columns. */
export function withoutOurs(result: ResultSet, columns: number): ResultSet {
  return {
    ...result,
    columnNames: result.columnNames.slice(columns),
    columnTypes: result.columnTypes.slice(columns),
    rows: result.rows.map((row) => row.slice(columns)),
  };
}
