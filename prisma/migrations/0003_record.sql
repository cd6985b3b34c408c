-- record(): the only way for an application to write events of its own. One call writes a batch, all of it or nothing.
-- Arrays have one element for each event. `p_batch` names the batch: a second call with the same name writes nothing but
-- events with a key of their own that are not there yet. So a caller whose connection broke at the commit can simply call again,
-- and one who writes a batch without its keyed events, since another transaction holds such a key, can call again with them.
-- Returns the number of events written.
--
-- Whoever may call it may pass anything: each argument is bounded here, by its size before it is looked into. What is refused has
-- SQLSTATE 22023 and says which argument of which event; nothing of what was passed is repeated, as PostgreSQL would of text that it
-- cannot read.
--
-- The resource's id is put into the data section here, last: so the section and the column that is projected from it say the
-- same, whoever the caller is.

create or replace function "audit".record(
  p_batch text, -- at most 200 bytes
  p_source text[], -- request, record or read; change.client for what is flagged gap
  p_at bigint[], -- microseconds since the epoch, to the year 2255
  p_group text[],
  p_tenant text[],
  p_event_key text[],
  p_model text[],
  p_resource_id text[],
  p_header text[], -- a JSON object
  p_actor text[], -- hex
  p_data text[], -- a JSON object without the id, or null
  p_flags text[]
) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  wrong text;
  at_fault bigint;
  one record;
  is_new boolean := true;
  keyed boolean;
  lock_timeout text;
  fresh_tenant text[];
  fresh_key text[];
  written integer;
begin
  perform pg_current_xact_id(); -- before any position is taken
  if (cardinality(p_source) = all (array[cardinality(p_at), cardinality(p_group), cardinality(p_tenant), cardinality(p_event_key), cardinality(p_model),
        cardinality(p_resource_id), cardinality(p_header), cardinality(p_actor), cardinality(p_data), cardinality(p_flags)])) is not true
     or greatest(array_ndims(p_source), array_ndims(p_at), array_ndims(p_group), array_ndims(p_tenant), array_ndims(p_event_key), array_ndims(p_model),
          array_ndims(p_resource_id), array_ndims(p_header), array_ndims(p_actor), array_ndims(p_data), array_ndims(p_flags)) > 1 then
    raise exception 'audit: record() takes lists with one element for each event, all of the same length' using errcode = '22023';
  end if;
  if cardinality(p_source) > 10000 then
    raise exception 'audit: a batch has at most 10,000 events' using errcode = '22023';
  end if;
  if octet_length(p_batch) not between 1 and 200 then
    raise exception 'audit: the name of a batch has 1 to 200 bytes' using errcode = '22023';
  end if;
  -- CASE looks in this order: sizes first, so that nothing large is looked into.
  select u.wrong, u.ord into wrong, at_fault from (
    select ord, case
        when coalesce(octet_length(data), 0)::bigint + coalesce(octet_length(actor), 0) + coalesce(octet_length(header), 0) + coalesce(octet_length(resource_id), 0) > 1048576
          then 'an event is larger than 1 MiB'
        when octet_length(actor) > 65536 then 'an actor is larger than 32 KiB'
        when octet_length(header) > 4096 then 'a header is larger than 4 KiB'
        when octet_length(flags) > 200 then 'flags are longer than 200 bytes'
        when octet_length(source) > 20 then 'an event has a source that record() does not write'
        when octet_length(group_id) > 36 then 'a group is no UUID'
        when octet_length(tenant) > 1024 then 'a tenant is longer than 1,024 bytes'
        when octet_length(event_key) not between 1 and 512 then 'a key of an event has 1 to 512 bytes'
        when octet_length(model) not between 1 and 512 then 'a type of a resource has 1 to 512 bytes'
        when (at between 0 and 9007199254740991) is not true then 'the time of an event lies between the years 1970 and 2255'
        when (source in ('request', 'record', 'read', 'change.client')) is not true then 'an event has a source that record() does not write'
        when (flags ~ '^(deferred|estimated|gap|malformed|no-context|redacted|replayed|truncated)(,(deferred|estimated|gap|malformed|no-context|redacted|replayed|truncated))*$') is false
          then 'flags are a list of those that the log knows'
        -- What a client could not see it may say; a change that it saw is logged by client_change().
        when source = 'change.client' and ('gap' = any (string_to_array(flags, ','))) is not true then 'a change is not written by record(), but for a gap'
        when group_id !~ '^([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}$' then 'a group is no UUID'
        when header is null then 'a header must be a JSON object'
      end as wrong
      from unnest(p_source, p_at, p_group, p_tenant, p_event_key, p_model, p_resource_id, p_header, p_actor, p_data, p_flags)
           with ordinality as e (source, at, group_id, tenant, event_key, model, resource_id, header, actor, data, flags, ord)
  ) u where u.wrong is not null order by u.ord limit 1;
  if wrong is null then
    begin
      select u.wrong, u.ord into wrong, at_fault from (
        select ord, case
            when decode(actor, 'hex') is null and actor is not null then 'an actor is hexadecimal'
            when json_typeof(header::json) <> 'object' then 'a header must be a JSON object'
            when json_typeof(data::json) <> 'object' then 'data must be a JSON object'
            -- That one says who read under the name of a role, and is left by record_read() alone.
            when source = 'read' and header::json ->> 'action' = 'audit.read' then 'what a role has read is told by record_read()'
          end as wrong
          from unnest(p_source, p_header, p_actor, p_data) with ordinality as e (source, header, actor, data, ord)
      ) u where u.wrong is not null order by u.ord limit 1;
    exception when data_exception or program_limit_exceeded then
      for one in select * from unnest(p_source, p_header, p_actor, p_data) with ordinality as e (source, header, actor, data, ord) order by ord loop
        at_fault := one.ord;
        begin
          wrong := 'an actor is hexadecimal';
          perform decode(one.actor, 'hex');
          wrong := 'a header must be a JSON object, and one that can be read';
          perform case when one.source = 'read' then one.header::json ->> 'action' else json_typeof(one.header::json) end;
          wrong := 'data must be a JSON object, and one that can be read';
          perform json_typeof(one.data::json);
        exception when data_exception or program_limit_exceeded then
          exit;
        end;
      end loop;
    end;
  end if;
  if wrong is not null then
    raise exception 'audit: % (event % of the batch)', wrong, at_fault using errcode = '22023';
  end if;

  keyed := exists (select from unnest(p_event_key) as k (key) where key is not null);
  if p_batch is not null then
    insert into "audit".event_key (scope, tenant_key, key) values ('batch', '', p_batch) on conflict do nothing;
    is_new := found;
    if not is_new and not keyed then
      return 0;
    end if;
  end if;

  if keyed then
    -- A key that an open transaction has written is waited for: a moment, where other people's events wait too (55P03); in
    -- somebody's own transaction as long as any unique key.
    if p_batch is not null then
      lock_timeout := current_setting('lock_timeout');
      perform set_config('lock_timeout', '100ms', true);
    end if;
    with fresh as (
      insert into "audit".event_key (scope, tenant_key, key)
      select distinct 'event', coalesce(tenant_key, ''), event_key from unnest(p_tenant, p_event_key) as u (tenant_key, event_key)
       where event_key is not null
       order by 2, 3 -- two batches in one order do not wait for each other
      on conflict do nothing
      returning tenant_key, key
    )
    select array_agg(f.tenant_key), array_agg(f.key) into fresh_tenant, fresh_key from fresh f;
    if p_batch is not null then
      perform set_config('lock_timeout', lock_timeout, true);
    end if;
  end if;

  with event as (
    select u.*, nullif(concat_ws(',', nullif(trim(both E' \t\n\r' from substr(trim(both E' \t\n\r' from data), 2, length(trim(both E' \t\n\r' from data)) - 2)), ''),
                              case when resource_id is not null then '"id":' || to_json(resource_id)::text
                                   -- An id that the caller wrote, or an escape that could be one, is overruled: the last member counts.
                                   when data like '%id%' or strpos(data, chr(92) || 'u') > 0 then '"id":null' end), '') as members
      from unnest(p_source, p_at, p_group, p_tenant, p_event_key, p_model, p_resource_id, p_header, p_actor, p_data, p_flags)
           with ordinality as u (source, at, group_id, tenant_key, event_key, model, resource_id, header, actor, data, flags, ord)
  ), chosen as (
    select distinct on (coalesce(event_key, ord::text), event_key is null, coalesce(tenant_key, '')) event.*
      from event
     where case when event_key is null then is_new else (coalesce(tenant_key, ''), event_key) in (select * from unnest(fresh_tenant, fresh_key)) end
     order by coalesce(event_key, ord::text), event_key is null, coalesce(tenant_key, ''), ord
  )
  insert into "audit".content (at, source, model, resource_id, group_id, tenant_key, header, salt_data, actor, data, flags)
  select timestamptz 'epoch' + at * interval '1 microsecond', source, model,
         case when octet_length(resource_id) > 512 then 'sha256:' || encode(sha256(convert_to(resource_id, 'UTF8')), 'hex') else resource_id end, group_id::uuid, tenant_key, header,
         case when members is not null then gen_random_uuid() end, decode(actor, 'hex'), '{' || members || '}', flags
    from chosen
   order by ord;
  get diagnostics written = row_count;
  return written;
end $$;

revoke all on function "audit".record(text, text[], bigint[], text[], text[], text[], text[], text[], text[], text[], text[], text[]) from public;

-- How far positions have been handed out, and how many visible ones up to there have no entry yet.
create or replace function "audit".position() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case when is_called then last_value else 0 end from "audit".content_pos_seq
$$;

create or replace function "audit".unsealed(p_upto bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select count(*)
    from "audit".content c
   where c.pos > (select low from "audit".sealer)
     and c.pos <= p_upto
     and not exists (select from "audit".entry e where e.pos = c.pos)
$$;

revoke all on function "audit".position() from public;
revoke all on function "audit".unsealed(bigint) from public;

-- Keys that are older than `p_days` days (seven at least) are forgotten, `p_most` of them at a time, the oldest first: after that an
-- event of the same id is a new one, and so is a batch of the same name. Returns how many.
create or replace function "audit".forget_keys(p_days integer, p_most integer) returns integer
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with old as (
    select k.ctid from "audit".event_key k where k.at < now() - greatest(p_days, 7) * interval '1 day' order by k.at limit least(greatest(p_most, 0), 10000)
  ), gone as (
    delete from "audit".event_key k using old where k.ctid = old.ctid returning 1
  )
  select count(*)::integer from gone
$$;

-- A sequence that is behind the positions that are there (a restore of the data alone, a switch-over by logical replication, setval)
-- hands out positions a second time, and every audited write fails until it has passed them. This raises it, and never lowers it:
-- beyond what is there by a thousand, which open transactions may have taken and writers take meanwhile. Positions that no
-- sequence hands out in a lifetime are somebody's forgery, and ignored. Returns whether there was anything to mend.
create or replace function "audit".positions_behind() returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(greatest((select max(c.pos) from "audit".content c where c.pos <= 4503599627370496),
                           (select max(e.pos) from "audit".entry e where e.pos <= 4503599627370496),
                           (select s.low from "audit".sealer s where s.low <= 4503599627370496)), 0) > "audit".position()
$$;

create or replace function "audit".mend_positions() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not "audit".positions_behind() then
    return false;
  end if;
  -- One at a time: between the look and setval() another could have raised it further. An advisory lock could be held by anybody who can
  -- log in; this one is in the way of itself and of DDL alone, not of who seals.
  begin
    lock table "audit".sealer in share update exclusive mode nowait;
  exception when lock_not_available then
    return false;
  end;
  if not "audit".positions_behind() then
    return false;
  end if;
  perform setval('"audit".content_pos_seq', greatest((select max(c.pos) from "audit".content c where c.pos <= 4503599627370496),
                                                     (select max(e.pos) from "audit".entry e where e.pos <= 4503599627370496),
                                                     (select s.low from "audit".sealer s where s.low <= 4503599627370496)) + 1000);
  return true;
end $$;

revoke all on function "audit".forget_keys(integer, integer) from public;
revoke all on function "audit".positions_behind() from public;
revoke all on function "audit".mend_positions() from public;
