-- A second, much simpler log, written for the tests alone: rows as PostgreSQL prints them, no JSON, its own triggers.
create schema witness;
create table witness.change (n bigserial primary key, op text, tbl text, old text, new text, xid text, said timestamptz);
create function witness.see() returns trigger language plpgsql as $$
declare gone text; come text;
begin
  if tg_op = 'TRUNCATE' then
    execute format('select count(*) from %I.%I', tg_table_schema, tg_table_name) into gone;
  else
    if tg_op <> 'INSERT' then gone := old::text; end if;
    if tg_op <> 'DELETE' then come := new::text; end if;
    if gone is not distinct from come then return null; end if;
  end if;
  -- statement_timestamp() is one for all that a statement causes: cascades too.
  insert into witness.change (op, tbl, old, new, xid, said)
    values (lower(tg_op), tg_table_name, gone, come, pg_current_xact_id()::text, statement_timestamp());
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
  execute format('select json_populate_record($1::%I, ''{"password": null}'')::text', tbl) into result using seen;
  return case when seen is not null then result end;
end $$;
do $$
declare tbl text;
begin
  for tbl in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition loop
    execute format('create trigger "!witness" after insert or update or delete on %I for each row execute function witness.see()', tbl);
    execute format('create trigger "!witness_truncate" before truncate on %I for each statement execute function witness.see()', tbl);
  end loop;
end $$;
