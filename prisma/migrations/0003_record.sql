-- record(): the only way for an application to write events of its own. One call writes a batch, all of it or nothing.
-- Arrays have one element for each event. `p_batch` names the batch: a second call with the same name writes nothing, so
-- that a caller whose connection broke at the commit can simply call again. Returns the number of events written.
--
-- The resource's id is put into the data section here, last: so the section and the column that is projected from it say the
-- same, whoever the caller is.

create or replace function "audit".record(
  p_batch text,
  p_source text[],
  p_at bigint[], -- microseconds since the epoch
  p_group text[],
  p_tenant text[],
  p_event_key text[],
  p_model text[],
  p_resource_id text[],
  p_header text[],
  p_actor text[], -- hex
  p_data text[], -- a JSON object without the id, or null
  p_flags text[]
) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  written integer;
begin
  perform pg_current_xact_id(); -- before any position is taken
  if exists (select from unnest(p_data) as d (data) where json_typeof(data::json) <> 'object') then
    raise exception 'audit: data must be a JSON object' using errcode = '22023';
  end if;
  if exists (select from unnest(p_data, p_actor, p_header, p_resource_id) as t (a, b, c, d)
              where octet_length(concat(a, b, c, d)) > 1048576) then
    raise exception 'audit: an event is larger than 1 MiB' using errcode = '22023';
  end if;
  if p_batch is not null then
    insert into "audit".event_key (scope, tenant_key, key) values ('batch', '', p_batch) on conflict do nothing;
    if not found then
      return 0;
    end if;
  end if;

  with event as (
    select u.*, nullif(concat_ws(',', nullif(trim(both E' \t\n\r' from substr(trim(both E' \t\n\r' from data), 2, length(trim(both E' \t\n\r' from data)) - 2)), ''),
                              case when resource_id is not null then '"id":' || to_json(resource_id)::text
                                   -- An id that the caller wrote, or an escape that could be one, is overruled: the last member counts.
                                   when data like '%id%' or strpos(data, chr(92) || 'u') > 0 then '"id":null' end), '') as members
      from unnest(p_source, p_at, p_group, p_tenant, p_event_key, p_model, p_resource_id, p_header, p_actor, p_data, p_flags)
           with ordinality as u (source, at, group_id, tenant_key, event_key, model, resource_id, header, actor, data, flags, ord)
  ), fresh as (
    insert into "audit".event_key (scope, tenant_key, key)
    select 'event', coalesce(tenant_key, ''), event_key from event where event_key is not null
    on conflict do nothing
    returning tenant_key, key
  ), chosen as (
    select distinct on (coalesce(event_key, ord::text), event_key is null, coalesce(tenant_key, '')) event.*
      from event
     where event_key is null or (coalesce(tenant_key, ''), event_key) in (select tenant_key, key from fresh)
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
