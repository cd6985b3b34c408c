-- Engine "client" logs a change of a row by client_change(), in the statement that changed the row (RETURNING) or in the one behind it.
-- It runs with the rights of its caller, since it makes JSON of a row, and with that calls whatever casts, domains and types of a
-- row's owner call. What crosses into the owner's rights is text. What is hidden, cut and told is decided by the same function as
-- for the triggers of engine "database"; who acts is what the application says, as in record().
--
-- p_args: what a capture trigger of the table would have (0004_capture.sql), counted from 0. p_context: 32 hex digits of the
-- unit of work, then the actor section in hex; empty if there is none. p_op: null says that it follows from the images; `update`
-- without an old image is a change whose old values nobody saw, and is flagged `gap`.

create or replace function "audit".client_change(p_args text[], p_context text, p_op text, o record, n record) returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
set "TimeZone" = 'UTC' set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 set lc_monetary = 'C' set plan_cache_mode = 'force_generic_plan'
as $$
#variable_conflict use_variable
declare
  operation text := coalesce(p_op, case when o is not distinct from null then 'insert' when n is not distinct from null then 'delete' else 'update' end);
  change record;
begin
  if o is distinct from null and n is distinct from null then
    if o *= n then return 0; end if; -- same record image: nothing changed
  end if;
  change := "audit".change(o, n, p_args);
  if change.data is null then return 0; end if;
  return "audit".record_change(p_context, operation, p_args[0], change.key, change.tenant, change.data,
    nullif(concat_ws(',', case when operation = 'update' and o is not distinct from null then 'gap' end, change.flags), ''));
end $$;

-- The one door for what engine "client" logs. Its callers are the roles of applications, and with it one can claim any change, as
-- with record() any event: the entry says `change.client`. So it only checks that what it is given is of the form that a sealer and
-- a verifier understand.
create or replace function "audit".record_change(p_context text, p_op text, p_model text, p_key text, p_tenant text, p_data text, p_flags text) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
  actor bytea;
  unit uuid;
  flag text;
  is_object boolean;
begin
  if p_data is null or p_op is null or p_op not in ('insert', 'update', 'delete') or coalesce(octet_length(p_model), 0) not between 1 and 1024
    or octet_length(p_flags) > 100 or octet_length(p_context) > 131072 then
    raise exception 'audit: this is not a change of a row' using errcode = '22023';
  end if;
  if octet_length(concat(p_key, p_tenant)) > 1048576 or octet_length(p_data) > 134217728 then
    -- The write must go through, and the entry says that it cannot show it.
    p_key := left(p_key, 1000);
    p_tenant := left(p_tenant, 1000);
    p_data := '{"id":' || coalesce(to_json(p_key)::text, 'null') || ',"truncated":"the row is too large to be logged"}';
    p_flags := concat_ws(',', p_flags, 'truncated');
  end if;
  if exists (select from unnest(string_to_array(p_flags, ',')) f (name) where f.name not in ('gap', 'malformed', 'redacted', 'truncated')) then
    raise exception 'audit: a change is flagged gap, malformed, redacted or truncated' using errcode = '22023';
  end if;
  begin
    is_object := json_typeof(p_data::json) = 'object';
  exception when data_exception or program_limit_exceeded then
    is_object := false; -- PostgreSQL would repeat a piece of it
  end;
  if not is_object then
    raise exception 'audit: data must be a JSON object' using errcode = '22023';
  end if;
  -- The section and the column that is projected from it say the same, whoever the caller is: of two members of a name the last one counts.
  if strpos(p_data, '\u') > 0 then
    p_data := left(rtrim(p_data, E' \t\n\r'), -1);
    p_data := p_data || case when btrim(p_data, E' \t\n\r') = '{' then '' else ',' end || '"id":' || coalesce(to_json(p_key)::text, 'null') || '}';
  elsif (p_data::json -> 'id')::text is distinct from to_json(p_key)::text then
    raise exception 'audit: the id in the data is not the one of the change' using errcode = '22023';
  end if;
  if octet_length(p_context) > 32 then
    if p_context !~ '^[0-9a-f]+$' or octet_length(p_context) % 2 = 1 then
      raise exception 'audit: a context is hexadecimal' using errcode = '22023';
    end if;
    unit := nullif(left(p_context, 32), '00000000000000000000000000000000')::uuid;
    actor := substr(decode(p_context, 'hex'), 17);
  else
    actor := convert_to(json_strip_nulls(json_build_object('id', 'db:' || session_user, 'type', 'system',
      'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8');
    flag := 'no-context';
  end if;
  insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, header, actor, data, flags)
  values ('change.client', p_op, p_model, p_key, unit, p_tenant,
          json_build_object('action', p_model || '.' || case p_op when 'insert' then 'create' else p_op end)::text,
          actor, p_data, nullif(concat_ws(',', flag, p_flags), ''));
  return 1;
end $$;

-- Models of which both engines have logged one and the same change within the last ten minutes: doctor asks. Looks at the newest
-- thousand rows, by their key.
create or replace function "audit".logged_twice() returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with newest as materialized (
    select c.xid, c.at, c.source, c.op, c.model, c.resource_id, c.data from "audit".content c order by c.pos desc limit 1000)
  select coalesce(array_agg(distinct c.model order by c.model), '{}')
    from newest c join newest t on (t.xid, t.op) = (c.xid, c.op) and t.resource_id is not distinct from c.resource_id
   where c.source = 'change.client' and t.source = 'change' and c.at > now() - interval '10 minutes'
     and (t.model = c.model or t.data = c.data)
$$;

revoke all on function "audit".logged_twice() from public;
revoke all on function "audit".client_change(text[], text, text, record, record) from public;
revoke all on function "audit".record_change(text, text, text, text, text, text, text) from public;
