-- capture(): the trigger behind engine "database". It writes old and new values in the statement that changed them: once for
-- each statement where that is right, for each row where it is not (level_of), and for TRUNCATE.
-- What it writes is raw and lean; the sealer finishes it.
--
-- Arguments, each '' if it does not apply:
--   0 model · 1 single key column · 2 composite key columns as text[] · 3 rules as JSON, with all that follows · 4 tenant column
--   5 columns that are not stored, as {column: null, …} · 6 columns that are never told, in the same form
--   7 redacted columns as text[] · 8 columns of documents as text[] · 9 what suspect() looks for, as bytea[]; '' for the default
--  10 hidden: columns are; masked: and some with their last characters shown; short: one row may go the short way; pair: it may when it is inserted, its key has two columns
--  11 `,"column":` of the only document, if it is jsonb · 12 the same of the next column · 13 `{"column":` of the single key
-- Rules: {"blank": {column: null, …}, "redact": [column, …], "mask": {column: n, …}, "ignore": [column, …],
--         "json": [column, …], "names": {"words": [pattern, …], "run", "whole", "except": [name, …]}}, names absent for the default.
-- Each statement copies the arguments of all triggers of its table, so the default list of secret names is here and not in them.
--
-- The settings pinned below colour the text of values (bytea, floats, times, money): the log must not depend on the session.
-- No statement here names a column of the audited table, so that no change of it can make a write fail.

-- Escapes that `->>` refuses although a column of type json may hold them (NUL, surrogates) are left out of this copy.
create or replace function "audit".readable(row_text text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  perform json_object_keys(row_text::json);
  return row_text;
exception when others then
  return regexp_replace(row_text, '(\\(?:[^u]|u(?!0000|[dD][89a-fA-F])))|\\u[0-9a-fA-F]{4}', '\1', 'g');
end $$;

-- The record's id: the key's value as text, or a JSON array of them. Null if a key column is not there.
create or replace function "audit".key_of(row_text text, single text, composite text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when single <> '' then row_text::json ->> single
              when composite <> '' then (
                select case when bool_and(v.value is not null) then '[' || string_agg(to_json(v.value)::text, ',' order by v.ord) || ']' end
                  from (select row_text::json ->> k.name as value, k.ord from unnest(composite::text[]) with ordinality as k (name, ord)) v) end
$$;

-- The next six are asked of each row. They have no search path of their own, so that they become part of the statement that calls
-- them, and cost no call: so each name in them is qualified.

-- Whether JSON is free of escapes that `->>` might refuse.
create or replace function "audit".plain(row_text text) returns boolean
language sql immutable as $$
  select pg_catalog.strpos(row_text, '\') operator(pg_catalog.=) 0 or pg_catalog.strpos(row_text, '\u') operator(pg_catalog.=) 0
$$;

-- The key of a row as text, if its JSON begins with it and it is a number or a simple string; else null. `start`: of the JSON, up to its
-- first comma; `mark`: what it has before the key.
create or replace function "audit".first_value(start text, mark text) returns text
language sql immutable as $$
  select case when not pg_catalog.starts_with(start, mark) then null
              when pg_catalog.strpos('-0123456789', pg_catalog.substr(start, pg_catalog.length(mark) operator(pg_catalog.+) 1, 1)) operator(pg_catalog.>) 0
               and pg_catalog.right(start, 1) operator(pg_catalog.<>) '}'
              then pg_catalog.substr(start, pg_catalog.length(mark) operator(pg_catalog.+) 1)
              when pg_catalog.starts_with(start, mark operator(pg_catalog.||) '"') and pg_catalog.right(start, 1) operator(pg_catalog.=) '"'
               and pg_catalog.length(start) operator(pg_catalog.>) (pg_catalog.length(mark) operator(pg_catalog.+) 1) and pg_catalog.strpos(start, '\') operator(pg_catalog.=) 0
              then pg_catalog.substr(start, pg_catalog.length(mark) operator(pg_catalog.+) 2, pg_catalog.length(start) operator(pg_catalog.-) pg_catalog.length(mark) operator(pg_catalog.-) 2) end
$$;

-- As key_of() of several columns, of which there are mostly two.
create or replace function "audit".composite_key(row_text text, columns text[]) returns text
language sql stable as $$
  select case when columns[3] is null
              then '[' operator(pg_catalog.||) pg_catalog.to_json(row_text::pg_catalog.json operator(pg_catalog.->>) columns[1])::pg_catalog.text operator(pg_catalog.||) ','
                   operator(pg_catalog.||) pg_catalog.to_json(row_text::pg_catalog.json operator(pg_catalog.->>) columns[2])::pg_catalog.text operator(pg_catalog.||) ']'
              else "audit".key_of(row_text, '', columns::pg_catalog.text) end
$$;

-- The document of a row with one, cut out of its JSON: parsing all of it takes six times as long. `mark`: its name in a row's JSON with what is
-- around it, `,"name":`; `next_mark`: that of the next column. Neither is anywhere else: where that text has a quote that is not escaped, a
-- string begins or ends; behind one that ends there is no name, and before one that begins jsonb has a space. Where the next column has
-- gone, all the rest; where the document has, nothing, which is suspect.
create or replace function "audit".document(row_text text, mark text, next_mark text) returns text
language sql immutable as $$
  select pg_catalog.split_part(pg_catalog.split_part(row_text, mark, 2), next_mark, 1)
$$;

-- Whether a document, or one of two with a `}` between them, may hold a secret, or is null or missing: where it is false, there is none of it.
-- `words`: null for the default.
create or replace function "audit".suspect(document text, words bytea[]) returns boolean
language sql stable as $$
  select pg_catalog.convert_to(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.lower(document), '_', ''), '-', ''), '.', ''), ' ', ''), 'UTF8')
    operator(pg_catalog.~~) any (coalesce(words,
    '{"","null%","%}null%","%password%","%passwd%","%pwd%","%passphrase%","%passcode%","%secret%","%token%","%otp%","%cvv%","%cvc%","%ssn%","%pin%","%credential%","%authorization%","%cookie%","%key%","%card%","%recovery%","%iban%"}'::pg_catalog.bytea[]))
$$;

-- Whether it is the column that is null, rather than a JSON null in it. `mark`: of document().
create or replace function "audit".is_empty(document text, r anyelement, mark text) returns boolean
language sql stable as $$
  select pg_catalog.starts_with(document, 'null')
     and pg_catalog.json_populate_record(r, ('{' operator(pg_catalog.||) pg_catalog.substr(mark, 2) operator(pg_catalog.||) 'null}')::pg_catalog.json) operator(pg_catalog.*=) r
$$;

-- The default list of secret names, as secretPatterns() in src/event/redaction.ts makes it.
create or replace function "audit".secret_names() returns json
language sql immutable set search_path = pg_catalog, pg_temp as $names$
  select '{"words":["%password%","%passwd%","%pwd%","%passphrase%","%passcode%","%secret%","%token%","%otp%","%cvv%","%cvc%","%ssn%","%pin%","%credential%","%authorization%","%cookie%","%key%","%card%","%recovery%","%iban%"],"run":" password | passwd | pwd | passphrase | passcode | secret | token | otp | totp | cvv | cvc | ssn | pin | credential | authorization | cookie | api key | access key | private key | encryption key | signing key | card number | credit card | recovery code | iban |password|passphrase|passcode|credential|authorization|accesskey|privatekey|encryptionkey|signingkey|cardnumber|creditcard|recoverycode|passwd(?:hash|key|value|salt|digest)? |secret(?:hash|key|value|salt|digest)? |token(?:hash|key|value|salt|digest)? |cookie(?:hash|key|value|salt|digest)? |apikey(?:hash|key|value|salt|digest)? ","whole":"^password$|^passwd$|^pwd$|^passphrase$|^passcode$|^secret$|^token$|^otp$|^totp$|^cvv$|^cvc$|^ssn$|^pin$|^credential$|^authorization$|^cookie$|^apikey$|^accesskey$|^privatekey$|^encryptionkey$|^signingkey$|^cardnumber$|^creditcard$|^recoverycode$|^iban$","except":[]}'::json
$names$;

-- Whether a name inside a document is that of a secret; the words are cut as in src/event/redaction.ts.
create or replace function "audit".is_secret(name text, names json) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  words text := name;
begin
  if not translate(lower(name), '_-. ', '') like any (array(select json_array_elements_text(names -> 'words'))) then
    return false;
  end if;
  words := regexp_replace(words, '([A-Z]{2,})s(?![a-z])', '\1 ', 'g');
  words := regexp_replace(words, '([a-z])([A-Z])', '\1 \2', 'g');
  words := regexp_replace(words, '([A-Z])([A-Z][a-z])', '\1 \2', 'g');
  words := regexp_replace(words, '([0-9]+)', ' \1 ', 'g');
  words := ' ' || trim(lower(regexp_replace(words, '[^[:alpha:]0-9]+', ' ', 'g'))) || ' ';
  words := regexp_replace(words, '(sses|[^s ][^s ]s|s[^s ]s)(?= )', '<\1>', 'g');
  words := regexp_replace(regexp_replace(words, '<sses>', 'ss', 'g'), '<(..)s>', '\1', 'g');
  return replace(words, ' ', '') <> all (array(select json_array_elements_text(names -> 'except')))
    and (words ~ (names ->> 'run') or replace(words, ' ', '') ~ (names ->> 'whole'));
end $$;

-- The document with "[redacted]" for every secret in it, and where they stood with what they were. Fails on what cannot be walked.
create or replace function "audit".redact(doc json, names json, path text, out safe text, out secrets jsonb)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  name text;
  value json;
  inner_safe text;
  inner_secrets jsonb;
  parts text[] := '{}';
  n integer := 0;
begin
  secrets := '{}';
  case json_typeof(doc)
    when 'object' then
      for name, value in select e.key, e.value from json_each(doc) e loop
        if "audit".is_secret(name, names) then
          secrets := secrets || jsonb_build_object(path || '.' || name, value::text);
          inner_safe := case when json_typeof(value) = 'null' then 'null' else '"[redacted]"' end;
        else
          select r.safe, r.secrets into inner_safe, inner_secrets from "audit".redact(value, names, path || '.' || name) r;
          secrets := secrets || inner_secrets;
        end if;
        parts := parts || (to_json(name)::text || ':' || inner_safe);
      end loop;
      safe := '{' || array_to_string(parts, ',') || '}';
    when 'array' then
      for value in select e.value from json_array_elements(doc) e loop
        select r.safe, r.secrets into inner_safe, inner_secrets from "audit".redact(value, names, path || '.' || n) r;
        secrets := secrets || inner_secrets;
        parts := parts || inner_safe;
        n := n + 1;
      end loop;
      safe := '[' || array_to_string(parts, ',') || ']';
    else
      safe := doc::text;
  end case;
end $$;

-- The last characters of a value; none of a value that they would be half of.
create or replace function "audit".masked(value text, shown integer) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select '****' || case when length(value) >= 2 * shown then right(value, shown) else '' end
$$;

-- What of one image of a record may be stored: `image`, with null for what may not; `plain`, the same without escapes that cannot
-- be read; `members` of the data section that say so, as {"masked": …, "cut": …, "jsonNull": …}; `secrets` by their path, for
-- comparison alone.
create or replace function "audit".image(r record, rules json, out image text, out plain text, out members jsonb, out secrets jsonb)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  over jsonb := coalesce(rules ->> 'blank', '{}');
  full_text text := row_to_json(r)::text;
  name text;
  shown text;
  value text;
  document record;
  row_json json; -- parsed once: it may be large
  empty boolean;
  names constant json := coalesce(rules -> 'names', "audit".secret_names());
  limit_bytes constant integer := 1048576;
begin
  members := '{}';
  secrets := '{}';
  if full_text is null then return; end if;
  plain := case when strpos(full_text, '\u') = 0 then full_text else "audit".readable(full_text) end;

  row_json := plain;
  for name in select json_array_elements_text(rules -> 'redact') loop
    secrets := secrets || jsonb_build_object(name, row_json ->> name);
  end loop;
  for name, shown in select m.key, m.value from json_each_text(rules -> 'mask') m loop
    value := row_json ->> name;
    secrets := secrets || jsonb_build_object(name, value);
    if value is not null then
      members := jsonb_set(members, '{masked}', coalesce(members -> 'masked', '{}') || jsonb_build_object(name, "audit".masked(value, shown::integer)));
    end if;
  end loop;
  for name in select json_array_elements_text(rules -> 'json') loop
    value := (row_json -> name)::text;
    if value = 'null' then
      -- A JSON null, unless the column is as empty as an empty one.
      begin
        empty := json_populate_record(r, json_build_object(name, null)) *= r;
      exception when others then
        empty := false; -- its domain refuses NULL
      end;
      if not empty then members := jsonb_set(members, '{jsonNull}', coalesce(members -> 'jsonNull', '[]') || to_jsonb(name)); end if;
    elsif strpos(value, '\u') > 0 or "audit".suspect(value, array(select convert_to(json_array_elements_text(names -> 'words'), 'UTF8'))) then
      begin
        select d.safe, d.secrets into document from "audit".redact(value::json, names, name) d;
        if document.secrets <> '{}' then
          over := over || jsonb_build_object(name, case when plain = full_text then document.safe::jsonb else to_jsonb('[redacted]'::text) end);
          secrets := secrets || document.secrets;
        end if;
      exception when others then
        -- It cannot be looked into: nothing of it is shown.
        over := over || jsonb_build_object(name, '[redacted]');
        secrets := secrets || jsonb_build_object(name, value);
      end;
    end if;
  end loop;
  if octet_length(full_text) > limit_bytes then
    for name in select json_object_keys(row_json) loop
      continue when over -> name = 'null';
      value := row_json ->> name;
      continue when octet_length(value) <= limit_bytes or value is null;
      if over ? name then value := (over -> name)::text; end if; -- without its secrets
      over := over || jsonb_build_object(name, null);
      members := jsonb_set(members, '{cut}', coalesce(members -> 'cut', '{}') || jsonb_build_object(name,
        jsonb_build_object('bytes', octet_length(value), 'sha256', encode(sha256(convert_to(value, 'UTF8')), 'hex'))));
    end loop;
  end if;
  if over = '{}' then
    image := full_text;
  else
    begin
      image := row_to_json(json_populate_record(r, over::json))::text;
    exception when others then
      -- A domain that refuses what is put in the place of a value.
      select '{' || string_agg(to_json(e.key)::text || ':' || coalesce((over -> e.key)::text, e.value::text), ',') || '}' into image from json_each(row_json) e;
    end;
    plain := case when strpos(image, '\u') = 0 then image else "audit".readable(image) end;
  end if;
end $$;

-- One change where there are rules, or large values. `data` is null when nothing is to be logged.
create or replace function "audit".change_by_rules(o record, n record, args text[], out key text, out tenant text, out data text, out flags text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  rules json := coalesce(nullif(args[3], ''), '{}');
  ignored json := rules -> 'ignore';
  before record;
  after record;
  whose text;
  hidden text[];
  changed text[];
  members jsonb := '{}';
begin
  if o is distinct from null and n is distinct from null and json_array_length(ignored) > 0 then
    begin
      if json_populate_record(o, rules -> 'untold') *= json_populate_record(n, rules -> 'untold') then return; end if;
    exception when others then
      null; -- a domain that refuses NULL: such a change is told, without its values
    end;
  end if;
  select * into before from "audit".image(o, rules);
  select * into after from "audit".image(n, rules);
  whose := coalesce(after.plain, before.plain); -- after a change of the key: the new one
  key := "audit".key_of(whose, args[1], args[2]);
  if key is null and args[1] || args[2] <> '' and not coalesce((rules ->> 'blank')::jsonb ? args[1], false) then flags := 'malformed'; end if;
  if args[4] <> '' then tenant := whose::json ->> args[4]; end if;
  data := concat('{', '"id":' || to_json(key)::text || ',', '"new":' || after.image, case when before.image is not null and after.image is not null then ',' end,
    '"old":' || before.image);
  if octet_length(data) > 67108864 then -- 64 MiB: what sealer and verifier can hold
    raise exception using errcode = 'program_limit_exceeded';
  end if;

  select array_agg(k order by k collate "C") into hidden
    from (select jsonb_object_keys(before.secrets || after.secrets) k except select json_object_keys(rules -> 'mask')) s;
  hidden := coalesce(hidden, '{}');
  if hidden <> '{}' then
    flags := concat_ws(',', flags, 'redacted');
    members := members || jsonb_build_object('redacted', hidden);
  end if;
  if before.image is not null and after.image is not null then
    select array_agg(k order by k collate "C") into changed
      from jsonb_object_keys(before.secrets || after.secrets) k where before.secrets -> k is distinct from after.secrets -> k;
    if changed is not null then members := members || jsonb_build_object('redactedChanged', changed); end if;
  end if;
  select members || coalesce(jsonb_object_agg(m.name, m.sides), '{}') into members
    from (select s.name, jsonb_object_agg(s.side, s.value) as sides
            from (select 'old' as side, e.key as name, e.value from jsonb_each(before.members) e
                  union all select 'new', e.key, e.value from jsonb_each(after.members) e) s
           group by s.name) m;
  if members ? 'cut' then flags := concat_ws(',', flags, 'truncated'); end if;
  if json_array_length(ignored) > 0 then members := members || jsonb_build_object('ignored', ignored); end if;
  data := data || case when members = '{}' then '' else ',' || substr(members::text, 2, length(members::text) - 2) end || '}';
exception when program_limit_exceeded or out_of_memory or internal_error then
  -- A row that has no JSON of a size that can be held: the write must go through, and the entry says that it cannot show it.
  data := concat('{', '"id":' || to_json(key)::text || ',', '"truncated":"the row is too large to be logged"}');
  flags := concat_ws(',', case when json_array_length(rules -> 'redact') > 0 then 'redacted' end, 'truncated');
end $$;

-- One change, the short way: nearly all there are. What is large, masked, or has to be looked into goes the long way.
create or replace function "audit".change(o record, n record, args text[],
  out key text, out tenant text, out data text, out flags text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  old_row json;
  new_row json;
  old_document text;
  new_document text;
  column_name text;
  changed text[];
  secrets constant text[] := nullif(args[7], '')::text[];
  documents constant text[] := nullif(args[8], '')::text[];
  words constant bytea[] := nullif(args[9], '')::bytea[];
  whose json;
  -- 256 KiB as stored is less than 1 GB as JSON, however well it was compressed.
  long_way boolean := args[10] = 'masked' or coalesce(pg_column_size(o), 0) + coalesce(pg_column_size(n), 0) > 262144;
begin
  if not long_way then
    old_row := row_to_json(o);
    new_row := row_to_json(n);
    if args[3] <> '' then
      begin
        if args[6] <> '' and old_row is not null and new_row is not null then
          if json_populate_record(o, args[6]::json) *= json_populate_record(n, args[6]::json) then return; end if;
        end if;
        long_way := strpos(concat(old_row, new_row), '\u') > 0;
        if not long_way and documents is not null then
          foreach column_name in array documents loop
            old_document := (old_row -> column_name)::text;
            new_document := (new_row -> column_name)::text;
            if new_document = old_document then new_document := null; end if;
            -- null: of the column, or in the document?
            if (case when old_document = 'null' then not json_populate_record(o, json_build_object(column_name, null)) *= o
                    else "audit".suspect(old_document, words) end)
              or (case when new_document = 'null' then not json_populate_record(n, json_build_object(column_name, null)) *= n
                    else "audit".suspect(new_document, words) end) then
              long_way := true;
              exit;
            end if;
          end loop;
        end if;
        if not long_way and args[5] <> '' then
          if secrets is not null and old_row is not null and new_row is not null then
            foreach column_name in array secrets loop
              if old_row ->> column_name is distinct from new_row ->> column_name then changed := changed || column_name; end if;
            end loop;
          end if;
          -- In a copy of the record, before there is any JSON to be stored.
          if old_row is not null then old_row := row_to_json(json_populate_record(o, args[5]::json)); end if;
          if new_row is not null then new_row := row_to_json(json_populate_record(n, args[5]::json)); end if;
        end if;
      exception when others then
        long_way := true; -- a domain that refuses NULL
      end;
    end if;
  end if;
  if long_way then
    select c.key, c.tenant, c.data, c.flags into key, tenant, data, flags from "audit".change_by_rules(o, n, args) c;
    return;
  end if;

  whose := coalesce(new_row, old_row); -- after a change of the key: the new one
  if strpos(whose::text, '\u') > 0 then whose := "audit".readable(whose::text); end if;
  if args[1] <> '' then
    key := whose ->> args[1];
  elsif args[2] <> '' then
    key := "audit".key_of(whose::text, '', args[2]);
  end if;
  if key is null and args[1] || args[2] <> '' and strpos(args[5], to_json(args[1])::text) = 0 then
    flags := 'malformed'; -- a key column that was renamed: the change is logged without its id
  end if;
  if args[4] <> '' then tenant := whose ->> args[4]; end if;
  if old_row is null then
    data := concat('{', '"id":' || to_json(key)::text || ',', '"new":', new_row);
  elsif new_row is null then
    data := concat('{', '"id":' || to_json(key)::text || ',', '"old":', old_row);
  else
    data := concat('{', '"id":' || to_json(key)::text || ',', '"new":', new_row, ',"old":', old_row);
  end if;
  if secrets is not null then
    flags := concat_ws(',', flags, 'redacted');
    data := concat(data, ',"redacted":', array_to_json(secrets), ',"redactedChanged":' || array_to_json(changed)::text);
  end if;
  data := concat(data, case when args[6] <> '' then ',"ignored":' || (args[3]::json -> 'ignore')::text end, '}');
end $$;

-- Logs one change. It says false, so that it can be the last of the conditions for logging it in a shorter way.
create or replace function "audit".log_change(op text, o record, n record, args text[], unit uuid, actor bytea, flag text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  change constant record := "audit".change(o, n, args);
begin
  if change.data is not null then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, actor, data, flags)
    values ('change', op, args[0], change.key, unit, change.tenant, actor, change.data, nullif(concat_ws(',', flag, change.flags), ''));
  end if;
  return false;
end $$;

create or replace function "audit".capture() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set "TimeZone" = 'UTC' set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 set lc_monetary = 'C' set plan_cache_mode = 'force_generic_plan'
as $$
#variable_conflict use_variable
declare
  query text := current_query();
  -- The last comment counts: ours is always the last, so one smuggled into raw SQL cannot win.
  comment text := split_part(query, '/*audit1:', -1);
  actor bytea;
  unit uuid;
  flag text;
  before record;
  rows bigint;
  partition text;
begin
  -- It counts only at the end of the text (behind it a tracing driver may have put comments of its own): 32 digits for the
  -- unit of work, then the section.
  if octet_length(comment) between 35 and octet_length(query) - 1
    and (case strpos(comment, '*/') when octet_length(comment) - 1 then octet_length(comment) <= 131074
          else strpos(comment, '*/') between 34 and 131073 and substr(comment, strpos(comment, '*/') + 2) ~ '^(\s|;|/\*[^*/]*\*/)*$' end) then
    begin
      unit := nullif(left(comment, 32), '00000000000000000000000000000000')::uuid;
      actor := substr(decode(split_part(comment, '*/', 1), 'hex'), 17);
    exception when others then
      unit := null;
      actor := convert_to(left(comment, 2000), 'UTF8');
      flag := 'malformed';
    end;
  else
    -- The implicit commit of a single statement has no text at all.
    if query is null or octet_length(query) < 100 and query ~* '^\s*(commit|end|prepare\s+transaction|set\s+constraints)\M' then
      -- A constraint trigger of the application's that waited for the end: who acts is who acted in this transaction.
      select c.actor, c.group_id into actor, unit
        from "audit".content c
       where c.pos > (select s.last_value - 10000 from "audit".content_pos_seq s) and c.xid = pg_current_xact_id()
         and c.source = 'change' and coalesce(c.flags, '') !~ 'no-context|malformed'
       order by c.pos desc limit 1;
      if found then flag := 'deferred'; end if;
    end if;
    if flag is null then
      actor := convert_to(json_strip_nulls(json_build_object('id', 'db:' || session_user, 'type', 'system',
        'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8');
      flag := 'no-context';
    end if;
  end if;

  -- Most statements change one row that needs no looking into. For it, all is in one statement, of few expressions: in a transaction of one
  -- write, to prepare one costs more than to evaluate it. `n.*`, not `n`: a column may have any name. What it leaves is done below.
  if tg_op = 'INSERT' and tg_argv[10] = 'short' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, actor, data, flags)
    select 'change', 'insert', tg_argv[0], q.key, unit, case when tg_argv[4] <> '' then q.jt::json ->> tg_argv[4] end, actor,
           '{"id":' || to_json(q.key)::text || ',"new":' || q.jt || '}', flag
      from (select p.n, p.jt, p.jt::json ->> tg_argv[1] as key
              from (select (n.*)::record as n, row_to_json(n.*)::text as jt from new_rows n
                     where not exists (select from new_rows offset 1) and pg_column_size(n.*) < 262144 offset 0) p
             where strpos(p.jt, '\u') = 0 offset 0) q
     where q.key is not null and (tg_argv[11] = '' or "audit".suspect("audit".document(q.jt, tg_argv[11], tg_argv[12]), nullif(tg_argv[9], '')::bytea[]) is not true
           or "audit".is_empty("audit".document(q.jt, tg_argv[11], tg_argv[12]), q.n, tg_argv[11]));
    if found then return null; end if;
  elsif tg_op = 'UPDATE' and tg_argv[10] = 'short' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, actor, data, flags)
    select 'change', 'update', tg_argv[0], q.key, unit, case when tg_argv[4] <> '' then q.jt::json ->> tg_argv[4] end, actor,
           '{"id":' || to_json(q.key)::text || ',"new":' || q.jt || ',"old":' || q.it || '}', flag
      from (select p.o, p.n, p.it, p.jt, p.jt::json ->> tg_argv[1] as key,
                   "audit".document(p.it, tg_argv[11], tg_argv[12]) as a, "audit".document(p.jt, tg_argv[11], tg_argv[12]) as b
              from (select (o.*)::record as o, (n.*)::record as n, row_to_json(o.*)::text as it, row_to_json(n.*)::text as jt from old_rows o, new_rows n
                     where not exists (select from new_rows offset 1) and pg_column_size(o.*) + pg_column_size(n.*) < 262144 and not o.* *= n.* offset 0) p
             where strpos(p.it, '\u') + strpos(p.jt, '\u') = 0 offset 0) q
     where q.key is not null and (tg_argv[11] = '' or "audit".suspect(case when q.a = q.b then q.b else q.b || '}' || q.a end, nullif(tg_argv[9], '')::bytea[]) is not true
           or q.a = q.b and "audit".is_empty(q.a, q.o, tg_argv[11]) and "audit".is_empty(q.b, q.n, tg_argv[11]));
    if found then return null; end if;
  elsif tg_op = 'INSERT' and tg_argv[10] = 'pair' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, actor, data, flags)
    select 'change', 'insert', tg_argv[0], q.key, unit, case when tg_argv[4] <> '' then q.jt::json ->> tg_argv[4] end, actor,
           '{"id":' || to_json(q.key)::text || ',"new":' || q.jt || '}', flag
      from (select p.jt, "audit".composite_key(p.jt, tg_argv[2]::text[]) as key
              from (select row_to_json(n.*)::text as jt from new_rows n
                     where not exists (select from new_rows offset 1) and pg_column_size(n.*) < 262144 offset 0) p
             where strpos(p.jt, '\u') = 0 offset 0) q
     where q.key is not null;
    if found then return null; end if;
  end if;

  if tg_op = 'TRUNCATE' then
    if exists (select from pg_class c where c.oid = tg_relid and c.relispartition) then
      partition := tg_relid::regclass::text;
      -- A TRUNCATE of the whole table fires its trigger first, and then those of the partitions. What was logged of the whole holds
      -- for this one too, unless this transaction has filled it again since.
      select c.pos into rows
        from "audit".content c
       where c.pos > (select s.last_value - 10000 from "audit".content_pos_seq s) and c.xid = pg_current_xact_id()
         and c.source = 'change' and c.op = 'truncate' and c.model = tg_argv[0] and coalesce(c.flags, '') !~ 'gap'
         and coalesce(c.data::json #>> '{details,partition}' in (select a.relid::regclass::text from pg_partition_ancestors(tg_relid) a where a.relid <> tg_relid), true)
       order by c.pos desc limit 1;
      if found and not exists (select from "audit".content c where c.pos > rows and c.xid = pg_current_xact_id()
                                  and c.source = 'change' and c.op in ('insert', 'update') and c.model = tg_argv[0]) then
        return null;
      end if;
    end if;
    -- No rows to log: that it happened, and how many rows went. Counting must not hold the lock for long.
    begin
      execute format('select count(*) from (select from %I.%I limit 100001) t', tg_table_schema, tg_table_name) into rows;
      if rows > 100000 then
        flag := concat_ws(',', flag, 'estimated');
        select greatest(c.reltuples::bigint, rows) into rows from pg_class c where c.oid = tg_relid;
      end if;
    exception when others then
      flag := concat_ws(',', flag, 'estimated'); -- no right to read the table
    end;
    insert into "audit".content (source, op, model, group_id, actor, data, flags)
    values ('change', 'truncate', tg_argv[0], unit, actor, json_build_object('details', json_strip_nulls(json_build_object('partition', partition, 'rows', rows)))::text, flag);
    return null;
  end if;

  -- The rows of a statement. Of tables that hide nothing, one whose JSON can be stored as it is needs no call of a function.
  if tg_level = 'ROW' then
    if tg_op = 'UPDATE' then
      if old *= new then return null; end if; -- same record image: nothing changed
    end if;
    if tg_op <> 'INSERT' and exists (select from pg_attribute where attrelid = tg_relid and atthasmissing) then
      -- A row older than a column has that column's default in the catalogue alone, where a copy of the row does not look.
      execute 'select ($1).*' into before using old;
      perform "audit".log_change(lower(tg_op), before, new, tg_argv, unit, actor, flag);
    else
      perform "audit".log_change(lower(tg_op), old, new, tg_argv, unit, actor, flag);
    end if;
  elsif tg_argv[10] in ('hidden', 'masked') then
    if tg_op = 'INSERT' then
      insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
      select 'change', lower(tg_op), tg_argv[0], c.key, unit, c.tenant, (select gen_random_uuid()), actor, c.data, nullif(concat_ws(',', flag, c.flags), '')
        from new_rows r, lateral "audit".change(null, (r.*)::record, tg_argv) c where c.data is not null;
    elsif tg_op = 'DELETE' then
      insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
      select 'change', lower(tg_op), tg_argv[0], c.key, unit, c.tenant, (select gen_random_uuid()), actor, c.data, nullif(concat_ws(',', flag, c.flags), '')
        from old_rows r, lateral "audit".change((r.*)::record, null, tg_argv) c where c.data is not null;
    else
      insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
      select 'change', lower(tg_op), tg_argv[0], c.key, unit, c.tenant, (select gen_random_uuid()), actor, c.data, nullif(concat_ws(',', flag, c.flags), '')
        from (select a.o, b.n
                from (select row_number() over () as place, (o.*)::record as o from old_rows o) a
                     full join (select row_number() over () as place, (n.*)::record as n from new_rows n) b using (place)
               where (a.o *= b.n) is not true
               order by place offset 0) r, lateral "audit".change(r.o, r.n, tg_argv) c
       where c.data is not null;
    end if;
  elsif tg_op = 'INSERT' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
    select 'change', 'insert', tg_argv[0], q.key, unit, case when tg_argv[4] <> '' then q.jt::json ->> tg_argv[4] end, (select gen_random_uuid()), actor,
           coalesce('{"id":' || to_json(q.key)::text || ',', '{') || '"new":' || q.jt || '}', flag
      from (select t.*, case when "audit".plain(t.jt) then
                     coalesce("audit".first_value(split_part(t.jt, ',', 1), nullif(tg_argv[13], '')),
                              case when tg_argv[1] <> '' then t.jt::json ->> tg_argv[1] when tg_argv[2] <> '' then "audit".composite_key(t.jt, tg_argv[2]::text[]) end) end as key,
                   "audit".document(t.jt, tg_argv[11], tg_argv[12]) as a
              from (select (r.*)::record as n, case when pg_column_size(r.*) < 262144 then row_to_json(r.*)::text end as jt from new_rows r offset 0) t offset 0) q
     where case when tg_argv[1] || tg_argv[2] = '' then "audit".plain(q.jt) else q.key is not null end
       and case when tg_argv[8] = '' then true
                when tg_argv[11] <> '' then "audit".suspect(q.a, nullif(tg_argv[9], '')::bytea[]) is not true or "audit".is_empty(q.a, q.n, tg_argv[11])
                else not exists (select from unnest(tg_argv[8]::text[]) d (name) where "audit".suspect((q.jt::json -> d.name)::text, nullif(tg_argv[9], '')::bytea[])) end
        or "audit".log_change('insert', null, q.n, tg_argv, unit, actor, flag);
  elsif tg_op = 'DELETE' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
    select 'change', 'delete', tg_argv[0], q.key, unit, case when tg_argv[4] <> '' then q.it::json ->> tg_argv[4] end, (select gen_random_uuid()), actor,
           coalesce('{"id":' || to_json(q.key)::text || ',', '{') || '"old":' || q.it || '}', flag
      from (select t.*, case when "audit".plain(t.it) then
                     coalesce("audit".first_value(split_part(t.it, ',', 1), nullif(tg_argv[13], '')),
                              case when tg_argv[1] <> '' then t.it::json ->> tg_argv[1] when tg_argv[2] <> '' then "audit".composite_key(t.it, tg_argv[2]::text[]) end) end as key,
                   "audit".document(t.it, tg_argv[11], tg_argv[12]) as a
              from (select (r.*)::record as o, case when pg_column_size(r.*) < 262144 then row_to_json(r.*)::text end as it from old_rows r offset 0) t offset 0) q
     where case when tg_argv[1] || tg_argv[2] = '' then "audit".plain(q.it) else q.key is not null end
       and case when tg_argv[8] = '' then true
                when tg_argv[11] <> '' then "audit".suspect(q.a, nullif(tg_argv[9], '')::bytea[]) is not true or "audit".is_empty(q.a, q.o, tg_argv[11])
                else not exists (select from unnest(tg_argv[8]::text[]) d (name) where "audit".suspect((q.it::json -> d.name)::text, nullif(tg_argv[9], '')::bytea[])) end
        or "audit".log_change('delete', q.o, null, tg_argv, unit, actor, flag);
  else
    -- The server puts both images of a row into the two tables at the same time: the n-th belong together.
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
    select 'change', 'update', tg_argv[0], q.key, unit, case when tg_argv[4] <> '' then q.jt::json ->> tg_argv[4] end, (select gen_random_uuid()), actor,
           coalesce('{"id":' || to_json(q.key)::text || ',', '{') || '"new":' || q.jt || ',"old":' || q.it || '}', flag
      from (select t.*, case when "audit".plain(t.jt) then
                     coalesce("audit".first_value(split_part(t.jt, ',', 1), nullif(tg_argv[13], '')),
                              case when tg_argv[1] <> '' then t.jt::json ->> tg_argv[1] when tg_argv[2] <> '' then "audit".composite_key(t.jt, tg_argv[2]::text[]) end) end as key,
                   "audit".document(t.it, tg_argv[11], tg_argv[12]) as a, "audit".document(t.jt, tg_argv[11], tg_argv[12]) as b
              from (select r.o, r.n, case when r.lean then row_to_json(r.o)::text end as it, case when r.lean then row_to_json(r.n)::text end as jt
                      from (select a.o, b.n, pg_column_size(a.o) + pg_column_size(b.n) < 262144 as lean
                              from (select row_number() over () as place, (o.*)::record as o from old_rows o) a
                                   full join (select row_number() over () as place, (n.*)::record as n from new_rows n) b using (place)
                             where (a.o *= b.n) is not true
                             order by place) r offset 0) t offset 0) q
     where case when tg_argv[1] || tg_argv[2] = '' then "audit".plain(q.jt) else q.key is not null end and "audit".plain(q.it)
       and case when tg_argv[8] = '' then true
                when tg_argv[11] <> '' then "audit".suspect(case when q.a = q.b then q.b else q.b || '}' || q.a end, nullif(tg_argv[9], '')::bytea[]) is not true
                  or q.a = q.b and "audit".is_empty(q.a, q.o, tg_argv[11]) and "audit".is_empty(q.b, q.n, tg_argv[11])
                else not exists (select from unnest(tg_argv[8]::text[]) d (name), lateral (select (q.it::json -> d.name)::text as a, (q.jt::json -> d.name)::text as b offset 0) v
                                  where "audit".suspect(v.b, nullif(tg_argv[9], '')::bytea[]) or v.a <> v.b and "audit".suspect(v.a, nullif(tg_argv[9], '')::bytea[])) end
        or "audit".log_change('update', q.o, q.n, tg_argv, unit, actor, flag);
  end if;
  return null;
end $$;

-- Under onMissing "warn": a write that cannot be logged goes through. That it was lost is logged where that is possible, and
-- counted where it is not; a sequence, so that a rollback does not take the count back.
create sequence if not exists "audit".lost_seq as bigint minvalue 1;

do $do$
begin
  execute format($f$
create or replace function "audit".capture_or_warn() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set "TimeZone" = 'UTC' set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 set lc_monetary = 'C' set plan_cache_mode = 'force_generic_plan'
as %L$f$, E'\n#variable_conflict use_variable\nbegin' || (select replace(p.prosrc, '#variable_conflict use_variable', '') from pg_proc p where p.oid = '"audit".capture()'::regprocedure) || $f$;
exception when others then
  begin
    perform nextval('"audit".lost_seq');
    insert into "audit".content (source, op, model, data, flags)
    values ('change', lower(tg_op), tg_argv[0], json_build_object('details', json_build_object('lost', true, 'error', sqlstate))::text, 'gap');
  exception when others then
    null;
  end;
  raise warning 'audit: a change of % was not logged (%)', tg_argv[0], sqlstate using hint = 'nestjs-prisma-audit doctor says what is missing';
  return null;
end $f$);
end $do$;

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

-- Whether the JSON of a row may have JSON in it that is not the text of a jsonb: of composites, of json, of types with a cast of their own to it.
create or replace function "audit".nests(t regclass) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive types (oid) as (
    select a.atttypid from pg_attribute a where a.attrelid = t and a.attnum > 0 and not a.attisdropped
    union
    select inner_type from types join pg_type y using (oid), lateral (values (y.typelem), (y.typbasetype)) v (inner_type) where inner_type <> 0)
  select exists (select from types join pg_type y using (oid)
                  where y.typtype = 'c' or y.oid = 'json'::regtype
                     or y.oid <> 'jsonb'::regtype and exists (select from pg_cast c where c.castsource = y.oid and c.casttarget = 'json'::regtype))
$$;

-- The partitions of a table, theirs too; those of other servers have no such triggers.
create or replace function "audit".partitions_of(t regclass) returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
  select p.relid from pg_partition_tree(t) p join pg_class c on c.oid = p.relid where p.level > 0 and c.relkind in ('r', 'p')
$$;

-- Makes the triggers of a table what they should be. `p_table` is quoted and qualified. Locks the table against writers until
-- the end of the transaction; against readers only where triggers of the other level have to go.
-- The names begin with "!", so that they fire before the application's own: the order of events is then right.
create or replace function "audit".attach(p_table text, p_args text[], p_on_missing text default 'fail') returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t constant regclass := p_table::regclass;
  level constant text := "audit".level_of(t);
  call text;
  name text;
  mark text;
  next_mark text;
  part regclass;
begin
  if p_on_missing is null or p_on_missing not in ('fail', 'warn') or coalesce(array_length(p_args, 1), 0) <> 14 then
    raise exception 'audit: attach() takes a table, fourteen arguments, and fail or warn' using errcode = '22023';
  end if;
  -- Whoever made the arguments may have known the columns by name alone, in another order.
  if p_args[12] <> '' then
    select ',' || to_json(a.attname)::text || ':',
           coalesce((select ',' || to_json(b.attname)::text || ':' from (
             select b.attname from pg_attribute b where b.attrelid = t and b.attnum > a.attnum and not b.attisdropped order by b.attnum limit 1) b
              where b.attname !~ '^[],:}]'), '')
      into mark, next_mark
      from pg_attribute a
     where a.attrelid = t and a.attname = (p_args[9]::text[])[1] and a.atttypid = 'jsonb'::regtype and not "audit".nests(t)
       and exists (select from pg_attribute b where b.attrelid = t and b.attnum between 1 and a.attnum - 1 and not b.attisdropped);
    p_args[12] := coalesce(mark, '');
    p_args[13] := coalesce(next_mark, '');
    if mark is null and p_args[11] = 'short' then p_args[11] := ''; end if;
  end if;
  if level = 'row' and p_args[11] in ('short', 'pair') then p_args[11] := ''; end if;
  select 'execute function "audit".' || case p_on_missing when 'warn' then 'capture_or_warn' else 'capture' end
         || '(' || string_agg(quote_literal(a.arg), ', ' order by a.ord) || ')'
    into call from unnest(p_args) with ordinality as a (arg, ord);
  for name in select g.tgname from pg_trigger g
               where g.tgrelid = t and not g.tgisinternal and g.tgparentid = 0
                 and g.tgname = any (case level when 'row' then array['!audit_insert', '!audit_update', '!audit_delete'] else array['!audit'] end) loop
    execute format('drop trigger %I on %s', name, t);
  end loop;
  if level = 'row' then
    execute format('create or replace trigger "!audit" after insert or update or delete on %s for each row %s', t, call);
  else
    execute format('create or replace trigger "!audit_insert" after insert on %s referencing new table as new_rows for each statement %s', t, call);
    execute format('create or replace trigger "!audit_update" after update on %s referencing old table as old_rows new table as new_rows for each statement %s', t, call);
    execute format('create or replace trigger "!audit_delete" after delete on %s referencing old table as old_rows for each statement %s', t, call);
  end if;
  execute format('create or replace trigger "!audit_truncate" before truncate on %s for each statement %s', t, call);
  -- Row triggers come to the partitions by themselves, statement triggers do not.
  for part in select p.part from "audit".partitions_of(t) p (part) loop
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
  name text;
  part regclass;
begin
  for name in select g.tgname from pg_trigger g
               where g.tgrelid = p_table::regclass and not g.tgisinternal and g.tgparentid = 0
                 and g.tgname in ('!audit', '!audit_insert', '!audit_update', '!audit_delete', '!audit_truncate') loop
    execute format('drop trigger %I on %s', name, p_table::regclass);
  end loop;
  for part in select p.part from "audit".partitions_of(p_table::regclass) p (part) loop
    execute format('drop trigger if exists "!audit_truncate" on %s', part);
  end loop;
end $$;

-- Else anyone could attach the function to a table of his own and forge the entries of another model.
do $$
declare
  f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = '"audit"'::regnamespace loop
    execute format('revoke all on function %s from public', f);
  end loop;
end $$;
