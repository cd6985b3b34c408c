import { NOTE_LIMITS } from '../../chain/note.js';
import { AuditError } from '../../event/errors.js';
import type { Anchor, AnchoredNote } from '../port.js';
import { checkAnchorName } from './anchor-name.js';
import { hasTable, makeTable } from './postgres-table.js';
import { checkPut } from './note-head.js';
import { asUnavailable } from './unavailable.js';

/** What is asked of a pool of `pg`, or of what looks like one: parameters as $1, rows as objects. */
export interface QueryPool {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface PostgresAnchorOptions {
  /** In which schema too: `'auditor.checkpoints'`. Made if it is missing. @defaultValue `'audit_checkpoints'` */
  readonly table?: string | undefined;
  /**
   * Tells it from another one: `'auditor'`. A policy then reads it by the variable `AUDIT_ANCHOR_DATABASE_URL_AUDITOR`.
   * @defaultValue none
   */
  readonly name?: string | undefined;
}

/** Notes of a page; and of what they have together, no more than this and one note. */
const PAGE = 200;
const PAGE_BYTES = 4 * 1024 * 1024;
/** Of a bigint: whoever could name an id had all of them to choose from. */
const [LEAST_ID, GREATEST_ID] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * A table of another PostgreSQL, which this one's owner has no rights to change: a trigger refuses UPDATE, DELETE and TRUNCATE and sets
 * the time. Give the pool a role with INSERT and SELECT alone; the table is made by somebody else then (docs/anchors.md).
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function postgresAnchor(
  pool: QueryPool,
  { table = 'audit_checkpoints', name: given }: PostgresAnchorOptions = {},
): Anchor {
  if (typeof pool?.query !== 'function')
    throw invalid('postgresAnchor needs a pool: postgresAnchor(new Pool({ connectionString }))');
  if (!/^([a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,39}$/.test(table))
    throw invalid("table of postgresAnchor must be a lower-case name of letters, digits and '_', 40 at most, or schema.name"); // prettier-ignore
  const quoted = table.replaceAll(/[^.]+/g, '"$&"');
  const own = checkAnchorName(given, 'postgresAnchor');
  const name = `postgres ${table}${own.behind}`;
  let isThere = false;
  const ready = async (): Promise<void> => {
    if (!isThere) await makeTable(pool, table);
    isThere = true;
  };
  const insert = `insert into ${quoted} (origin, size, note) select $1::text, $2::bigint, $3::text
    where not exists (select from ${quoted} where origin = $1 and size = $2::bigint and note = $3)`;
  // The table may be a view of somebody hostile: what is larger than a note is none, and does not travel. It is given as the empty one.
  const page = `select id::text as id, note, "storedAt" from (
      select id::bigint as id, case when octet_length(note) <= ${NOTE_LIMITS.bytes} then note::text else '' end as note, (extract(epoch from stored_at) * 1000)::float8 as "storedAt",
             sum(least(octet_length(note), ${NOTE_LIMITS.bytes})) over (order by id::bigint rows between unbounded preceding and 1 preceding) as before
        from ${quoted} where origin = $1::text and size >= $2::bigint and id::bigint >= $3::bigint order by id::bigint limit ${PAGE}) page
     where coalesce(before, 0) < ${PAGE_BYTES} order by page.id`;

  async function* read(origin: string, from: number): AsyncGenerator<AnchoredNote> {
    for (let next = LEAST_ID; next <= GREATEST_ID;) {
      // Rows have the shape that the statement gives them.
      const { rows } = (await pool.query(page, [origin, String(from), String(next)])) as { rows: readonly Row[] };
      for (const { note, storedAt } of rows) yield { note, storedAt: Math.round(storedAt) };
      const last = rows.at(-1);
      if (last === undefined) return;
      next = BigInt(last.id) + 1n;
    }
  }

  return {
    name,
    place: { type: 'postgres', urlVariable: `AUDIT_ANCHOR_DATABASE_URL${own.suffix}`, table },
    async put(checkpoint) {
      checkPut(checkpoint);
      try {
        await ready();
        await pool.query(insert, [checkpoint.origin, String(checkpoint.size), checkpoint.note]);
      } catch (error) {
        throw asUnavailable(name, 'nothing was kept', error);
      }
    },
    async *list(origin, from = 0) {
      try {
        // Who reads makes nothing: it may be an auditor, in a database of somebody else's.
        if (isThere || (await hasTable(pool, table))) yield* read(origin, from);
      } catch (error) {
        throw asUnavailable(name, 'cannot be read', error);
      }
    },
  };
}

interface Row {
  readonly id: string;
  readonly note: string;
  readonly storedAt: number;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
