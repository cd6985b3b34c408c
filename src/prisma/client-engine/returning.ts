import type { Query } from '../driver-adapter.js';
import { Parameters, quoted, type ResultSet } from './line.js';
import type { PlannedModel } from './plan.js';
import type { Write } from './statement.js';

/** How the old image of an updated row is had. */
export type OldImage =
  /** `RETURNING old.*`, since PostgreSQL 18: the row that this statement has changed, whatever others did meanwhile. */
  | { readonly by: 'returning' }
  /** Read by its key in the statement's own snapshot; right for rows that were locked by a statement before. */
  | { readonly by: 'key' }
  /** The one row that was locked, where the statement changes its key. */
  | { readonly by: 'text'; readonly text: string }
  | { readonly by: 'nobody' };

export interface CapturingOptions {
  /** Schema of the log. */
  readonly schema: string;
  readonly model: PlannedModel;
  /** Who acts, in hex. */
  readonly who: string;
  readonly old: OldImage;
  /** Give the images of the changed rows too, as texts. */
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
  const before = write.verb === 'delete' ? row : updates ? oldImage(write, model, old, parameters) : 'null';
  const after = write.verb === 'delete' ? 'null' : named ? '"!new".*' : row;
  // Of a row that came by the insert of an "upsert" nobody has ever been the deleter or the locker.
  const op = named || !updates ? 'null' : write.verb === 'update' ? `'update'` : `case ${write.row}.xmax::text when '0' then 'insert' else 'update' end`; // prettier-ignore
  const list = [
    ...(model.args === undefined ? [] : [`${quoted(schema)}.client_change(${parameters.text(model.args)}::text[], ${parameters.text(who)}, ${op}, ${before}, ${after})`]), // prettier-ignore
    ...(images ? [before === 'null' || !named ? 'null::text' : '("!old".*)::text', after === 'null' ? 'null::text' : `(${after})::text`] : []), // prettier-ignore
  ].map((expression, i) => `${expression} as "!${i}"`);
  const head = named ? 'with (old as "!old", new as "!new") ' : '';
  const sql =
    write.returning === undefined
      ? `${query.sql.slice(0, write.end)} returning ${head}${list.join(', ')}`
      : `${query.sql.slice(0, write.returning)} ${head}${list.join(', ')}, ${query.sql.slice(write.returning, write.end)}`;
  return { query: parameters.query(sql), columns: list.length };
}

function oldImage({ target, row }: Write, { key }: PlannedModel, old: OldImage, parameters: Parameters): string {
  if (old.by === 'returning') return '"!old".*';
  if (old.by === 'text') return `${parameters.text(old.text)}::${target}`;
  if (old.by === 'nobody' || key.length === 0) return 'null';
  const same = key.map((column) => `"!o".${quoted(column)} = ${row}.${quoted(column)}`).join(' and ');
  return `(select "!o" from ${target} "!o" where ${same})`;
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
