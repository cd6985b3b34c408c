import { readFileSync } from 'node:fs';
import type pg from 'pg';

/** A row change, as a witness saw it or as the log tells it; rows are texts as PostgreSQL prints them. */
export interface Change {
  readonly op: string;
  readonly table: string;
  readonly old: string | null;
  readonly new: string | null;
  readonly xid: string;
}

export interface Witnessed extends Change {
  readonly n: number;
  /** One for all the changes that one statement caused. */
  readonly statement: string;
}

export interface Captured extends Change {
  /** In the log, before it is sealed. */
  readonly pos: number;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly group: string | null;
  readonly flags: readonly string[];
}

/** By table, as `regclass` prints it: columns that no entry may hold, as JSON for `witness.without`. */
export type Secrets = ReadonlyMap<string, string>;

export const installWitness = async (pool: pg.Pool): Promise<void> =>
  void (await pool.query(readFileSync(new URL('witness.sql', import.meta.url), 'utf8')));

/** Columns that the default redaction must know, said in a second way. */
const SECRET =
  /(^|_)(password|passwd|pwd|passphrase|passcode|secret|token|t?otp|cvv|cvc|ssn|pin|credential|authorization|cookie|iban|(api|access|private|encryption|signing)_?key|(card|credit_?card)_?number|credit_?card|recovery_?code)s?(_|\d|$)|password|passphrase|credential|authorization|(secret|token|cookie|passwd)s?($|_)/;

export async function secretsOf(pool: pg.Pool): Promise<Secrets> {
  const { rows } = await pool.query<{ table: string; column: string }>(
    `select c.oid::regclass::text as table, a.attname as column from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$|witness$|audit$|seed$)' and a.attnum > 0`,
  );
  const secrets = new Map<string, Record<string, null>>();
  for (const { table, column } of rows) {
    const words = column.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
    if (SECRET.test(words)) secrets.set(table, { ...secrets.get(table), [column]: null });
  }
  return new Map([...secrets].map(([table, columns]) => [table, JSON.stringify(columns)]));
}

/** The number of the last change seen, also one of a transaction that is still open: sequences do not wait. */
export async function lastSeen(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select case when is_called then last_value::int else 0 end as n from witness.change_n_seq`,
  );
  return rows[0]!.n;
}

export async function witnessed(pool: pg.Pool, after: number, secrets: Secrets): Promise<Witnessed[]> {
  const { rows } = await pool.query<Witnessed>(
    `select n::int, op, rel::text as table, witness.without(rel, old, ($2::json) -> rel::text) as old,
            witness.without(rel, new, ($2::json) -> rel::text) as new, xid, said::text as statement
       from witness.change where n > $1 order by n`,
    [after, secretsJson(secrets)],
  );
  return rows;
}

/** What the log holds behind a position; the order is that of the log. */
export async function captured(pool: pg.Pool, after: number, firstSchema: string): Promise<Captured[]> {
  const { rows } = await pool.query<Captured & { actor: string }>(
    `select pos::int, op, rel::text as table, witness.row_of(rel, data::json -> 'old') as old, witness.row_of(rel, data::json -> 'new') as new,
            xid::text, convert_from(actor, 'UTF8')::json as actor, group_id as group, coalesce(string_to_array(flags, ','), '{}') as flags
       from audit.content,
            lateral (select case when strpos(model, '.') > 0 then format('%I.%I', split_part(model, '.', 1), split_part(model, '.', 2))
                                 else format('%I.%I', $2::text, model) end::regclass as rel) r
      where pos > $1 and source in ('change', 'change.client') order by pos`,
    [after, firstSchema],
  );
  return rows;
}

const secretsJson = (secrets: Secrets): string =>
  `{${[...secrets].map(([table, columns]) => `${JSON.stringify(table)}:${columns}`).join(',')}}`;
