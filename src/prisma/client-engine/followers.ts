import { onlyUsed, Parameters, quoted, type Line } from './line.js';
import { aliasOf, tooMany } from './lock-rows.js';
import type { Incoming, PlannedModel } from './plan.js';
import type { Query } from '../driver-adapter.js';
import type { Write } from './statement.js';

/** Columns of a key that `ON UPDATE CASCADE` changes: their rows cannot be found by their old key. */
export interface Move {
  readonly pairs: readonly { readonly column: string; readonly reference: string }[];
  /** What the rows that they refer to are; absent: those that the statement itself changes. */
  readonly through: Following | undefined;
}

/** Rows of one table that the database will change on its own, as texts of the row type; they are locked. */
export interface Following {
  readonly model: PlannedModel;
  readonly table: string;
  /** They go: for a table without a key, where nothing else tells. */
  readonly goes: boolean;
  /** More than one where a row's key is made of several foreign keys; each concerns some of the rows, or all. */
  readonly moves: Move[];
  rows: readonly string[];
}

export interface Followers {
  readonly following: readonly Following[];
  /** Rows that the statement itself will change, as texts. */
  readonly direct: readonly string[];
  /** Columns of the statement's own rows that the database may change once more. */
  readonly twice: readonly string[];
}

interface Frontier {
  readonly model: PlannedModel;
  readonly table: string;
  readonly rows: readonly string[];
  /** Absent: they go. */
  readonly columns?: readonly string[];
  readonly following?: Following;
}

/** Whether the database may change other rows because of this statement. */
export function hasFollowers(write: Write, model: PlannedModel): boolean {
  if (write.verb === 'insert' && !write.mayUpdate) return false;
  return model.incoming.some((incoming) => acts(incoming, write.verb === 'delete' ? undefined : write.sets));
}

function acts({ onDelete, onUpdate, references }: Incoming, columns: readonly string[] | undefined): boolean {
  const action = columns === undefined ? onDelete : onUpdate;
  if (action === 'Restrict' || action === 'NoAction') return false;
  return columns === undefined || references.some((column) => columns.includes(column));
}

/**
 * Reads and locks what `ON DELETE` and `ON UPDATE` will change, level by level. The rows of the statement are locked first:
 * from then on nobody can add a row that refers to them.
 * @throws AuditError `AUDIT_TOO_MANY_ROWS` above `maxRows`, before anything was changed
 */
export async function lockFollowers(
  line: Line,
  query: Query,
  write: Write,
  model: PlannedModel,
  maxRows: number,
): Promise<Followers> {
  const tableOf = (other: PlannedModel): string => `${schemaPrefix(other, write)}${quoted(other.table)}`;
  const { text, parameters } = onlyUsed(write.where ?? ' true', query);
  let total = 0;
  const read = async (sql: string, of: Parameters, lock: string): Promise<string[]> => {
    const { rows } = await line.query(of.query(`${sql} limit ${maxRows - total + 1} for ${lock}`));
    total += rows.length;
    if (total > maxRows) throw tooMany(model.model, maxRows);
    return rows.map(([row]) => String(row));
  };
  const direct = await read(
    `select (${write.row}.*)::text from ${write.target}${aliasOf(write)} where ${text}`,
    parameters,
    'update',
  );
  const first: Frontier = {
    model,
    table: tableOf(model),
    rows: direct,
    ...(write.verb === 'delete' ? {} : { columns: write.sets }),
  };
  const all: Following[] = [];
  const known = new Map<string, { goes: boolean; direct: boolean }>();
  for (const row of direct) known.set(`${first.table} ${row}`, { goes: first.columns === undefined, direct: true });
  // A table that refers to itself: a row may refer to another, or to itself, by what the same statement gives it.
  const twice =
    write.verb === 'delete'
      ? []
      : model.incoming
          .filter((each) => each.from === model && acts(each, write.sets))
          .flatMap(({ columns }) => columns);
  const frontiers = direct.length > 0 ? [first] : [];
  for (let frontier = frontiers.shift(); frontier !== undefined; frontier = frontiers.shift()) {
    const { columns, rows: referred } = frontier;
    for (const incoming of frontier.model.incoming.filter((each) => acts(each, columns))) {
      const table = tableOf(incoming.from);
      const goes = columns === undefined && incoming.onDelete === 'Cascade';
      const of = new Parameters();
      const refers = incoming.columns.map((column) => `c.${quoted(column)}`).join(', ');
      const references = incoming.references.map((column) => `(p.r).${quoted(column)}`).join(', ');
      const found = await read(
        `select (c.*)::text from ${table} c where (${refers}) in (select ${references} from (select x::${frontier.table} as r from unnest(${of.texts(referred)}) x) p)`,
        of,
        goes ? 'update' : 'no key update',
      );
      const fresh: string[] = [];
      const again: string[] = [];
      const doomed: string[] = [];
      for (const row of found) {
        const before = known.get(`${table} ${row}`);
        if (before === undefined) fresh.push(row);
        // What was to be changed goes after all, and takes along what refers to it.
        else if (goes && !before.goes) doomed.push(row);
        else again.push(row);
        known.set(`${table} ${row}`, { goes: goes || before?.goes === true, direct: before?.direct === true });
      }
      const moves = columns !== undefined && incoming.onUpdate === 'Cascade';
      const pairs = incoming.columns.map((column, i) => ({ column, reference: incoming.references[i] ?? column }));
      const moved = moves ? pairs.filter(({ column }) => incoming.from.key.includes(column)) : [];
      const move: Move[] = moved.length > 0 ? [{ pairs: moved, through: frontier.following }] : [];
      for (const other of all.filter((each) => each.table === table))
        if (other.rows.some((row) => again.includes(row))) other.moves.push(...move);
      // What goes after all was on another list.
      for (const other of all.filter((each) => doomed.length > 0 && each.table === table))
        other.rows = other.rows.filter((row) => !doomed.includes(row));
      const rows = [...fresh, ...doomed];
      if (rows.length === 0) continue;
      const following: Following = { model: incoming.from, table, goes, moves: move, rows };
      all.push(following);
      frontiers.push({ model: incoming.from, table, rows, following, ...(goes ? {} : { columns: incoming.columns }) });
    }
  }
  return { following: all, direct, twice };
}

/** Models without `@@schema` are where the statement's own table is. */
function schemaPrefix(model: PlannedModel, { target, schema }: Write): string {
  if (model.schema !== undefined) return `${quoted(model.schema)}.`;
  return schema === undefined ? '' : target.slice(0, target.lastIndexOf('.') + 1);
}
