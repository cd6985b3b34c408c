-- A second, much simpler log, written for the tests alone: rows as PostgreSQL prints them, no JSON, its own triggers.
create schema witness;
create table witness.change (n bigserial primary key, op text, tbl text, old text, new text, xid text, said timestamptz);
-- The table that a change is said to be of: of a partition its root; one outside of public by its schema too.
create function witness.named(rel oid) returns text language sql stable as $$
  select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = coalesce(pg_partition_root(rel), rel)
$$;
create function witness.see() returns trigger language plpgsql security definer as $$
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
    values (lower(tg_op), witness.named(tg_relid), gone, come, pg_current_xact_id()::text, statement_timestamp());
  return null;
end $$;
-- The row that the JSON of an entry stands for, and a row as the witness saw it without its secret; both as text.
create function witness.type_of(tbl text) returns text language sql stable as $$
  select c.oid::regclass::text from pg_class c where c.relkind in ('r', 'p') and witness.named(c.oid) = tbl and not c.relispartition
$$;
create function witness.row_of(tbl text, said json) returns text language plpgsql as $$
declare result text;
begin
  execute format('select json_populate_record(null::%s, $1)::text', witness.type_of(tbl)) into result using said;
  return case when said is not null then result end;
end $$;
create function witness.blank(tbl text, seen text) returns text language plpgsql as $$
declare result text;
begin
  execute format('select json_populate_record($1::%s, ''{"password": null}'')::text', witness.type_of(tbl)) into result using seen;
  return case when seen is not null then result end;
end $$;
do $$
declare tbl regclass;
begin
  for tbl in select oid from pg_class
    where relnamespace = any (array[to_regnamespace('public'), to_regnamespace('other')]::oid[]) and relkind in ('r', 'p') and not relispartition loop
    execute format('create trigger "!witness" after insert or update or delete on %s for each row execute function witness.see()', tbl);
    execute format('create trigger "!witness_truncate" before truncate on %s for each statement execute function witness.see()', tbl);
  end loop;
end $$;
