-- Coverage: what the capture triggers were when somebody last looked. A trigger that was switched off, dropped or replaced
-- between two looks, even if it was put back, has another xmin or oid: the look writes a control row `coverage.changed`, and
-- the sealer seals it like any other.

create table if not exists "audit".coverage (
  one boolean primary key default true check (one),
  looked_at timestamptz not null,
  -- {"<oid of the table>/<trigger>": {"table", "trigger", "enabled", "mark", "is"}}
  triggers jsonb not null,
  -- Tables, quoted and qualified, that the last migrate was told to leave out: one that forgets its configuration is refused.
  left_out text[] not null default '{}'
);

revoke all on "audit".coverage from public;

select "audit".unforce(); -- 0001_log.sql
do $$
begin
  drop trigger if exists keep on "audit".coverage;
  create trigger keep before delete or truncate on "audit".coverage for each statement execute function "audit".refuse_change();
  alter table "audit".coverage enable always trigger keep;
end $$;

-- The capture triggers as they are. `is`: all that can be seen of one, with the function behind it. `mark`: its row version, which no
-- two changes share; not the function's, which every grant renews.
create or replace function "audit".coverage_now() returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(t.tgrelid || '/' || t.tgname, jsonb_build_object(
           'table', t.tgrelid::regclass::text,
           'trigger', t.tgname,
           'enabled', t.tgenabled in ('O', 'A'),
           'mark', t.oid || '/' || t.xmin,
           'is', md5(concat_ws(E'\n', t.tgenabled, t.tgtype, encode(t.tgargs, 'hex'), t.tgattr, t.tgqual, t.tgoldtable, t.tgnewtable, p.proname, p.pronamespace, p.prosrc, p.proconfig, p.prosecdef))
         )), '{}')
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid
   where p.pronamespace = '"audit"'::regnamespace -- also the copies on partitions, which are "internal" before PostgreSQL 15
     and t.tgrelid not in (select c.oid from pg_class c where c.relnamespace = '"audit"'::regnamespace)
$$;

-- Compares with the last look and remembers this one, in one transaction with the control row. The first look only remembers.
-- Somebody who is at it, or changes triggers and has not committed, is not waited for: 0. Returns the number of changes.
--
-- `p_own`: the changes are the caller's own (migrate), so he is the actor, if he is the owner of the log; else all that is known is
-- who noticed.
create or replace function "audit".watch_coverage(p_own boolean default false) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set "TimeZone" = 'UTC' as $$
declare
  seen "audit".coverage;
  present jsonb;
  changes integer;
  gap boolean;
  listed json;
begin
  select * into seen from "audit".coverage for update skip locked;
  if not found then
    if exists (select from "audit".coverage) then
      return 0;
    end if;
    insert into "audit".coverage (looked_at, triggers) values (clock_timestamp(), "audit".coverage_now()) on conflict do nothing;
    return 0;
  end if;
  present := "audit".coverage_now();
  if present = seen.triggers then
    update "audit".coverage set looked_at = clock_timestamp();
    return 0;
  end if;

  with change as (
    select coalesce(n.value, o.value) ->> 'table' as relation, coalesce(n.value, o.value) ->> 'trigger' as name, o.value is not null as was,
           case when o.value is null then 'added'
                when n.value is null then case when exists (select from pg_class c where c.oid = split_part(key, '/', 1)::oid) then 'removed' else 'dropped with its table' end
                when (o.value -> 'enabled') <> (n.value -> 'enabled') then case when (n.value -> 'enabled')::boolean then 'enabled' else 'disabled' end
                when (o.value -> 'is') <> (n.value -> 'is') then 'replaced'
                when (o.value -> 'mark') <> (n.value -> 'mark') then 'changed and put back'
           end as what
      from jsonb_each(seen.triggers) o (key, value) full join jsonb_each(present) n (key, value) using (key)
  )
  select count(*), bool_or(was), json_agg(json_build_object('table', relation, 'trigger', name, 'what', what) order by relation, name) filter (where place <= 500)
    into changes, gap, listed
    from (select *, row_number() over (order by relation, name) as place from change where what is not null) c;

  update "audit".coverage set looked_at = clock_timestamp(), triggers = present;
  if changes = 0 then
    return 0; -- a table was renamed
  end if;
  insert into "audit".content (source, op, actor, data, flags)
  values ('control', 'coverage.changed',
    convert_to(json_strip_nulls(case when p_own and pg_has_role(session_user, current_user, 'member')
      then json_build_object('id', 'db:' || session_user, 'type', 'system', 'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr()))
      else json_build_object('id', 'sealer', 'type', 'system') end)::text, 'UTF8'),
    json_build_object('details', json_build_object('changes', listed, 'count', changes, 'between', json_build_array(seen.looked_at, clock_timestamp())))::text,
    case when gap then 'gap' end);
  return changes;
end $$;

-- After a sanctioned change of these tables' triggers: they are remembered as they are now, and nothing else is.
create or replace function "audit".accept_coverage(p_tables oid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update "audit".coverage c
     set triggers = coalesce((select jsonb_object_agg(key, value) from (
           select key, value from jsonb_each(c.triggers) where split_part(key, '/', 1)::oid <> all (p_tables)
           union all
           select key, value from jsonb_each("audit".coverage_now()) where split_part(key, '/', 1)::oid = any (p_tables)) t), '{}')
$$;

-- capture() makes JSON of a row with the rights of the log's owner, and so calls what the row's types bring along: casts to json, the
-- checks of domains, what a range needs. These are the parts of a table's types that belong to somebody who could not become the
-- owner anyway, and so could run what he likes with the owner's rights.
create or replace function "audit".strangers(t regclass) returns table (column_name text, what text, owner text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive used (name, type) as (
    select a.attname, a.atttypid from pg_attribute a where a.attrelid = t and a.attnum > 0 and not a.attisdropped
    union
    select u.name, v.type
      from used u join pg_type y on y.oid = u.type,
           lateral (select y.typelem union all select y.typbasetype
                    union all select r.rngsubtype from pg_range r where r.rngtypid = y.oid
                    union all select r.rngtypid from pg_range r where r.rngmultitypid = y.oid
                    union all select a.atttypid from pg_attribute a where y.typtype = 'c' and a.attrelid = y.typrelid and a.attnum > 0 and not a.attisdropped) v (type)
     where v.type <> 0
  ), part (name, what, owner) as (
    select u.name, 'the type ' || format_type(u.type, null), y.typowner from used u join pg_type y on y.oid = u.type
    union
    select u.name, 'the function ' || p.oid::regprocedure || ', which casts ' || format_type(u.type, null) || ' to json', p.proowner
      from used u join pg_cast c on c.castsource = u.type and c.casttarget = 'json'::regtype join pg_proc p on p.oid = c.castfunc
    union
    select u.name, 'the function ' || p.oid::regprocedure || ' of the range ' || format_type(u.type, null), p.proowner
      from used u join pg_range r on r.rngtypid = u.type join pg_proc p on p.oid in (r.rngcanonical, r.rngsubdiff)
    union
    select u.name, 'the function ' || p.oid::regprocedure || ', which a check of ' || format_type(u.type, null) || ' calls', p.proowner
      from used u join pg_constraint k on k.contypid = u.type
           join pg_depend d on d.classid = 'pg_constraint'::regclass and d.objid = k.oid
           join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
             or d.refclassid = 'pg_operator'::regclass and p.oid = (select o.oprcode from pg_operator o where o.oid = d.refobjid)
  )
  select p.name, p.what, pg_get_userbyid(p.owner)
    from part p, pg_namespace n
   where n.oid = '"audit"'::regnamespace and not pg_has_role(p.owner, n.nspowner, 'member')
   order by 1, 2
$$;

-- Row level where a statement's rows would be logged in a wrong order or not at all: partitions and inheritance, tables with
-- row triggers of the application's (what these change comes after the row that set them off), and tables that one DELETE can
-- reach by two foreign keys, to delete by the one and to update by the other.
create or replace function "audit".level_of(t regclass) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when c.relkind = 'p' or c.relispartition
                or exists (select from pg_inherits i where c.oid in (i.inhrelid, i.inhparent))
                or exists (select from pg_trigger g
                            where g.tgrelid = c.oid and not g.tgisinternal and g.tgname not like '!audit%' and g.tgtype & 67 = 1)
                or exists (select from pg_constraint d join pg_constraint u on u.conrelid = d.conrelid and u.oid <> d.oid
                            where d.conrelid = c.oid and d.contype = 'f' and u.contype = 'f' and d.confdeltype = 'c' and u.confdeltype in ('n', 'd'))
              then 'row' else 'statement' end
    from pg_class c where c.oid = t
$$;

-- The partitions of a table, theirs too; those of other servers have no such triggers.
create or replace function "audit".partitions_of(t regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  select p.relid from pg_partition_tree(t) p join pg_class c on c.oid = p.relid where p.level > 0 and c.relkind in ('r', 'p')
$$;

-- The triggers by which a table's rows are captured and that are its own, not copied from the partitioned table above it.
create or replace function "audit".own_triggers(t regclass) returns setof text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select g.tgname::text from pg_trigger g
   where g.tgrelid = t and not g.tgisinternal and g.tgparentid = 0
     and (g.tgname in ('!audit', '!audit_insert', '!audit_update', '!audit_delete') or g.tgname ~ '^!audit_[0-9a-f]{12}$')
$$;

-- Makes the triggers of a table what they should be. `p_table` is quoted and qualified. Locks the table against writers until
-- the end of the transaction; against readers only where triggers have to go.
-- The names begin with "!", so that they fire before the application's own: the order of events is then right. PostgreSQL copies the row
-- trigger of a partitioned table to its partitions, under its name: each has a name that no other has, so that a table with triggers
-- of its own can become a partition.
create or replace function "audit".attach(p_table text, p_args text[], p_on_missing text default 'fail') returns void
language plpgsql set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  t constant regclass := p_table::regclass;
  by_row constant boolean := "audit".level_of(t) = 'row';
  row_trigger text := '!audit';
  call text;
  name text;
  part regclass;
begin
  if p_on_missing is null or p_on_missing not in ('fail', 'warn') or coalesce(array_length(p_args, 1), 0) <> 12 then
    raise exception 'audit: attach() takes a table, twelve arguments, and fail or warn' using errcode = '22023';
  end if;
  for name in select s.column_name || ' uses ' || s.what || ', which belongs to ' || s.owner from "audit".strangers(t) s limit 1 loop
    raise exception 'audit: column %', name using errcode = '42501', hint = 'Give it to the owner of the log, or leave the table out.';
  end loop;
  if (select c.relkind from pg_class c where c.oid = t) = 'p' then
    row_trigger := coalesce((select g.tgname from pg_trigger g where g.tgrelid = t and g.tgparentid = 0 and g.tgtype & 1 = 1 and g.tgname ~ '^!audit_[0-9a-f]{12}$' limit 1),
                            '!audit_' || left(md5(gen_random_uuid()::text), 12));
  end if;
  select 'execute function "audit".' || case p_on_missing when 'warn' then 'capture_or_warn' else 'capture' end
         || '(' || string_agg(quote_literal(a.arg), ', ' order by a.ord) || ')'
    into call from unnest(p_args) with ordinality as a (arg, ord);
  for name in select o.name from "audit".own_triggers(t) o (name)
               where o.name <> all (case when by_row then array[row_trigger] else array['!audit_insert', '!audit_update', '!audit_delete'] end) loop
    execute format('drop trigger %I on %s', name, t);
  end loop;
  if by_row then
    execute format('create or replace trigger %I after insert or update or delete on %s for each row %s', row_trigger, t, call);
  else
    execute format('create or replace trigger "!audit_insert" after insert on %s referencing new table as new_rows for each statement %s', t, call);
    execute format('create or replace trigger "!audit_update" after update on %s referencing old table as old_rows new table as new_rows for each statement %s', t, call);
    execute format('create or replace trigger "!audit_delete" after delete on %s referencing old table as old_rows for each statement %s', t, call);
  end if;
  execute format('create or replace trigger "!audit_truncate" before truncate on %s for each statement %s', t, call);
  -- Row triggers come to the partitions by themselves, statement triggers do not; what a partition has of its own is from before.
  for part in select p.part from "audit".partitions_of(t) p (part) loop
    for name in select o.name from "audit".own_triggers(part) o (name) loop
      execute format('drop trigger %I on %s', name, part);
    end loop;
    execute format('create or replace trigger "!audit_truncate" before truncate on %s for each statement %s', part, call);
    execute format('alter table %s enable trigger "!audit_truncate"', part);
  end loop;
  for name in select g.tgname from pg_trigger g
               where g.tgrelid = t and not g.tgisinternal and g.tgname like '!audit%' and g.tgenabled <> 'O' loop
    execute format('alter table %s enable trigger %I', t, name);
  end loop;
end $$;

create or replace function "audit".detach(p_table text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  relation regclass;
  name text;
begin
  for relation in select p_table::regclass union all select p.part from "audit".partitions_of(p_table::regclass) p (part) loop
    for name in select o.name from "audit".own_triggers(relation) o (name) loop
      execute format('drop trigger %I on %s', name, relation);
    end loop;
    execute format('drop trigger if exists "!audit_truncate" on %s', relation);
  end loop;
end $$;

revoke all on function "audit".strangers(regclass) from public;
revoke all on function "audit".coverage_now() from public;
revoke all on function "audit".watch_coverage(boolean) from public;
revoke all on function "audit".accept_coverage(oid[]) from public;
revoke all on function "audit".level_of(regclass) from public;
revoke all on function "audit".partitions_of(regclass) from public;
revoke all on function "audit".own_triggers(regclass) from public;
revoke all on function "audit".attach(text, text[], text) from public;
revoke all on function "audit".detach(text) from public;
