-- Append-only by trigger and by privilege. A superuser or owner can still remove both: that is found by the verifier,
-- not prevented here.

create or replace function "audit".refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'audit: % on %.% is refused, the log is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'AUD01';
end $$;

create or replace function "audit".chain_grows() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.chain <> old.chain or new.origin <> old.origin or new.tenant_key <> old.tenant_key or new.size < old.size
    or (new.size = old.size and (new.hash <> old.hash or new.frontier <> old.frontier)) then
    raise exception 'audit: a chain can only grow' using errcode = 'AUD01';
  end if;
  return new;
end $$;

do $$
declare
  t text;
begin
  foreach t in array array['content', 'entry'] loop
    execute format('drop trigger if exists append_only on "audit".%I', t);
    execute format('create trigger append_only before update or delete or truncate on "audit".%I for each statement execute function "audit".refuse_change()', t);
    -- ALWAYS: also under session_replication_role = replica
    execute format('alter table "audit".%I enable always trigger append_only', t);
    execute format('revoke all on "audit".%I from public', t);
    execute format('revoke update, delete, truncate on "audit".%I from current_user', t);
  end loop;

  foreach t in array array['chain', 'sealer'] loop
    execute format('drop trigger if exists keep on "audit".%I', t);
    execute format('create trigger keep before delete or truncate on "audit".%I for each statement execute function "audit".refuse_change()', t);
    execute format('alter table "audit".%I enable always trigger keep', t);
    execute format('revoke all on "audit".%I from public', t);
    execute format('revoke delete, truncate on "audit".%I from current_user', t);
  end loop;

  drop trigger if exists grows on "audit".chain;
  create trigger grows before update on "audit".chain for each row execute function "audit".chain_grows();
  alter table "audit".chain enable always trigger grows;
end $$;
