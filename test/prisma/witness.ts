import type pg from 'pg';
import { readContent, type Content } from '../support/quickstart.js';

/** A change as a text each, so that two lists of them compare at a glance. */
export type Change = string;

/**
 * A second, much simpler log: its triggers write rows as PostgreSQL prints them, with no JSON. They fire right behind
 * the capture triggers (the names sort so), before any cascade of the same row.
 */
const WITNESS = `
create schema witness;
create table witness.change (n bigserial primary key, op text, tbl text, key text, old text, new text);
create function witness.see() returns trigger language plpgsql as $$
declare
  part text; value text; keys text[]; gone text; come text; rows bigint;
begin
  if tg_op = 'TRUNCATE' then
    execute format('select count(*) from %I', tg_table_name) into rows;
    insert into witness.change (op, tbl, old) values ('truncate', tg_table_name, rows);
    return null;
  end if;
  if tg_op <> 'INSERT' then gone := old::text; end if;
  if tg_op <> 'DELETE' then come := new::text; end if;
  if gone is not distinct from come then return null; end if;
  foreach part in array tg_argv::text[] loop
    if tg_op = 'DELETE' then execute format('select ($1).%I::text', part) using old into value;
    else execute format('select ($1).%I::text', part) using new into value; end if;
    keys := keys || value;
  end loop;
  insert into witness.change (op, tbl, key, old, new) values (lower(tg_op), tg_table_name,
    case when cardinality(keys) = 1 then keys[1] else array_to_json(keys)::text end, gone, come);
  return null;
end $$;
-- The row that the JSON of an entry stands for, and a row as the witness saw it without its secret; both as text.
create function witness.row_of(tbl text, said json) returns text language plpgsql as $$
declare result text;
begin
  execute format('select json_populate_record(null::%I, $1)::text', tbl) into result using said;
  return case when said is not null then result end;
end $$;
create function witness.blank(tbl text, seen text) returns text language plpgsql as $$
declare result text;
begin
  execute format('select json_populate_record($1::%I, %L)::text', tbl, case tbl when 'User' then '{"passwordHash":null}' else '{}' end)
    into result using seen;
  return case when seen is not null then result end;
end $$;`;

const KEYS: Record<string, string> = {
  User: 'id',
  Session: 'id',
  Invoice: 'id',
  invoice_lines: `invoice_id', 'position`,
  Tag: 'id',
  Counter: 'key',
  _InvoiceToTag: `A', 'B`,
};
const MODEL: Record<string, string> = { invoice_lines: 'InvoiceLine' };
export const TABLES = Object.keys(KEYS);

export async function installWitness(pool: pg.Pool): Promise<void> {
  await pool.query(WITNESS);
  for (const [table, key] of Object.entries(KEYS)) {
    await pool.query(`
      create trigger "!witness" after insert or update or delete on "${table}" for each row execute function witness.see('${key}');
      create trigger "!witness_truncate" before truncate on "${table}" for each statement execute function witness.see();`);
  }
}

/** What really changed since the witness was last cleared. */
export async function witnessed(pool: pg.Pool): Promise<Change[]> {
  const { rows } = await pool.query(
    `select op, tbl, key, case op when 'truncate' then old else witness.blank(tbl, old) end as old, witness.blank(tbl, new) as new
       from witness.change order by n`,
  );
  return rows.map((row) => change(row.op, MODEL[row.tbl] ?? row.tbl, row.key, row.old, row.new));
}

/** What the log says that changed. */
export async function captured(pool: pg.Pool, after: number): Promise<{ changes: Change[]; content: Content[] }> {
  const content = await readContent(pool, after);
  const changes: Change[] = [];
  for (const { op, model, resourceId, text, data } of content) {
    const table = TABLES.find((name) => (MODEL[name] ?? name) === model);
    const { rows } = await pool.query(
      `select witness.row_of($1, ($2::json) -> 'old') as old, witness.row_of($1, ($2::json) -> 'new') as new`,
      [table, text],
    );
    const old = op === 'truncate' ? String(data.details?.['rows']) : rows[0].old;
    changes.push(change(String(op), String(model), resourceId, old, rows[0].new));
  }
  return { changes, content };
}

function change(op: string, model: string, key: string | null, old: string | null, now: string | null): Change {
  return `${op} ${model} ${key ?? '-'}: ${old ?? '-'} => ${now ?? '-'}`;
}

const EMPTY = `truncate witness.change, ${TABLES.map((name) => `"${name}"`).join(', ')} restart identity`;

/** Puts the same rows into the tables, unseen by any trigger. */
export async function reset(pool: pg.Pool, witness = true): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('set local session_replication_role = replica');
    await client.query(witness ? EMPTY : EMPTY.replace('witness.change, ', ''));
    await client.query(SEED);
    await client.query('commit');
  } finally {
    client.release();
  }
}

const SEED = `
insert into "User" (id, "tenantId", email, name, role, "passwordHash", avatar) values
  (1, 'acme', 'ann@example.com', 'Ann', 'ADMIN', 'h1', '\\x00ff'), (2, 'acme', 'bob@example.com', 'Bob', 'CLERK', 'h2', null),
  (3, 'acme', 'cyd@example.com', 'Cyd', 'VIEWER', 'h3', null);
insert into "Session" values ('00000000-0000-4000-8000-000000000001', 3, '2030-01-01'), ('00000000-0000-4000-8000-000000000002', 3, '2030-01-02');
insert into "Invoice" (id, "tenantId", number, total, note, metadata, "createdById", "createdAt", "updatedAt") values
  (1, 'acme', 'A-1', 10.50, null, '{"a": 1}', 1, '2026-01-01', '2026-01-01'), (2, 'acme', 'A-2', 0, 'x', null, 1, '2026-01-02', '2026-01-02');
insert into invoice_lines values (1, 1, 'one', 1, 4.25), (1, 2, 'two', 2, 3.00), (2, 1, 'three', 1, 0);
insert into "Tag" (id, "tenantId", name) values (1, 'acme', 'red'), (2, 'acme', 'green'), (3, 'acme', 'blue');
insert into "_InvoiceToTag" values (1, 1), (1, 2);
insert into "Counter" values ('acme', 9007199254740993, '{1,2,3}'), ('other', 1, '{}');
select setval('"User_id_seq"', 100), setval('"Invoice_id_seq"', 100), setval('"Tag_id_seq"', 100);`;
