-- The entries of a unit of work and of a request in the order in which pages show them: a group of a hundred thousand is read a page at a time, not
-- sorted whole for each. An entry without either is in neither index. While they are made the sealer waits, and nobody else: no write of an
-- application touches this table.

do $$
declare
  part record;
  there regclass;
  patience constant text := current_setting('lock_timeout');
begin
  for part in select n.name, n.name || '_old' as old, n.key from (values ('entry_group', 'group_id'), ('entry_request', 'request_id')) n (name, key) loop
    there := to_regclass(format('"audit".%I', part.name));
    if there is null or (select i.indnkeyatts from pg_index i where i.indexrelid = there) = 1 then
      if there is not null then
        execute format('drop index if exists "audit".%I', part.old);
        execute format('alter index "audit".%I rename to %I', part.name, part.old);
      end if;
      execute format('create index %I on "audit".entry (%I, id) where %I is not null', part.name, part.key, part.key);
    end if;
    if to_regclass(format('"audit".%I', part.old)) is not null then
      -- Whoever reads the log holds this up, a verifier for an hour, and all others would wait behind it.
      begin
        perform set_config('lock_timeout', '2s', true);
        execute format('drop index "audit".%I', part.old);
        perform set_config('lock_timeout', patience, true);
      exception when lock_not_available then
        raise warning 'audit: the index % is of no use any more, but somebody reads the log now; later: drop index concurrently "audit".%', part.old, part.old;
      end;
    end if;
  end loop;
end $$;
