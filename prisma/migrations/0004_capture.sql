-- capture(): the trigger behind engine "database". It writes old and new values in the statement that changed them: once for
-- each statement where that is right, for each row where it is not (level_of), and for TRUNCATE. attach() in 0007_coverage.sql makes the triggers.
-- What it writes is raw and lean; the sealer finishes it.
--
-- Arguments, each '' if it does not apply:
--   0 model · 1 single key column · 2 composite key columns as text[] · 3 rules as JSON, with all that follows · 4 tenant column
--   5 columns that are not stored, as {column: null, …} · 6 columns that are never told, in the same form
--   7 redacted columns as text[] · 8 columns of documents as text[] · 9 what suspect() looks for, as bytea[]; '' for the default
--  10 hidden: columns are; masked: and some with their last characters shown · 11 `{"column":` of the single key
-- Rules: {"blank": {column: null, …}, "redact": [column, …], "mask": {column: n, …}, "ignore": [column, …],
--         "json": [column, …], "kept": [column, …], "names": {"words": [pattern, …], "run", "whole", "except": [name, …]}}; kept, documents
--         that are not looked into, absent if there are none, names for the default.
-- Each statement copies the arguments of all triggers of its table, so the default list of secret names is here and not in them.
--
-- The settings pinned below colour the text of values (bytea, floats, times, money) or how a function's own text is read
-- (standard_conforming_strings): the log must not depend on the session. Functions without settings of their own have no backslash
-- in a literal. Names are compared under "C", or the database's locale would decide what a secret is (PIN in Turkish).
-- No statement here names a column of the audited table, so that no change of it can make a write fail.

-- Escapes that `->>` refuses although a column of type json may hold them (NUL, surrogates) are left out of this copy.
create or replace function "audit".readable(row_text text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
begin
  -- Only these can be refused: looked for first, since to read all of a large text takes seconds.
  if strpos(row_text, '\u0000') + strpos(row_text, '\ud') + strpos(row_text, '\uD') = 0 then return row_text; end if;
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

-- Whether JSON that PostgreSQL has made, or taken, is nested so deep that it might not be able to read it here, where the stack has more
-- on it: a column of type json can hold such a document. Text of 20,000 bytes has less than 10,000 levels, and is not asked about.
create or replace function "audit".too_deep(document text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Counted first: it costs less than to read it, and nearly all have fewer.
  if octet_length(document) - octet_length(replace(replace(document, '[', ''), '{', '')) < 10000 then return false; end if;
  begin
    perform (repeat('[', 2000) || document || repeat(']', 2000))::json; -- room for what calls what reads it
    return false;
  exception when statement_too_complex then
    return true;
  end;
end $$;

-- The next five are asked of each row. They have no search path of their own, so that they become part of the statement that calls
-- them, and cost no call: so each name in them is qualified.

-- Whether JSON is free of escapes that `->>` might refuse.
create or replace function "audit".plain(row_text text) returns boolean
language sql immutable as $$
  select pg_catalog.strpos(row_text, pg_catalog.chr(92)) operator(pg_catalog.=) 0 or pg_catalog.strpos(row_text, pg_catalog.chr(92) operator(pg_catalog.||) 'u') operator(pg_catalog.=) 0
$$;

-- Whether the images of a row can be stored as they are; `reads`: and be read before that.
create or replace function "audit".fit(one text, other text, reads boolean) returns boolean
language sql stable as $$
  select case when pg_catalog.octet_length(one) operator(pg_catalog.+) pg_catalog.octet_length(other) operator(pg_catalog.<=) 20000 then true
              when pg_catalog.octet_length(one) operator(pg_catalog.+) pg_catalog.octet_length(other) operator(pg_catalog.>) 1048576 then false
              when reads then not ("audit".too_deep(one) or "audit".too_deep(other)) else one is not null and other is not null end
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
               and pg_catalog.length(start) operator(pg_catalog.>) (pg_catalog.length(mark) operator(pg_catalog.+) 1) and pg_catalog.strpos(start, pg_catalog.chr(92)) operator(pg_catalog.=) 0
              then pg_catalog.substr(start, pg_catalog.length(mark) operator(pg_catalog.+) 2, pg_catalog.length(start) operator(pg_catalog.-) pg_catalog.length(mark) operator(pg_catalog.-) 2) end
$$;

-- Letters as they are read, as plain() in src/event/redaction.ts: full-width ones and ligatures as their plain ones, without accents and
-- without what cannot be seen between them; the dotless i of Turkish is an i. Names beyond 256 characters are left as they are: to
-- normalise a run of combining characters takes a time that grows with its square, and cannot be cancelled.
create or replace function "audit".plain_letters(name text) returns text
language sql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
  select case when octet_length(name) = length(name) or length(name) > 256 then name
              else replace(regexp_replace(normalize(name, NFKD), '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u061c\u064b-\u065f\u0670\u06d6-\u06ed\u115f\u1160\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff9-\ufffb\U0001d165-\U0001d182\U000e0000-\U000e0fff]+', '', 'g'), 'ı', 'i') end
$$;

-- The same of each of its strings.
create or replace function "audit".plain_document(document text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select string_agg("audit".plain_letters(s.text), '"' order by s.place) from string_to_table(document, '"') with ordinality s (text, place)
$$;

-- Whether a document may hold a secret, or is null: where it is false, there is none of it. `words`: null for the default.
-- Lower case is that of ASCII first, whatever the locale makes of the rest.
create or replace function "audit".suspect(document text, words bytea[]) returns boolean
language sql stable as $$
  select pg_catalog.convert_to(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.lower(pg_catalog.lower(
      case when pg_catalog.octet_length(document) operator(pg_catalog.=) pg_catalog.length(document) then document else "audit".plain_document(document) end
      collate pg_catalog."C") collate pg_catalog."default"), '_', ''), '-', ''), '.', ''), ' ', ''), 'UTF8')
    operator(pg_catalog.~~) any (coalesce(words,
    '{"null%","%password%","%passwd%","%pwd%","%passphrase%","%passcode%","%secret%","%token%","%otp%","%cvv%","%cvc%","%ssn%","%pin%","%credential%","%authorization%","%cookie%","%key%","%card%","%recovery%","%iban%"}'::pg_catalog.bytea[]))
$$;

-- A row's key, if its JSON can be read as it is. `args`: of the trigger.
create or replace function "audit".lean_key(row_text text, args text[]) returns text
language sql stable as $$
  select case when "audit".plain(row_text) then coalesce(
    "audit".first_value(pg_catalog.split_part(row_text, ',', 1), nullif(args[11], '')),
    case when not "audit".fit(row_text, '', true) then null
         when args[1] operator(pg_catalog.<>) '' then row_text::pg_catalog.json operator(pg_catalog.->>) args[1]
         when args[2] operator(pg_catalog.<>) '' then "audit".key_of(row_text, '', args[2]) end) end
$$;

-- The default list of secret names, as secretPatterns() in src/event/redaction.ts makes it.
create or replace function "audit".secret_names() returns json
language sql immutable set search_path = pg_catalog, pg_temp as $names$
  select '{"words":["%password%","%passwd%","%pwd%","%passphrase%","%passcode%","%secret%","%token%","%otp%","%cvv%","%cvc%","%ssn%","%pin%","%credential%","%authorization%","%cookie%","%key%","%card%","%recovery%","%iban%"],"run":" password | passwd | pwd | passphrase | passcode | secret | token | otp | totp | cvv | cvc | ssn | pin | credential | authorization | cookie | api key | access key | private key | encryption key | signing key | card number | credit card | recovery code | iban |password|passphrase|passcode|credential|authorization|accesskey|privatekey|encryptionkey|signingkey|cardnumber|creditcard|recoverycode|passwd(?:hash|key|value|salt|digest)? |secret(?:hash|key|value|salt|digest)? |token(?:hash|key|value|salt|digest)? |cookie(?:hash|key|value|salt|digest)? |apikey(?:hash|key|value|salt|digest)? ","whole":"^password$|^passwd$|^pwd$|^passphrase$|^passcode$|^secret$|^token$|^otp$|^totp$|^cvv$|^cvc$|^ssn$|^pin$|^credential$|^authorization$|^cookie$|^apikey$|^accesskey$|^privatekey$|^encryptionkey$|^signingkey$|^cardnumber$|^creditcard$|^recoverycode$|^iban$","except":[]}'::json
$names$;

-- Whether a name inside a document is that of a secret; the words are cut as in src/event/redaction.ts. A letter is what Unicode
-- calls one, by its number: what a locale calls one differs. No step takes longer than the name is long.
create or replace function "audit".is_secret(name text, names json) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  words text collate "C" := "audit".plain_letters(name);
  list constant jsonb := names; -- parsed once
  upper_case constant text := '[A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0400-\u042f]';
  lower_case constant text := '[a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f]';
  no_letter constant text := '[^a-zA-Z0-9\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u0370-\u1fff\u2071\u207f\u2090-\u209c\u2102-\u2188\u2c00-\u2dff\u3005-\u3007\u3031-\u3035\u303b-\ufdff\ufe70-\ufefe\uff21-\uff3a\uff41-\uff5a\uff66-\U0010ffff]+';
begin
  if not translate(lower(lower(words) collate "default") collate "C", '_-. ', '') like any (array(select jsonb_array_elements_text(list -> 'words'))) then
    return false;
  end if;
  words := regexp_replace(words, '(' || upper_case || '{2})s(?!' || lower_case || ')', '\1 ', 'g');
  words := regexp_replace(words, '(' || lower_case || ')(' || upper_case || ')', '\1 \2', 'g');
  words := regexp_replace(words, '(' || upper_case || ')(' || upper_case || lower_case || ')', '\1 \2', 'g');
  words := regexp_replace(words, '([0-9]+)', ' \1 ', 'g');
  words := ' ' || trim(lower(lower(regexp_replace(words, no_letter, ' ', 'g')) collate "default")) || ' ';
  words := regexp_replace(words, '(sses|[^s ][^s ]s|s[^s ]s)(?= )', '<\1>', 'g');
  words := regexp_replace(regexp_replace(words, '<sses>', 'ss', 'g'), '<(..)s>', '\1', 'g');
  return replace(words, ' ', '') <> all (array(select jsonb_array_elements_text(list -> 'except')))
    and (words ~ (list ->> 'run') or replace(words, ' ', '') ~ (list ->> 'whole'));
end $$;

-- A value with "[redacted]" for every secret in it, and where they stood with what they were, as members of a JSON object. `name`: of
-- the member whose value it is. Fails on what cannot be walked, or is nested deeper than 64 levels.
create or replace function "audit".redact(value json, name text, path text, names json, depth integer, out safe text, out secrets text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if name is not null and "audit".is_secret(name, names) then
    safe := case json_typeof(value) when 'null' then 'null' else '"[redacted]"' end;
    secrets := to_json(path)::text || ':' || to_json(value::text)::text;
    return;
  end if;
  if depth > 64 then raise exception using errcode = 'program_limit_exceeded'; end if;
  case json_typeof(value)
    when 'object' then
      select '{' || coalesce(string_agg(to_json(e.key)::text || ':' || r.safe, ',' order by e.ord), '') || '}', string_agg(r.secrets, ',')
        into safe, secrets
        from json_each(value) with ordinality e (key, value, ord), lateral "audit".redact(e.value, e.key, path || '.' || left(e.key, 128), names, depth + 1) r;
    when 'array' then
      select '[' || coalesce(string_agg(r.safe, ',' order by e.ord), '') || ']', string_agg(r.secrets, ',')
        into safe, secrets
        from json_array_elements(value) with ordinality e (value, ord), lateral "audit".redact(e.value, null, path || '.' || e.ord - 1, names, depth + 1) r;
    else
      safe := value::text;
  end case;
end $$;

-- The last characters of a value; none of a value that they would be half of.
create or replace function "audit".masked(value text, shown integer) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select '****' || case when length(value) >= 2 * shown then right(value, shown) else '' end
$$;

-- Those of these columns of a record that are nested too deep, with the text of their values: in a copy of the record where all others
-- are null, it is known where that begins and ends. Fails where the record is too deep without these columns too.
create or replace function "audit".deep_columns(r record, names text[]) returns table (name text, value text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
  columns constant text[] := array(select json_object_keys(row_to_json(json_populate_record(r, (select json_object_agg(n, null) from unnest(names) n)))));
  head text;
  tail text;
begin
  for name, head, tail in
    select c.name, '{' || coalesce(string_agg(to_json(o.name)::text || ':null,', '' order by o.place) filter (where o.place < c.place), '') || to_json(c.name)::text || ':',
           coalesce(string_agg(',' || to_json(o.name)::text || ':null', '' order by o.place) filter (where o.place > c.place), '') || '}'
      from unnest(columns) with ordinality c (name, place), unnest(columns) with ordinality o (name, place)
     where c.name = any (names) group by c.name, c.place
  loop
    value := row_to_json(json_populate_record(r, (select json_object_agg(c, null) from unnest(columns) c where c <> name)))::text;
    value := substr(value, length(head) + 1, length(value) - length(head) - length(tail));
    if "audit".too_deep(value) then return next; end if;
  end loop;
end $$;

-- What of one image of a record may be stored: `image`, with null for what may not; `plain`, the same without escapes that cannot
-- be read; `members` of the data section that say so, as {"masked": …, "cut": …, "jsonNull": …}; `secrets` by their path, for
-- comparison alone.
create or replace function "audit".image(r record, full_text text, rules json, out image text, out plain text, out members jsonb, out secrets jsonb)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  over jsonb := coalesce(rules ->> 'blank', '{}');
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
  if octet_length(full_text) > 20000 and "audit".too_deep(full_text) then
    begin
      for name, value in select d.name, d.value
          from "audit".deep_columns(r, array(select json_object_keys(rules -> 'blank') union select json_array_elements_text(rules -> 'json')
                                              union select json_array_elements_text(rules -> 'kept'))) d loop
        -- From here on as if it were NULL, so that the others can be read.
        r := json_populate_record(r, json_build_object(name, null));
        shown := encode(sha256(convert_to(value, 'UTF8')), 'hex');
        if (rules -> 'ignore')::jsonb ? name then
          null;
        elsif over ? name then
          secrets := secrets || jsonb_build_object(name, shown);
        elsif (rules -> 'json')::jsonb ? name and (strpos(value, chr(92) || 'u') > 0 or "audit".suspect(value, array(select convert_to(json_array_elements_text(names -> 'words'), 'UTF8')))) then
          over := over || jsonb_build_object(name, '[redacted]');
          secrets := secrets || jsonb_build_object(name, shown);
        else
          members := jsonb_set(members, '{cut}', coalesce(members -> 'cut', '{}') || jsonb_build_object(name, jsonb_build_object('bytes', octet_length(value), 'sha256', shown)));
        end if;
      end loop;
      full_text := row_to_json(r)::text;
      perform full_text::json;
    exception when others then
      raise exception using errcode = 'program_limit_exceeded'; -- one of its domains refuses NULL, or one of its types holds such a document
    end;
  end if;
  plain := case when strpos(full_text, chr(92) || 'u') = 0 then full_text else "audit".readable(full_text) end;

  row_json := plain;
  for name in select json_array_elements_text(rules -> 'redact') loop
    secrets := jsonb_build_object(name, row_json ->> name) || secrets;
  end loop;
  for name, shown in select m.key, m.value from json_each_text(rules -> 'mask') m loop
    value := row_json ->> name;
    secrets := jsonb_build_object(name, value) || secrets;
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
    elsif strpos(value, chr(92) || 'u') > 0 or "audit".suspect(value, array(select convert_to(json_array_elements_text(names -> 'words'), 'UTF8'))) then
      begin
        if octet_length(value) > 4 * limit_bytes then raise exception using errcode = 'program_limit_exceeded'; end if;
        select d.safe, ('{' || d.secrets || '}')::jsonb as secrets into document from "audit".redact(value::json, null, name, names, 0) d;
        if document.secrets is not null then
          over := over || jsonb_build_object(name, case when plain = full_text then document.safe::jsonb else to_jsonb('[redacted]'::text) end);
          secrets := secrets || document.secrets;
        end if;
      exception when others then
        -- It cannot be looked into, or is too large to be: nothing of it is shown.
        over := over || jsonb_build_object(name, '[redacted]');
        secrets := secrets || jsonb_build_object(name, case when octet_length(value) > 4 * limit_bytes then encode(sha256(convert_to(value, 'UTF8')), 'hex') else value end);
      end;
    end if;
  end loop;
  if octet_length(full_text) > limit_bytes then
    for name, value in select e.key, e.value from json_each_text(row_json) e loop
      continue when over -> name = 'null';
      continue when octet_length(value) <= limit_bytes or value is null;
      continue when over -> name = '"[redacted]"';
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
    plain := case when strpos(image, chr(92) || 'u') = 0 then image else "audit".readable(image) end;
  end if;
end $$;

-- One change where there are rules, or large values. `data` is null when nothing is to be logged.
create or replace function "audit".change_by_rules(o record, n record, old_text text, new_text text, args text[], out key text, out tenant text, out data text, out flags text)
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
  select * into before from "audit".image(o, coalesce(old_text, row_to_json(o)::text), rules);
  select * into after from "audit".image(n, coalesce(new_text, row_to_json(n)::text), rules);
  whose := coalesce(after.plain, before.plain); -- after a change of the key: the new one
  key := "audit".key_of(whose, args[1], args[2]);
  if key is null and args[1] || args[2] <> '' and not coalesce((rules ->> 'blank')::jsonb ? args[1], false) then flags := 'malformed'; end if;
  if args[4] <> '' then tenant := whose::json ->> args[4]; end if;
  data := concat('{', '"id":' || to_json(key)::text || ',', '"new":' || after.image, case when before.image is not null and after.image is not null then ',' end,
    '"old":' || before.image);

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
  if octet_length(data) > 67108864 then -- 64 MiB: what sealer and verifier can hold
    raise exception using errcode = 'program_limit_exceeded';
  end if;
exception when program_limit_exceeded or out_of_memory or internal_error then
  -- A row that has no JSON of a size that can be held, or that can be read: the write must go through, and the entry says that it cannot show it.
  key := coalesce(key, "audit".first_value(split_part(coalesce(new_text, old_text), ',', 1), nullif(args[11], '')));
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
  old_text text;
  new_text text;
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
    old_text := old_row;
    new_text := new_row;
    long_way := octet_length(concat(old_text, new_text)) > 20000
      and (octet_length(concat(old_text, new_text)) > 1048576 or "audit".too_deep(old_text) or "audit".too_deep(new_text)); -- it was compressed
    if not long_way and args[3] <> '' then
      begin
        if args[6] <> '' and old_row is not null and new_row is not null then
          if json_populate_record(o, args[6]::json) *= json_populate_record(n, args[6]::json) then return; end if;
        end if;
        long_way := strpos(concat(old_text, new_text), chr(92) || 'u') > 0;
        if not long_way and documents is not null then
          foreach column_name in array documents loop
            old_document := (old_row -> column_name)::text;
            new_document := (new_row -> column_name)::text;
            -- Two that read null may be a NULL and a null in the document.
            if new_document = old_document and new_document <> 'null' then new_document := null; end if;
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
    select c.key, c.tenant, c.data, c.flags into key, tenant, data, flags from "audit".change_by_rules(o, n, old_text, new_text, args) c;
    return;
  end if;

  whose := coalesce(new_row, old_row); -- after a change of the key: the new one
  if strpos(whose::text, chr(92) || 'u') > 0 then whose := "audit".readable(whose::text); end if;
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

-- Whether another trigger of the log sees the rows of this table: that of the partitioned table furthest up, of which PostgreSQL makes
-- a copy on each partition. A table that became a partition still has its own until the next migrate.
create or replace function "audit".seen_from_above(relation oid, own name) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive up (name, next, height) as (
    select g.tgname, g.tgparentid, 0
      from pg_trigger g join pg_proc p on p.oid = g.tgfoid
     where g.tgrelid = relation and g.tgtype & 1 = 1 and g.tgenabled in ('O', 'A') and p.pronamespace = '"audit"'::regnamespace
    union all
    select u.name, g.tgparentid, u.height + 1 from up u join pg_trigger g on g.oid = u.next)
  select coalesce(max(u.height) > coalesce(max(u.height) filter (where u.name = own), 0), false) from up u
$$;

-- What PostgreSQL leaves empty in the rows that a trigger gets: virtual generated columns. `computed`: the columns of a table as a select
-- list with their expressions, over its rows and their tableoid; `stored`: those that are there; `virtual`: the names of the others.
-- Such an expression has nothing in it that a user can define (manual, 5.4).
create or replace function "audit".columns_of(relation oid, out computed text, out stored text, out virtual jsonb)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(case a.attgenerated when 'v' then format('(%s)::%s as %I', pg_get_expr(d.adbin, relation), format_type(a.atttypid, a.atttypmod), a.attname) else format('r.%I', a.attname) end, ', ' order by a.attnum),
         string_agg(format('r.%I', a.attname), ', ' order by a.attnum) filter (where a.attgenerated <> 'v'),
         jsonb_agg(a.attname) filter (where a.attgenerated = 'v')
    from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
   where a.attrelid = relation and a.attnum > 0 and not a.attisdropped
$$;

-- A trigger's arguments with columns that are not logged besides, and said to be so.
create or replace function "audit".ignoring(args text[], names jsonb) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  rules jsonb := coalesce(nullif(args[3], ''), '{}');
begin
  rules := rules || jsonb_build_object('ignore', coalesce(rules -> 'ignore', '[]') || names,
    'untold', coalesce(rules -> 'untold', '{}') || (select jsonb_object_agg(n, null) from jsonb_array_elements_text(names) n));
  args[3] := rules;
  args[6] := rules -> 'untold';
  return args;
end $$;

-- Who acted in this transaction, for a change whose statement has no text: who made its last change that has a context. All nulls if
-- none has one. A row that was asked for says what was found, `deferred` or `deferred,no-context`, and ends the next walk: else each
-- of a thousand rows would walk over all the others.
-- The walk goes back from the last position, and ends at a change from before this transaction as well: behind it there are none of its
-- own. The second is for a clock that is set. Its settings are the walk itself: without statistics the planner would read and sort
-- the ten thousand for each row.
create or replace function "audit".acted(out actor bytea, out unit uuid)
language plpgsql set search_path = pg_catalog, pg_temp set plan_cache_mode = 'force_generic_plan' set jit = off
set enable_indexscan = on set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  own constant xid8 := pg_current_xact_id();
  began constant timestamptz := transaction_timestamp() - interval '1 second';
  last constant bigint := (select s.last_value from "audit".content_pos_seq s);
  found_at timestamptz;
  flags text;
begin
  select c.actor, c.group_id, c.at, c.flags into acted.actor, acted.unit, found_at, flags
    from "audit".content c
   where c.pos between last - 9999 and last and c.source = 'change'
     and (c.xid = own and (c.flags is null or c.flags ~ '^deferred' or c.flags !~ 'gap|malformed|no-context') or c.at < began)
   order by c.pos desc limit 1;
  if found_at < began or flags ~ 'no-context' then
    acted.actor := null;
    acted.unit := null;
  end if;
end $$;

create or replace function "audit".capture() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set "TimeZone" = 'UTC' set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 set lc_monetary = 'C' set plan_cache_mode = 'force_generic_plan'
set standard_conforming_strings = on set quote_all_identifiers = off set xmloption = 'content' set exit_on_error = off
as $$
#variable_conflict use_variable
declare
  op text;
  args text[];
  query text;
  comment text;
  actor bytea;
  unit uuid;
  flag text;
  before record;
  after record;
  rows bigint;
  partition text;
  virtual boolean; -- whether there are columns that the rows of a trigger do not have
  shape record;
  list text;
begin
  -- Nothing was changed: nothing else is looked at.
  if tg_op = 'TRUNCATE' then
    null;
  elsif tg_level = 'ROW' then
    if tg_op = 'UPDATE' then
      if old *= new then return null; end if; -- same record image
    end if;
  elsif tg_op = 'INSERT' then
    if not exists (select from new_rows) then return null; end if;
  elsif not exists (select from old_rows) then
    return null;
  end if;
  virtual := exists (select from pg_attribute a where a.attrelid = tg_relid and a.attgenerated = 'v');
  op := lower(tg_op collate "C");
  args := tg_argv;

  -- The last comment counts: ours is always the last, so one smuggled into raw SQL cannot win.
  query := current_query();
  -- Of a long text only the end is looked at: a table with row triggers does so for each row. LATIN1 reads whatever bytes a cut leaves.
  if octet_length(query) > 262144 then
    query := convert_from(substr(convert_to(query, 'UTF8'), octet_length(query) - 131199), 'LATIN1');
  end if;
  comment := split_part(query, '/*audit1:', -1);
  -- It counts only at the end of the text (behind it a tracing driver may have put comments of its own): 32 digits for the
  -- unit of work, then the section.
  if octet_length(comment) between 35 and octet_length(query) - 1
    and (case strpos(comment, '*/') when octet_length(comment) - 1 then octet_length(comment) <= 131074
          else strpos(comment, '*/') between 34 and 131073 and substr(comment, strpos(comment, '*/') + 2) collate "C" ~ '^(\s|;|/\*[^*/]*\*/)*$' end) then
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
    if query is null or octet_length(query) < 100 and query collate "C" ~* '^\s*(commit|end|prepare\s+transaction|set\s+constraints)\M' then
      -- A constraint trigger of the application's that waited for the end: who acts is who acted in this transaction.
      select a.actor, a.unit into actor, unit from "audit".acted() a;
      flag := 'deferred';
    end if;
    if actor is null then
      actor := convert_to(json_strip_nulls(json_build_object('id', 'db:' || session_user, 'type', 'system',
        'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8');
      flag := concat_ws(',', flag, 'no-context');
    end if;
  end if;

  if tg_op = 'TRUNCATE' then
    if exists (select from pg_class c where c.oid = tg_relid and c.relispartition) then
      partition := tg_relid::regclass::text;
      -- A TRUNCATE of the whole table fires its trigger first, and then those of the partitions. What was logged of the whole holds
      -- for this one too, unless this transaction has filled it again since.
      select c.pos into rows
        from "audit".content c
       where c.pos > (select s.last_value - 10000 from "audit".content_pos_seq s) and c.xid = pg_current_xact_id()
         and c.source = 'change' and c.op = 'truncate' and c.model = args[0] and coalesce(c.flags, '') !~ 'gap'
         and coalesce(c.data::json #>> '{details,partition}' in (select a.relid::regclass::text from pg_partition_ancestors(tg_relid) a where a.relid <> tg_relid), true)
       order by c.pos desc limit 1;
      if found and not exists (select from "audit".content c where c.pos > rows and c.xid = pg_current_xact_id()
                                  and c.source = 'change' and c.op in ('insert', 'update') and c.model = args[0]) then
        return null;
      end if;
    end if;
    -- No rows to log: that it happened, and how many rows went. Counting must not hold the lock for long, and not run the policies of
    -- the table, which would hide rows from it besides.
    rows := null;
    begin
      if not row_security_active(tg_relid) then
        execute format('select count(*) from (select from %I.%I limit 100001) t', tg_table_schema, tg_table_name) into rows;
      end if;
    exception when others then
      null; -- no right to read the table
    end;
    if rows is null or rows > 100000 then
      flag := concat_ws(',', flag, 'estimated');
      select greatest(nullif(c.reltuples::bigint, -1), rows) into rows from pg_class c where c.oid = tg_relid;
    end if;
    insert into "audit".content (source, op, model, group_id, actor, data, flags)
    values ('change', op, args[0], unit, actor, json_build_object('details', json_strip_nulls(json_build_object('partition', partition, 'rows', rows)))::text, flag);
    return null;
  end if;

  if pg_partition_root(tg_relid) is not null then -- cheap where it is not
    if exists (select from pg_trigger g where g.tgrelid = tg_relid and g.tgparentid <> 0 and g.tgname <> tg_name and starts_with(g.tgname::text, '!audit')) then
      if "audit".seen_from_above(tg_relid, tg_name) then return null; end if;
    end if;
  end if;

  if virtual then
    shape := "audit".columns_of(tg_relid);
    list := shape.computed;
    loop
      begin
        if tg_level = 'ROW' then
          if tg_op <> 'INSERT' then execute format('select %s from (select ($1).*, $2 as tableoid) r', list) into before using old, tg_relid; end if;
          if tg_op <> 'DELETE' then execute format('select %s from (select ($1).*, $2 as tableoid) r', list) into after using new, tg_relid; end if;
          perform "audit".log_change(op, case when tg_op <> 'INSERT' then before end, case when tg_op <> 'DELETE' then after end, args, unit, actor, flag);
        elsif tg_op = 'UPDATE' then
          for after in execute format('select a.o, b.n from (select row_number() over () as place, (z.*)::record as o from (select %1$s from (select x.*, $1 as tableoid from old_rows x) r) z) a '
            'full join (select row_number() over () as place, (z.*)::record as n from (select %1$s from (select x.*, $1 as tableoid from new_rows x) r) z) b using (place) order by place', list) using tg_relid loop
            if not after.o *= after.n then perform "audit".log_change(op, after.o, after.n, args, unit, actor, flag); end if;
          end loop;
        else
          for after in execute format('select %s from (select x.*, $1 as tableoid from %I x) r', list, case tg_op when 'INSERT' then 'new_rows' else 'old_rows' end) using tg_relid loop
            perform "audit".log_change(op, case tg_op when 'DELETE' then after end, case tg_op when 'INSERT' then after end, args, unit, actor, flag);
          end loop;
        end if;
        return null;
      exception when others then
        -- A value that cannot be had, of which the application learns when it reads it: the change is logged without these columns.
        if list = shape.stored then raise; end if;
        list := shape.stored;
        args := "audit".ignoring(args, shape.virtual);
      end;
    end loop;
  end if;

  -- Row by row, or the rows of a statement. One that hides nothing and needs no looking into is stored as the JSON it is; all others go
  -- through log_change(), as the last of the conditions, so that their order is kept. `r.*`, not `r`: a column may have any name.
  if tg_level = 'ROW' then
    if tg_op <> 'INSERT' and exists (select from pg_attribute where attrelid = tg_relid and atthasmissing) then
      -- A row older than a column has that column's default in the catalogue alone, where a copy of the row does not look.
      execute 'select ($1).*' into before using old;
      perform "audit".log_change(op, before, new, args, unit, actor, flag);
    else
      perform "audit".log_change(op, old, new, args, unit, actor, flag);
    end if;
  elsif tg_op = 'INSERT' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
    select 'change', op, args[0], q.key, unit, case when args[4] <> '' then q.jt::json ->> args[4] end, (select gen_random_uuid()), actor,
           concat('{', '"id":' || to_json(q.key)::text || ',', '"new":', q.jt, '}'), flag
      from (select t.*, "audit".lean_key(t.jt, args) as key
              from (select (r.*)::record as n, case when args[10] = '' and pg_column_size(r.*) < 262144 then row_to_json(r.*)::text end as jt
                      from new_rows r offset 0) t offset 0) q
     where (q.key is not null or args[1] || args[2] = '' and "audit".plain(q.jt)) and "audit".fit(q.jt, '', args[4] || args[8] <> '')
       and (args[8] = '' or not exists (select from unnest(args[8]::text[]) d (name) where coalesce("audit".suspect((q.jt::json -> d.name)::text, nullif(args[9], '')::bytea[]), true)))
        or "audit".log_change(op, null, q.n, args, unit, actor, flag);
  elsif tg_op = 'DELETE' then
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
    select 'change', op, args[0], q.key, unit, case when args[4] <> '' then q.it::json ->> args[4] end, (select gen_random_uuid()), actor,
           concat('{', '"id":' || to_json(q.key)::text || ',', '"old":', q.it, '}'), flag
      from (select t.*, "audit".lean_key(t.it, args) as key
              from (select (r.*)::record as o, case when args[10] = '' and pg_column_size(r.*) < 262144 then row_to_json(r.*)::text end as it
                      from old_rows r offset 0) t offset 0) q
     where (q.key is not null or args[1] || args[2] = '' and "audit".plain(q.it)) and "audit".fit(q.it, '', args[4] || args[8] <> '')
       and (args[8] = '' or not exists (select from unnest(args[8]::text[]) d (name) where coalesce("audit".suspect((q.it::json -> d.name)::text, nullif(args[9], '')::bytea[]), true)))
        or "audit".log_change(op, q.o, null, args, unit, actor, flag);
  else
    -- The server puts both images of a row into the two tables at the same time: the n-th belong together.
    insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, salt_actor, actor, data, flags)
    select 'change', op, args[0], q.key, unit, case when args[4] <> '' then q.jt::json ->> args[4] end, (select gen_random_uuid()), actor,
           concat('{', '"id":' || to_json(q.key)::text || ',', '"new":', q.jt, ',"old":', q.it, '}'), flag
      from (select t.*, "audit".lean_key(t.jt, args) as key
              from (select r.o, r.n, case when r.lean then row_to_json(r.o)::text end as it, case when r.lean then row_to_json(r.n)::text end as jt
                      from (select a.o, b.n, args[10] = '' and pg_column_size(a.o) + pg_column_size(b.n) < 262144 as lean
                              from (select row_number() over () as place, (o.*)::record as o from old_rows o) a
                                   full join (select row_number() over () as place, (n.*)::record as n from new_rows n) b using (place)
                             where (a.o *= b.n) is not true
                             order by place) r offset 0) t offset 0) q
     where (q.key is not null or args[1] || args[2] = '' and "audit".plain(q.jt)) and "audit".plain(q.it)
       and "audit".fit(q.it, q.jt, args[4] || args[8] <> '')
       and (args[8] = '' or not exists (select from unnest(args[8]::text[]) d (name), lateral (select (q.it::json -> d.name)::text as a, (q.jt::json -> d.name)::text as b offset 0) v
                                         where coalesce("audit".suspect(v.b, nullif(args[9], '')::bytea[]) or v.a <> v.b and "audit".suspect(v.a, nullif(args[9], '')::bytea[]), true)))
        or "audit".log_change(op, q.o, q.n, args, unit, actor, flag);
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
set standard_conforming_strings = on set quote_all_identifiers = off set xmloption = 'content' set exit_on_error = off
as %L$f$, chr(10) || '#variable_conflict use_variable' || chr(10) || 'begin' || (select replace(p.prosrc, '#variable_conflict use_variable', '') from pg_proc p where p.oid = '"audit".capture()'::regprocedure) || $f$;
exception when others then
  begin
    perform nextval('"audit".lost_seq');
    insert into "audit".content (source, op, model, data, flags)
    values ('change', lower(tg_op collate "C"), tg_argv[0], json_build_object('details', json_build_object('lost', true, 'error', sqlstate))::text, 'gap');
  exception when others then
    null;
  end;
  raise warning 'audit: a change of % was not logged (%)', tg_argv[0], sqlstate using hint = 'nestjs-prisma-audit doctor says what is missing';
  return null;
end $f$);
end $do$;

-- Else anyone could attach the function to a table of his own and forge the entries of another model.
do $$
declare
  f regprocedure;
begin
  for f in select p.oid::regprocedure from pg_proc p where p.pronamespace = '"audit"'::regnamespace loop
    execute format('revoke all on function %s from public', f);
  end loop;
end $$;
