-- The log for plain SQL: `log`, one row an entry, and what its columns are made by. Whatever stands in a row, it never ends an answer: a
-- section is understood or NULL. `exception when others` lets a cancellation and a timeout through.
-- A section is read for each column that is asked for, and only for those: that is why each is a function of its own.

select set_config('audit.is_new', case when to_regclass('"audit".log') is null then 'yes' else '' end, true);

-- The least id (UUIDv7) of that millisecond: `where id >= "audit".id_at('2026-03-01') and id < "audit".id_at('2026-03-02')` is a range of an index.
create or replace function "audit".id_at(p_at timestamptz) returns uuid
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select (lpad(to_hex(case when p_at <= 'epoch' then 0 when p_at >= '10889-08-02 05:31:50.655+00' then 281474976710655
                           else floor(extract(epoch from p_at) * 1000)::bigint end), 12, '0') || '70008000000000000000')::uuid
   where p_at is not null
$$;

-- JSON in which NUL and halves of surrogate pairs, which PostgreSQL cannot hold as text, are U+FFFD.
create or replace function "audit".legible(p_json text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
  select regexp_replace(regexp_replace(regexp_replace(p_json,
    '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g'),
    '(?<!\\)((?:\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])', '\1\\ufffd', 'g'),
    '(?<!\\u[dD][89abAB][0-9a-fA-F]{2})(?<!\\)((?:\\\\)*)\\u[dD][c-fC-F][0-9a-fA-F]{2}', '\1\\ufffd', 'g')
$$;

-- A member of a JSON object; null where there is none of it. Beyond 64 MiB nothing is read.
create or replace function "audit".member(p_json text, p_name text) returns json
language plpgsql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
begin
  if octet_length(p_json) > 67108864 then
    return null;
  end if;
  return p_json::json -> p_name;
exception when others then
  begin
    return case when strpos(p_json, '\u0000') + strpos(p_json, '\ud') + strpos(p_json, '\uD') > 0 then "audit".legible(p_json)::json -> p_name end;
  exception when others then
    return null;
  end;
end $$;

-- The same where it is text.
create or replace function "audit".member_text(p_json text, p_name text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v json := "audit".member(p_json, p_name);
begin
  return case json_typeof(v) when 'string' then v #>> '{}' end;
exception when others then
  return null;
end $$;

-- The same as jsonb; what jsonb cannot hold (a number beyond all bounds) is the JSON's text, as a string.
create or replace function "audit".member_json(p_json text, p_name text) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v json := "audit".member(p_json, p_name);
begin
  return nullif(v::jsonb, 'null');
exception when others then
  begin
    return to_jsonb(v::text);
  exception when others then
    return null;
  end;
end $$;

-- The same where it is a whole number of milliseconds.
create or replace function "audit".member_count(p_json text, p_name text) returns bigint
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v json := "audit".member(p_json, p_name);
begin
  return case when json_typeof(v) = 'number' then (v #>> '{}')::bigint end;
exception when others then
  return null;
end $$;

-- The same where it is a number.
create or replace function "audit".member_number(p_json text, p_name text) returns double precision
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v json := "audit".member(p_json, p_name);
begin
  return case when json_typeof(v) = 'number' then (v #>> '{}')::double precision end;
exception when others then
  return null;
end $$;

-- The strings of a list; none of it where there is no list.
create or replace function "audit".member_list(p_json text, p_name text) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v json := "audit".member(p_json, p_name);
begin
  return array(select e.value #>> '{}' from json_array_elements(case when json_typeof(v) = 'array' then v else '[]' end) with ordinality e (value, place)
                where json_typeof(e.value) = 'string' order by e.place);
exception when others then
  return null;
end $$;

-- The text of the section `actor`, as the sealer reads it: one byte order mark is none of it, and one wrong byte spoils all.
create or replace function "audit".actor_text(p_actor bytea) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case when octet_length(p_actor) <= 67108864 then convert_from(case when substr(p_actor, 1, 3) = decode('efbbbf', 'hex') then substr(p_actor, 4) else p_actor end, 'UTF8') end;
exception when others then
  return null;
end $$;

-- The fields of `old` and `new` that differ, by their columns: all, where one of the two is missing. Redacted, masked and cut values
-- are told apart by what the section says of them (docs/record-format.md).
create or replace function "audit".changed_fields(p_data text) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  d jsonb;
  o jsonb;
  n jsonb;
  redacted jsonb;
  altered jsonb;
  ignored jsonb;
  whole boolean;
begin
  if octet_length(p_data) > 67108864 then
    return null;
  end if;
  begin
    d := p_data::jsonb;
  exception when others then
    d := "audit".legible(p_data)::jsonb;
  end;
  o := case when jsonb_typeof(d -> 'old') = 'object' then d -> 'old' end;
  n := case when jsonb_typeof(d -> 'new') = 'object' then d -> 'new' end;
  if o is null and n is null then
    return null;
  end if;
  whole := o is null or n is null;
  redacted := case when jsonb_typeof(d -> 'redacted') = 'array' then d -> 'redacted' else '[]' end;
  altered := case when jsonb_typeof(d -> 'redactedChanged') = 'array' then d -> 'redactedChanged' else '[]' end;
  ignored := case when jsonb_typeof(d -> 'ignored') = 'array' then d -> 'ignored' else '[]' end;
  return array(
    select f.name from (select jsonb_object_keys(o) as name union select jsonb_object_keys(n)) f
     where case
       when ignored ? f.name then whole
       when redacted ? f.name then whole or altered ? f.name
       else whole or altered ? f.name
         or exists (select from jsonb_array_elements_text(redacted) r (path) where starts_with(r.path, f.name || '.') and altered ? r.path)
         or coalesce(d #> '{jsonNull,old}' ? f.name, false) <> coalesce(d #> '{jsonNull,new}' ? f.name, false)
         or not (jsonb_typeof(d #> array['masked', 'old', f.name]) is not distinct from 'string' or jsonb_typeof(d #> array['masked', 'new', f.name]) is not distinct from 'string')
            and ((o -> f.name)::text is distinct from (n -> f.name)::text or d #> array['cut', 'old', f.name] is distinct from d #> array['cut', 'new', f.name]) end
     order by f.name collate "C");
exception when others then
  return null;
end $$;

-- A part for whoever guards a door: see "audit".access_log.
alter table "audit".level_role drop constraint if exists level_role_part_check;
alter table "audit".level_role add constraint level_role_part_check check (part in ('app', 'sealer', 'reader', 'auditor', 'guard', 'follower'));

-- Whether a role sees all tenants where a view runs with the rights of its owner: the owner's, the auditor's and the sealer's do; everybody, as
-- long as there is nobody who sees one tenant alone.
create or replace function "audit".sees_all(p_role name) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select not exists (select from "audit".level_role l where l.part in ('reader', 'guard'))
      or exists (select from "audit".level_role l join pg_roles r on r.rolname = l.role where l.part in ('auditor', 'sealer') and pg_has_role(p_role, r.oid, 'usage'))
      or pg_has_role(p_role, (select c.relowner from pg_class c where c.oid = '"audit".entry'::regclass), 'usage')
$$;

-- One row an entry; none of the registry. Columns by which an entry is found are those of the index (the e-mail in small letters); `old`, `new`
-- and `details` are jsonb. From PostgreSQL 15 on it runs with the rights of whoever asks, and the policies of the tables keep tenants
-- apart. Before, a view runs with those of its owner: there the predicate of the reader's policy stands in it.
-- `access_log`, one row an access: who came and went. It is all that a guard may read.
do $do$
declare
  log_columns constant text := $sql$
    select e.id, e.chain, e.seq, k.origin, e.tenant_key as tenant, e.occurred_at, e.sealed_at, e.source, e.action, e.outcome,
           "audit".member_text(e.body, 'severity') as severity, "audit".member_count(e.body, 'durationMs') as duration_ms, "audit".member_list(e.body, 'flags') as flags,
           e.group_id, "audit".member_text(e.body, 'tx') as tx, e.resource_type, e.resource_id,
           e.actor_id, "audit".member_text("audit".actor_text(c.actor), 'type') as actor_type, e.actor_email, "audit".member_text("audit".actor_text(c.actor), 'role') as actor_role,
           "audit".member_text("audit".actor_text(c.actor), 'onBehalfOf') as on_behalf_of, e.address as ip, "audit".member_text("audit".actor_text(c.actor), 'userAgent') as user_agent,
           "audit".member_text("audit".actor_text(c.actor), 'session') as session, e.request_id,
           "audit".member_json(c.data, 'old') as old, "audit".member_json(c.data, 'new') as new, "audit".changed_fields(c.data) as changed,
           "audit".member_text(c.data, 'reason') as reason, "audit".member_json(c.data, 'error') as error, "audit".member_json(c.data, 'details') as details, encode(e.hash, 'hex') as hash
      from "audit".entry e left join "audit".chain k on k.chain = e.chain left join "audit".content c on c.pos = e.pos
     where e.chain > 0$sql$;
  access_columns constant text := $sql$
    select e.id, e.occurred_at, e.tenant_key as tenant, e.resource_id as point, "audit".member_text("audit".member(c.data, 'details')::text, 'direction') as direction,
           substr(e.action, 8) as event, "audit".member_text("audit".member(c.data, 'details')::text, 'method') as method, e.subject, e.plate,
           "audit".member_json("audit".member(c.data, 'details')::text, 'vehicle') as vehicle, "audit".member_number("audit".member(c.data, 'details')::text, 'confidence') as confidence,
           "audit".member_text("audit".member(c.data, 'details')::text, 'evidenceUrl') as evidence_url, "audit".member_text("audit".member(c.data, 'details')::text, 'authorizedBy') as authorized_by, e.outcome
      from "audit".entry e left join "audit".content c on c.pos = e.pos
     where e.chain > 0 and e.resource_type = 'AccessPoint' and e.action in ('access.entry', 'access.exit', 'access.denied', 'access.visitor')$sql$;
  -- In a sub-select they are looked for once. One condition, not a union of two: of that, a barrier lets conditions of the asker's through.
  tenants constant text := $sql$(select case when "audit".sees_all(current_user) then array(select a.tenant_key from "audit".chain a)
    else array[case when current_setting('audit.no_tenant', true) = 'on' then '' else nullif(current_setting('audit.tenant', true), '') end] end)::text[]$sql$;
  is_invoker constant boolean := current_setting('server_version_num')::integer >= 150000;
  kind constant text := case when is_invoker then 'security_invoker' else 'security_barrier' end;
  wall constant text := case when is_invoker then '' else ' and e.tenant_key = any (' || tenants || ')' end;
begin
  execute format('create or replace view "audit".log with (%s = true) as ', kind) || log_columns || wall;
  execute format('create or replace view "audit".access_log with (%s = true) as ', kind) || access_columns || wall;
end $do$;

do $$
declare
  r record;
begin
  -- As in 0010_registry.sql: default privileges of the database may have opened what was just created.
  for r in
    select c.oid::regclass as object, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)::text) end as role
      from pg_class c, aclexplode(c.relacl) a
     where c.oid in ('"audit".log'::regclass, '"audit".access_log'::regclass) and a.grantee <> c.relowner and current_setting('audit.is_new', true) = 'yes'
  loop
    execute format('revoke all on %s from %s cascade', r.object, r.role);
  end loop;
end $$;
revoke all on function "audit".id_at(timestamptz), "audit".legible(text), "audit".member(text, text), "audit".member_text(text, text), "audit".member_json(text, text),
  "audit".member_count(text, text), "audit".member_number(text, text), "audit".member_list(text, text), "audit".actor_text(bytea), "audit".changed_fields(text), "audit".sees_all(name) from public;
