import type { QueryPool } from './postgres.js';

/**
 * The table of checkpoints, made if it is missing; a role that may not make one never tries where it is there. In one statement, so
 * that any pool can send it; processes that come at once wait for each other.
 * @param table checked before: it needs no escaping
 */
export async function makeTable(pool: QueryPool, table: string): Promise<void> {
  if (!(await hasTable(pool, table))) await pool.query(definition(table, quote(table)), []);
}

export async function hasTable(pool: QueryPool, table: string): Promise<boolean> {
  // Rows have the shape that the statement gives them.
  const { rows } = (await pool.query('select to_regclass($1) is not null as there', [quote(table)])) as {
    rows: readonly { readonly there: boolean }[];
  };
  return rows[0]?.there === true;
}

const quote = (table: string): string => table.replaceAll(/[^.]+/g, '"$&"');

/** In docs/anchors.md too, for whoever makes it by hand. */
function definition(table: string, quoted: string): string {
  const trigger = quoted.replace(/"$/, '_guard"');
  return `
do $make$
begin
  perform pg_advisory_xact_lock(hashtext('audit checkpoints'), hashtext('${table}'));
  create table ${quoted} (
    id bigint generated always as identity primary key,
    stored_at timestamptz not null,
    origin text collate "C" not null,
    size bigint not null check (size > 0),
    note text not null check (octet_length(note) <= 131072)
  );
  create index on ${quoted} (origin, size);
  -- With its owner's rights, for the sequence: who inserts could name ids that are to come, and whatever is put after that would fail.
  create or replace function ${trigger}() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $guard$
  begin
    if tg_op <> 'INSERT' then raise exception 'checkpoints are never changed' using errcode = 'insufficient_privilege'; end if;
    new.id := nextval(pg_get_serial_sequence(format('%I.%I', tg_table_schema, tg_table_name), 'id'));
    new.stored_at := clock_timestamp();
    return new;
  end $guard$;
  revoke all on function ${trigger}() from public;
  create trigger guard before insert or update or delete on ${quoted} for each row execute function ${trigger}();
  create trigger guard_truncate before truncate on ${quoted} execute function ${trigger}();
exception when duplicate_table then null; -- whoever held the lock before has made all of it
end $make$`;
}
