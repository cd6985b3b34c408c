-- client_change(): engine "client" logs a change of a row by it, in the statement that changed the row (RETURNING) or in the one
-- behind it. What is hidden, cut and told is decided by the same function as for the triggers of engine "database"; who acts is
-- what the application says, as in record().
--
-- p_args: what a capture trigger of the table would have (0004_capture.sql), counted from 0. p_context: 32 hex digits of the
-- unit of work, then the actor section in hex; empty if there is none. p_op: null says that it follows from the images; `update`
-- without an old image is a change whose old values nobody saw, and is flagged `gap`.
-- Unlike a trigger this runs where an application may call it: it must not say more than whether the row was logged.

create or replace function "audit".client_change(p_args text[], p_context text, p_op text, o record, n record) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set "TimeZone" = 'UTC' set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 set lc_monetary = 'C' set plan_cache_mode = 'force_generic_plan'
as $$
#variable_conflict use_variable
declare
  operation text := coalesce(p_op, case when o is not distinct from null then 'insert' when n is not distinct from null then 'delete' else 'update' end);
  actor bytea;
  unit uuid;
  flag text;
  change record;
begin
  if o is distinct from null and n is distinct from null then
    if o *= n then return 0; end if; -- same record image: nothing changed
  end if;
  if octet_length(p_context) > 32 then
    unit := nullif(left(p_context, 32), '00000000000000000000000000000000')::uuid;
    actor := substr(decode(p_context, 'hex'), 17);
  else
    actor := convert_to(json_strip_nulls(json_build_object('id', 'db:' || session_user, 'type', 'system',
      'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8');
    flag := 'no-context';
  end if;
  change := "audit".change(o, n, p_args);
  if change.data is null then return 0; end if;
  if operation = 'update' and o is not distinct from null then flag := concat_ws(',', flag, 'gap'); end if;
  insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, header, actor, data, flags)
  values ('change.client', operation, p_args[0], change.key, unit, change.tenant,
          json_build_object('action', p_args[0] || '.' || case operation when 'insert' then 'create' else operation end)::text,
          actor, change.data, nullif(concat_ws(',', flag, change.flags), ''));
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
