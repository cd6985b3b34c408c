-- Followers: whoever must see each sealed entry once, in an order without a gap.
--
-- The order is (sealed_at, chain, seq), and no entry ever appears behind a place that a reader has seen: seal() begins by moving last_sealed_at of the
-- one row of sealer, which it locks until its transaction ends, to a time that is greater than the one there. So batches commit in the order of their
-- times, whoever seals and however late he commits, and a snapshot that shows one of them shows all before it. A batch becomes visible whole.
create index if not exists entry_sealed on "audit".entry (sealed_at, chain, seq);

select set_config('audit.is_new', case when to_regclass('"audit".follower') is null then 'yes' else '' end, true);

-- One row for each follower. The place is that of the last entry that was handled, with its hash; all null: of none. mark: what follower_mark() makes
-- of it, so that a row that was changed by anything else shows.
create table if not exists "audit".follower (
  name text collate "C" primary key check (name ~ '^[A-Za-z][A-Za-z0-9_-]{0,62}$'),
  chain integer,
  seq bigint,
  sealed_at timestamptz,
  hash bytea,
  handled bigint not null default 0,
  mark bytea not null,
  moved_at timestamptz not null default clock_timestamp(),
  epoch bigint not null default 0,
  holder text,
  lease_until timestamptz not null default '-infinity',
  lease_ms integer not null default 10000,
  failures integer not null default 0, -- in a row
  failed_at timestamptz,
  error text,
  -- Who moved it by hand, and when.
  set_by text,
  set_at timestamptz
) with (fillfactor = 10);

-- Entries that a follower has set aside: nobody waits for them, and nobody has taken them. The reason is what the handler said.
create table if not exists "audit".follower_dead (
  name text collate "C" not null,
  chain integer not null,
  seq bigint not null,
  id uuid not null,
  sealed_at timestamptz not null,
  state text not null default 'dead' check (state in ('dead', 'replay', 'replayed', 'skipped')),
  tries integer not null,
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  -- Who asked for it to be replayed or skipped.
  set_by text,
  set_at timestamptz,
  primary key (name, chain, seq)
);
create index if not exists follower_dead_open on "audit".follower_dead (name, state, sealed_at) where state in ('dead', 'replay');

select "audit".unforce(); -- 0001_log.sql

alter table "audit".level_role drop constraint if exists level_role_part_check;
alter table "audit".level_role add constraint level_role_part_check check (part in ('app', 'sealer', 'reader', 'auditor', 'guard', 'follower'));

-- Not a secret: it shows a mistake, and not the owner of the log who makes the mark too.
create or replace function "audit".follower_mark(p_name text, p_chain integer, p_seq bigint, p_sealed_at timestamptz, p_hash bytea, p_handled bigint) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(convert_to(concat_ws('|', 'audit-follower/v1', p_name, p_chain, p_seq, extract(epoch from p_sealed_at), encode(p_hash, 'hex'), p_handled), 'UTF8'))
$$;

-- Why a follower must not go on from where its row says: the row was changed by hand, or the log is not the one that it has followed.
create or replace function "audit".follower_trouble(p_name text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case
      when f.mark is distinct from "audit".follower_mark(f.name, f.chain, f.seq, f.sealed_at, f.hash, f.handled) then 'edited'
      when num_nulls(f.chain, f.seq, f.sealed_at, f.hash) not in (0, 4) then 'edited'
      when f.chain is not null and not exists (select from "audit".entry e where e.chain = f.chain and e.seq = f.seq and e.hash = f.hash and e.sealed_at = f.sealed_at) then 'ahead'
      when f.sealed_at > (select s.last_sealed_at from "audit".sealer s) then 'ahead'
    end
    from "audit".follower f where f.name = p_name
$$;

-- Takes the lease of a follower if it is free, has run out, or is the caller's; makes the follower, at the beginning of the log or (p_from 'now') at its end.
create or replace function "audit".follower_acquire(p_name text, p_holder text, p_lease_ms integer, p_from text)
returns table (epoch bigint, chain integer, seq bigint, sealed_at bigint, hash text, trouble text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if (p_lease_ms between 1 and 600000) is not true or (octet_length(p_holder) between 1 and 200) is not true or (p_from in ('start', 'now')) is not true then
    raise exception 'audit: a lease has a holder of 1 to 200 bytes and lasts ten minutes at most, and a follower begins at start or now' using errcode = '22023';
  end if;
  if not exists (select from "audit".follower f where f.name = p_name) then
    if (select count(*) from "audit".follower) >= 1000 then
      raise exception 'audit: there are 1000 followers, and no more can be made' using errcode = '54000';
    end if;
    insert into "audit".follower as f (name, chain, seq, sealed_at, hash, mark)
    select p_name, e.chain, e.seq, e.sealed_at, e.hash, "audit".follower_mark(p_name, e.chain, e.seq, e.sealed_at, e.hash, 0)
      from (select 1) one left join lateral (
        select e.* from "audit".entry e where p_from = 'now' and e.sealed_at <= (select s.last_sealed_at from "audit".sealer s) order by e.sealed_at desc, e.chain desc, e.seq desc limit 1) e on true
    on conflict (name) do nothing;
  end if;
  return query
    update "audit".follower f
       set epoch = f.epoch + 1, holder = p_holder, lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond', lease_ms = p_lease_ms
     where f.name = p_name and (f.holder is null or f.holder = p_holder or not "audit".lease_holds(f.lease_until, f.lease_ms))
    returning f.epoch, f.chain, f.seq, (extract(epoch from f.sealed_at) * 1000000)::bigint, encode(f.hash, 'hex'), "audit".follower_trouble(f.name);
end $$;

create or replace function "audit".follower_renew(p_name text, p_holder text, p_epoch bigint, p_lease_ms integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_lease_ms between 1 and 600000) is not true then
    raise exception 'audit: a lease lasts ten minutes at most' using errcode = '22023';
  end if;
  update "audit".follower f set lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond', lease_ms = p_lease_ms
   where f.name = p_name and f.holder = p_holder and f.epoch = p_epoch;
  return found;
end $$;

create or replace function "audit".follower_release(p_name text, p_holder text, p_epoch bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update "audit".follower set holder = null, lease_until = '-infinity' where name = p_name and holder = p_holder and epoch = p_epoch
$$;

-- Moves a follower from the place where its caller left it to a later entry, with p_count entries handled in between, and sets those of the lists d_ aside: in one
-- statement, in the caller's transaction. Raises AUD02 where another holds the lease, AUD05 where the row or the log is not what the caller saw.
create or replace function "audit".follower_move(p_name text, p_holder text, p_epoch bigint, p_lease_ms integer, p_old_chain integer, p_old_seq bigint, p_chain integer, p_seq bigint, p_count integer,
  d_chain integer[], d_seq bigint[], d_tries integer[], d_reason text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  was record;
begin
  if (p_lease_ms between 1 and 600000) is not true or (p_count between 0 and 100000) is not true
    or array[cardinality(d_chain), cardinality(d_seq), cardinality(d_tries)] is distinct from array_fill(coalesce(cardinality(d_reason), -1), array[3]) or cardinality(d_chain) > p_count then
    raise exception 'audit: the lists of a batch have different lengths' using errcode = '22023';
  end if;
  select f.chain, f.seq, f.sealed_at into was from "audit".follower f where f.name = p_name and f.holder = p_holder and f.epoch = p_epoch for update;
  if not found then
    raise exception 'audit: the lease of this follower is lost' using errcode = 'AUD02';
  end if;
  if (was.chain, was.seq) is distinct from (p_old_chain, p_old_seq) or "audit".follower_trouble(p_name) is not null then
    raise exception 'audit: the cursor is not where the follower left it' using errcode = 'AUD05';
  end if;
  update "audit".follower f
     set chain = e.chain, seq = e.seq, sealed_at = e.sealed_at, hash = e.hash, handled = f.handled + p_count, moved_at = clock_timestamp(), failures = 0, error = null,
         mark = "audit".follower_mark(f.name, e.chain, e.seq, e.sealed_at, e.hash, f.handled + p_count),
         lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond', lease_ms = p_lease_ms
    from "audit".entry e
   where f.name = p_name and e.chain = p_chain and e.seq = p_seq and e.sealed_at <= (select s.last_sealed_at from "audit".sealer s)
     and (e.sealed_at, e.chain, e.seq) > (coalesce(was.sealed_at, 'epoch'), coalesce(was.chain, -1), coalesce(was.seq, -1));
  if not found then
    raise exception 'audit: a follower moves on, to an entry that is there' using errcode = 'AUD05';
  end if;
  insert into "audit".follower_dead as d (name, chain, seq, id, sealed_at, tries, reason)
  select p_name, e.chain, e.seq, e.id, e.sealed_at, u.tries, left(u.reason, 2000)
    from unnest(d_chain, d_seq, d_tries, d_reason) u (chain, seq, tries, reason) join "audit".entry e on e.chain = u.chain and e.seq = u.seq
  on conflict (name, chain, seq) do update set state = 'dead', tries = excluded.tries, reason = excluded.reason, at = excluded.at;
end $$;

-- An attempt failed. False where another holds the lease.
create or replace function "audit".follower_failed(p_name text, p_holder text, p_epoch bigint, p_error text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update "audit".follower f set failures = least(f.failures, 2147483646) + 1, failed_at = clock_timestamp(), error = left(p_error, 2000)
   where f.name = p_name and f.holder = p_holder and f.epoch = p_epoch;
  return found;
end $$;

-- What became of an entry that was to be replayed: p_reason null: it was handled.
create or replace function "audit".follower_replayed(p_name text, p_holder text, p_epoch bigint, p_chain integer, p_seq bigint, p_reason text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from "audit".follower f where f.name = p_name and f.holder = p_holder and f.epoch = p_epoch for update;
  if not found then
    raise exception 'audit: the lease of this follower is lost' using errcode = 'AUD02';
  end if;
  update "audit".follower_dead d
     set state = case when p_reason is null then 'replayed' else 'dead' end, tries = least(d.tries, 2147483646) + 1, reason = coalesce(left(p_reason, 2000), d.reason), at = clock_timestamp()
   where d.name = p_name and d.chain = p_chain and d.seq = p_seq and d.state = 'replay';
end $$;

-- By hand: entries that were set aside are to be replayed, or are given up. p_ids null: all of them. Returns how many.
create or replace function "audit".follower_settle(p_name text, p_ids uuid[], p_state text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  n integer;
begin
  if (p_state in ('replay', 'skipped')) is not true then
    raise exception 'audit: what was set aside is replayed or skipped' using errcode = '22023';
  end if;
  update "audit".follower_dead d set state = p_state, set_by = session_user, set_at = clock_timestamp()
   where d.name = p_name and d.state in ('dead', 'replay') and d.state <> p_state and (p_ids is null or d.id = any (p_ids));
  get diagnostics n = row_count;
  return n;
end $$;

-- By hand: the follower goes on behind this entry, or (null) from the beginning. Who runs it loses the lease. False: there is no such follower, or no such entry.
create or replace function "audit".follower_reset(p_name text, p_chain integer, p_seq bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update "audit".follower f
     set chain = e.chain, seq = e.seq, sealed_at = e.sealed_at, hash = e.hash, handled = 0, mark = "audit".follower_mark(f.name, e.chain, e.seq, e.sealed_at, e.hash, 0),
         epoch = f.epoch + 1, holder = null, lease_until = '-infinity', failures = 0, error = null, set_by = session_user, set_at = clock_timestamp()
    from (select 1) one left join "audit".entry e on e.chain = p_chain and e.seq = p_seq
   where f.name = p_name and (p_chain is null and p_seq is null or e.chain is not null);
  return found;
end $$;

-- By hand: the entry that a follower is at is set aside as skipped, and it goes on behind it. Returns the id; null: there is none.
create or replace function "audit".follower_skip(p_name text, p_reason text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  was "audit".follower;
  next record;
begin
  select f.* into was from "audit".follower f where f.name = p_name for update;
  if not found or "audit".follower_trouble(p_name) is not null then
    return null;
  end if;
  select e.* into next from "audit".entry e
   where (e.sealed_at, e.chain, e.seq) > (coalesce(was.sealed_at, 'epoch'), coalesce(was.chain, -1), coalesce(was.seq, -1)) and e.sealed_at <= (select s.last_sealed_at from "audit".sealer s)
   order by e.sealed_at, e.chain, e.seq limit 1;
  if not found then
    return null;
  end if;
  update "audit".follower f
     set chain = next.chain, seq = next.seq, sealed_at = next.sealed_at, hash = next.hash, handled = f.handled + 1,
         mark = "audit".follower_mark(f.name, next.chain, next.seq, next.sealed_at, next.hash, f.handled + 1),
         epoch = f.epoch + 1, holder = null, lease_until = '-infinity', failures = 0, error = null, set_by = session_user, set_at = clock_timestamp()
   where f.name = p_name;
  insert into "audit".follower_dead as d (name, chain, seq, id, sealed_at, state, tries, reason, set_by, set_at)
  values (p_name, next.chain, next.seq, next.id, next.sealed_at, 'skipped', was.failures, left(coalesce(p_reason, ''), 2000), session_user, clock_timestamp())
  on conflict (name, chain, seq) do update set state = 'skipped', set_by = excluded.set_by, set_at = excluded.set_at;
  return next.id;
end $$;

-- How each follower is: numbers, names and times, nothing that was logged. lag: entries that wait for it, of p_most that are counted at most; lag_ms: since when
-- the oldest of them was sealed; keep_ms: entries sealed from then on are still wanted by it.
create or replace function "audit".followers(p_most integer) returns table (name text, alive boolean, failures integer, failing_ms double precision, moved_ms double precision, dead integer, replay integer,
  lag integer, at_least boolean, lag_ms double precision, keep_ms double precision, trouble text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.name, "audit".lease_holds(f.lease_until, f.lease_ms), f.failures,
         case when f.failures > 0 then greatest(extract(epoch from clock_timestamp() - f.failed_at), 0)::float8 * 1000 end,
         greatest(extract(epoch from clock_timestamp() - f.moved_at), 0)::float8 * 1000,
         d.dead, d.replay, w.lag, w.lag >= least(p_most, 100000),
         case when w.lag > 0 then greatest(extract(epoch from clock_timestamp() - w.oldest), 0)::float8 * 1000 end,
         extract(epoch from least(coalesce(f.sealed_at, 'epoch'), d.oldest))::float8 * 1000, "audit".follower_trouble(f.name)
    from "audit".follower f
   cross join lateral (
     select count(*)::integer as lag, min(e.sealed_at) as oldest
       from (select e.sealed_at from "audit".entry e
              where (e.sealed_at, e.chain, e.seq) > (coalesce(f.sealed_at, 'epoch'), coalesce(f.chain, -1), coalesce(f.seq, -1)) and e.sealed_at <= (select s.last_sealed_at from "audit".sealer s)
              order by e.sealed_at, e.chain, e.seq limit least(p_most, 100000)) e) w
   cross join lateral (
     select count(*) filter (where d.state = 'dead')::integer as dead, count(*) filter (where d.state = 'replay')::integer as replay, min(d.sealed_at) as oldest
       from "audit".follower_dead d where d.name = f.name and d.state in ('dead', 'replay')) d
   order by f.name
$$;

-- As in 0008_levels.sql, and where the row of the sealer is behind the entries (the data alone was restored, or somebody set it back), it is brought to
-- them: with a clock that went back too, a batch would be sealed behind a place that a follower has seen. What claims to be sealed a day from now is nothing to go by.
create or replace function "audit".acquire(p_holder text, p_lease_ms integer)
returns table (epoch bigint, origin text, incarnation text, low bigint, last_sealed_at bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_server text;
  v_behind boolean;
begin
  if (p_lease_ms between 1 and 600000) is not true or (octet_length(p_holder) between 1 and 200) is not true then
    raise exception 'audit: a lease has a holder of 1 to 200 bytes and lasts ten minutes at most' using errcode = '22023';
  end if;
  begin
    select c.system_identifier || '/' || p.timeline_id into v_server from pg_control_system() c, pg_control_checkpoint() p;
  exception when insufficient_privilege then
    v_server := ''; -- some hosts keep these to themselves: then a restore shows by its transaction ids alone
  end;
  select pg_current_xact_id() < coalesce(max(c.xid::text::numeric)::text::xid8, '0') into v_behind
    from (select xid from "audit".content order by pos desc limit 100) c;
  return query
    update "audit".sealer s
       set epoch = s.epoch + 1, holder = p_holder, lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond', lease_ms = p_lease_ms,
           role = session_user, application = current_setting('application_name'),
           server = case when v_server = '' then s.server else v_server end,
           incarnation = case when v_behind or (v_server <> '' and s.server not in ('', v_server))
                              then left(replace(gen_random_uuid()::text, '-', ''), 8) else s.incarnation end,
           last_sealed_at = greatest(s.last_sealed_at, (select e.sealed_at from "audit".entry e where e.sealed_at <= clock_timestamp() + interval '1 day' order by e.sealed_at desc limit 1))
     where s.holder is null or s.holder = p_holder or not "audit".lease_holds(s.lease_until, s.lease_ms)
    returning s.epoch, s.origin, s.incarnation, s.low, (extract(epoch from s.last_sealed_at) * 1000)::bigint;
  if found then
    perform "audit".mend_positions(); -- a position must never be handed out twice
  end if;
end $$;

do $$
declare
  r record;
begin
  -- As in 0010_registry.sql: default privileges of the database may have opened what was just created.
  for r in
    select c.oid::regclass as object, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)::text) end as role
      from pg_class c, aclexplode(c.relacl) a
     where c.oid in ('"audit".follower'::regclass, '"audit".follower_dead'::regclass) and a.grantee <> c.relowner and current_setting('audit.is_new', true) = 'yes'
  loop
    execute format('revoke all on table %s from %s cascade', r.object, r.role);
  end loop;
end $$;

revoke all on table "audit".follower, "audit".follower_dead from public;
revoke all on function "audit".follower_mark(text, integer, bigint, timestamptz, bytea, bigint), "audit".follower_trouble(text), "audit".follower_acquire(text, text, integer, text),
  "audit".follower_renew(text, text, bigint, integer), "audit".follower_release(text, text, bigint),
  "audit".follower_move(text, text, bigint, integer, integer, bigint, integer, bigint, integer, integer[], bigint[], integer[], text[]), "audit".follower_failed(text, text, bigint, text),
  "audit".follower_replayed(text, text, bigint, integer, bigint, text), "audit".follower_settle(text, uuid[], text), "audit".follower_reset(text, integer, bigint),
  "audit".follower_skip(text, text), "audit".followers(integer) from public;
