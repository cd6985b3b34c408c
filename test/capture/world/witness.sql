-- The witness of shapes/, for tables that nobody knows beforehand: each row as PostgreSQL prints it, no JSON.
create schema witness;
create table witness.change (n bigserial primary key, op text, rel regclass, old text, new text, xid text, said timestamptz);
create function witness.see() returns trigger language plpgsql security definer as $$
declare gone text; come text;
begin
  if tg_op <> 'INSERT' then gone := old::text; end if;
  if tg_op <> 'DELETE' then come := new::text; end if;
  if gone is not distinct from come then return null; end if;
  -- statement_timestamp() is one for all that a statement causes: cascades too.
  insert into witness.change (op, rel, old, new, xid, said)
    values (lower(tg_op), tg_relid, gone, come, pg_current_xact_id()::text, statement_timestamp());
  return null;
end $$;
-- What an entry says of a row, as text of that row; and a row's text without the columns that no entry may hold.
create function witness.row_of(rel regclass, said json) returns text language plpgsql as $$
declare result text;
begin
  if said is null then return null; end if;
  execute format('select json_populate_record(null::%s, $1)::text', rel) into result using said;
  return result;
end $$;
create function witness.without(rel regclass, seen text, secrets json) returns text language plpgsql as $$
declare result text;
begin
  if seen is null or secrets is null then return seen; end if;
  execute format('select json_populate_record($1::%s, $2)::text', rel) into result using seen, secrets;
  return result;
end $$;
do $$
declare tbl regclass;
begin
  for tbl in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^(pg_|information_schema$|witness$|audit$|seed$)' and c.relkind in ('r', 'p') and not c.relispartition loop
    execute format('create trigger "!witness" after insert or update or delete on %s for each row execute function witness.see()', tbl);
  end loop;
end $$;
