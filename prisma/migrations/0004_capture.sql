-- capture(): the trigger behind engine "database", for each row and for TRUNCATE. It writes old and new values in the
-- statement that changed them.
-- What it writes is raw and lean; the sealer finishes it.
--
-- Arguments: model · single key column or '' · composite key columns as text[] or '' · redaction as a JSON object with a
-- null for each redacted column, or '' · tenant column or ''.
--
-- The settings pinned below colour the text of values (bytea, floats, times, money): the log must not depend on the session.
-- No statement here names a column of the audited table, so that no change of it can make a write fail.

create or replace function "audit".capture() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set "TimeZone" = 'UTC' set "DateStyle" = 'ISO, YMD' set "IntervalStyle" = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 set lc_monetary = 'C' set xmlbinary = 'base64'
as $$
declare
  query text := current_query();
  -- The last comment counts: ours is always the last, so one smuggled into raw SQL cannot win.
  comment text := split_part(query, '/*audit1:', -1);
  hex text := split_part(comment, '*/', 1);
  actor bytea;
  unit uuid;
  flag text;
  before record;
  after record;
  old_row json;
  new_row json;
  whose json;
  key text;
  tenant text;
  part text;
  parts text[];
  differs boolean;
  changed text[];
  rows bigint;
  data text;
begin
  if tg_op = 'UPDATE' and old *= new then
    return null; -- same record image: nothing changed
  end if;

  -- It counts only at the end of the text (behind it a tracing driver may have put comments of its own): 32 digits for the
  -- unit of work, then the section.
  if octet_length(hex) between 33 and 131072 and octet_length(comment) < octet_length(query)
    and (octet_length(hex) = octet_length(comment) - 2
      or octet_length(hex) < octet_length(comment) and substr(comment, length(hex) + 3) ~ '^(\s|;|/\*[^*/]*\*/)*$') then
    begin
      unit := nullif(left(hex, 32), '00000000000000000000000000000000')::uuid;
      actor := substr(decode(hex, 'hex'), 17);
    exception when others then
      unit := null;
      actor := convert_to(left(comment, 2000), 'UTF8');
      flag := 'malformed';
    end;
  else
    actor := convert_to(json_strip_nulls(json_build_object('id', 'db:' || session_user, 'type', 'system',
      'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8');
    flag := 'no-context';
  end if;

  if tg_op = 'TRUNCATE' then
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
    values ('change', 'truncate', tg_argv[0], unit, actor, json_build_object('details', json_build_object('rows', rows))::text, flag);
    return null;
  end if;

  begin
    if tg_argv[3] = '' then
      if tg_op <> 'INSERT' then old_row := row_to_json(old); end if;
      if tg_op <> 'DELETE' then new_row := row_to_json(new); end if;
    else
      -- Secrets go in a copy of the record, before there is any JSON: walking the JSON of a row fails on what a json column
      -- may hold (the escape of NUL).
      if tg_op <> 'INSERT' then
        before := old;
        if exists (select from pg_attribute where attrelid = tg_relid and atthasmissing) then
          -- A row older than a column has that column's default in the catalogue alone, where json_populate_record does not look.
          execute 'select ($1).*' into before using old;
        end if;
        before := json_populate_record(before, tg_argv[3]::json);
        old_row := row_to_json(before);
      end if;
      if tg_op <> 'DELETE' then
        after := json_populate_record(new, tg_argv[3]::json);
        new_row := row_to_json(after);
      end if;
    end if;

    whose := coalesce(new_row, old_row); -- after a change of the key: the new one
    if tg_argv[2] = '' and strpos(whose::text, '\u') = 0 then
      if tg_argv[1] <> '' then key := whose ->> tg_argv[1]; end if;
      if tg_argv[4] <> '' then tenant := whose ->> tg_argv[4]; end if;
    else
      if tg_argv[3] = '' then
        before := old;
        after := new;
      end if;
      if tg_op = 'DELETE' then after := before; end if;
      -- Slow and total: a composite key, or an escape that `->>` refuses.
      begin
        if tg_argv[1] <> '' then
          execute format('select ($1).%I::text', tg_argv[1]) using after into key;
        elsif tg_argv[2] <> '' then
          foreach part in array tg_argv[2]::text[] loop
            execute format('select ($1).%I::text', part) using after into part;
            parts := parts || coalesce(to_json(part)::text, 'null');
          end loop;
          key := '[' || array_to_string(parts, ',') || ']';
        end if;
        if tg_argv[4] <> '' then execute format('select ($1).%I::text', tg_argv[4]) using after into tenant; end if;
      exception when others then
        flag := concat_ws(',', flag, 'malformed'); -- a key column that was renamed: the change is logged without its id
      end;
    end if;

    data := concat('{', '"id":' || to_json(key)::text || ',', '"new":' || new_row::text, case when tg_op = 'UPDATE' then ',' end,
      '"old":' || old_row::text);
    if octet_length(data) > 67108864 then -- 64 MiB: what sealer and verifier can hold
      data := concat('{', '"id":' || to_json(key)::text || ',', '"truncated":"the row is too large to be logged"');
      flag := concat_ws(',', flag, 'truncated');
    end if;
  exception when program_limit_exceeded or out_of_memory or internal_error then
    -- A row that has no JSON of less than a gigabyte: the write must go through, and the entry says that it cannot show it.
    key := null;
    data := '{"truncated":"the row is too large to be logged"';
    flag := concat_ws(',', flag, 'truncated');
  end;

  if tg_argv[3] <> '' then
    flag := concat_ws(',', flag, 'redacted');
    data := data || ',"redacted":' || array_to_json(array(select json_object_keys(tg_argv[3]::json)))::text;
    if tg_op = 'UPDATE' then
      for part in select json_object_keys(tg_argv[3]::json) loop
        begin
          execute format('select ($1).%1$I::text is distinct from ($2).%1$I::text', part) using old, new into differs;
          if differs then changed := changed || part; end if;
        exception when others then
          null; -- the column is gone
        end;
      end loop;
      if changed is not null then data := data || ',"redactedChanged":' || array_to_json(changed)::text; end if;
    end if;
  end if;

  insert into "audit".content (source, op, model, resource_id, group_id, tenant_key, actor, data, flags)
  values ('change', lower(tg_op), tg_argv[0], key, unit, tenant, actor, data || '}', flag);
  return null;
end $$;

-- Else anyone could attach the function to a table of his own and forge the entries of another model.
revoke all on function "audit".capture() from public;
