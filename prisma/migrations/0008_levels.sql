-- Levels of privilege. What application, sealer and reader do besides reading is a function each, so that none of them
-- needs a right to change a table. Which role is which is remembered here, so that a later migration gives the same rights;
-- the grants themselves are made by the migrator, never by a migration file.

create table if not exists "audit".level_role (
  part text primary key check (part in ('app', 'sealer', 'reader', 'auditor')),
  role text not null unique
);

-- Who leads, for whoever asks from outside: the role that logged in, and what its process calls itself.
alter table "audit".sealer add column if not exists role text;
alter table "audit".sealer add column if not exists application text;
-- Positions for control rows that have been handed out and not been used: seal() writes to no other.
alter table "audit".sealer add column if not exists reserved bigint[] not null default '{}';

select "audit".unforce(); -- 0001_log.sql

create or replace function "audit".level_roles() returns table (part text, role text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select l.part, l.role from "audit".level_role l order by 1
$$;

create or replace function "audit".applied() returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(m.name order by m.name), '{}') from "audit".migration m
$$;

-- Whether a lease holds. It has a length: one that ends later than its length from now was granted before the clock was set back, and
-- is over. Two who believe that they lead do no harm: compare-and-set in seal() is the safety, the lease is advice.
create or replace function "audit".lease_holds(p_until timestamptz, p_ms integer) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select p_until > clock_timestamp() and p_until <= clock_timestamp() + (p_ms + 1000) * interval '1 millisecond'
$$;

-- Takes the lease, for ten minutes at most, if it is free, has run out, or is the caller's. A server that is not the one of last time, or whose
-- transaction ids fall behind, gets a new incarnation: `<incarnation>.<xid>` must never repeat.
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
                              then left(replace(gen_random_uuid()::text, '-', ''), 8) else s.incarnation end
     where s.holder is null or s.holder = p_holder or not "audit".lease_holds(s.lease_until, s.lease_ms)
    returning s.epoch, s.origin, s.incarnation, s.low, (extract(epoch from s.last_sealed_at) * 1000)::bigint;
  if found then
    perform "audit".mend_positions(); -- a position must never be handed out twice
  end if;
end $$;

create or replace function "audit".renew(p_holder text, p_epoch bigint, p_lease_ms integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_lease_ms between 1 and 600000) is not true then
    raise exception 'audit: a lease lasts ten minutes at most' using errcode = '22023';
  end if;
  update "audit".sealer s set lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond', lease_ms = p_lease_ms
   where s.holder = p_holder and s.epoch = p_epoch;
  return found;
end $$;

create or replace function "audit".release(p_holder text, p_epoch bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update "audit".sealer set holder = null, lease_until = '-infinity' where holder = p_holder and epoch = p_epoch
$$;

-- Positions for control rows, and the first free chain number. A leader that was fenced off may still ask for some: those of the other
-- stay good, up to a hundred thousand together.
create or replace function "audit".reserve(p_count integer) returns table (pos bigint, chain integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  fresh bigint[];
begin
  if (p_count between 1 and 100000) is not true then
    raise exception 'audit: between 1 and 100,000 positions can be reserved' using errcode = 'AUD03';
  end if;
  fresh := array(select nextval('"audit".content_pos_seq') from generate_series(1, p_count));
  update "audit".sealer s set reserved = (s.reserved || fresh)[greatest(1, cardinality(s.reserved) + p_count - 99999):];
  return query
    select f.pos, greatest((select max(c.chain) from "audit".chain c), (select max(e.chain) from "audit".entry e), 0) + 1 from unnest(fresh) f (pos) order by 1;
end $$;

-- It writes entries, openings of chains and heads, under compare-and-set; it changes no row that is there but the heads.
alter function "audit".seal(bigint, text, integer, bigint, bigint, integer[], text[], text[], bigint[], bigint[], text[], text[], text[], text[], integer[], bigint[], text[], bigint[],
  text[], text[], integer[], bigint[], bigint[], bigint[], text, text, text[], text[], text[], text[], text[], text[], text[], text[], text) security definer;

-- How many writes went through although they could not be logged, under onMissing "warn"; null where nothing counts them.
create or replace function "audit".lost() returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  n bigint;
begin
  if to_regclass('"audit".lost_seq') is null then
    return null;
  end if;
  execute 'select case when is_called then last_value else 0 end from "audit".lost_seq' into n;
  return n;
end $$;

-- Chains that cannot grow: what their row says is no head of a log, or not the one of their entries. Their rows wait, the others
-- are sealed. Looks at every chain: for doctor, and for whoever finds that something waits.
create or replace function "audit".broken_chains() returns table (chain integer)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with recursive sealed (chain) as ( -- each chain that has entries, by one step of the index for each
    select min(e.chain) from "audit".entry e
    union all
    select (select min(e.chain) from "audit".entry e where e.chain > s.chain) from sealed s where s.chain is not null
  )
  select c.chain from "audit".chain c
   where c.size > 9007199254740000 or octet_length(c.hash) <> 32 or octet_length(c.origin) > 255 or c.origin !~ '^[a-z0-9._~-]+(/[a-z0-9._~-]+)*$'
      or octet_length(c.frontier) <> 32 * length(replace(c.size::bit(64)::text, '0', ''))
      or exists (select from "audit".entry e where e.chain = c.chain and e.seq >= c.size)
  union
  select s.chain from sealed s where s.chain is not null and not exists (select from "audit".chain c where c.chain = s.chain)
   order by 1
$$;

-- Facts about the unsealed tail, without its contents. `behind`: the sequence of positions is (see mend_positions). `ahead_seconds`: by how
-- much the last batch is sealed after now: the clock was ahead then, or was set back since. `low` is what a sealer has said: the 100,000
-- positions below it are looked at too.
create or replace function "audit".backlog() returns table (origin text, holder text, alive boolean, role text, application text, unsealed bigint, oldest_seconds bigint, behind boolean, ahead_seconds bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.origin, s.holder, "audit".lease_holds(s.lease_until, s.lease_ms), s.role, s.application, w.waiting, w.oldest::bigint,
         "audit".positions_behind(), greatest(extract(epoch from s.last_sealed_at - clock_timestamp()), 0)::bigint
    from "audit".sealer s,
         (select count(*) as waiting, extract(epoch from clock_timestamp() - min(c.at) filter (where isfinite(c.at))) as oldest
            from "audit".content c
           where c.pos > (select x.low - 100000 from "audit".sealer x) and not exists (select from "audit".entry e where e.pos = c.pos)) w
$$;

-- The unsealed tail for a probe that is asked every few seconds: where `backlog` counts all of it, this looks at `p_most` rows
-- behind `low` and at as many behind the last entry, so that its cost is bounded whatever has piled up, also behind a
-- transaction that holds `low` back. `at_least`: there may be more. `lag_ms`: from the capture of the last sealed row to its entry.
-- `writable`: this session could write. `behind`, `ahead_ms`: as in backlog.
create or replace function "audit".pending(p_most integer) returns table (alive boolean, unsealed bigint, at_least boolean, oldest_ms double precision, lag_ms double precision, writable boolean, behind boolean, ahead_ms double precision)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with s as (select x.low, "audit".lease_holds(x.lease_until, x.lease_ms) as alive, x.last_sealed_at from "audit".sealer x),
  sealed as (select e.pos, e.sealed_at, e.occurred_at from "audit".entry e where e.pos <= "audit".position() order by e.pos desc limit 1),
  h as (select s.low, s.alive, s.last_sealed_at, greatest(s.low, (select pos from sealed)) as high from s),
  early as (select c.pos, c.at from "audit".content c where c.pos > (select low from h) and c.pos <= (select high from h) order by c.pos limit least(p_most, 100000)),
  tail as (select c.at from "audit".content c where c.pos > (select high from h) order by c.pos limit least(p_most, 100000)),
  waiting as (select c.at from early c where not exists (select from "audit".entry e where e.pos = c.pos) union all select at from tail),
  looked as (select (select count(*) from early) >= least(p_most, 100000) or (select count(*) from tail) >= least(p_most, 100000) as at_least)
  select h.alive, w.n, looked.at_least, extract(epoch from clock_timestamp() - w.oldest)::float8 * 1000,
         (select extract(epoch from sealed_at - occurred_at)::float8 * 1000 from sealed where isfinite(occurred_at)),
         current_setting('transaction_read_only') = 'off', "audit".positions_behind(),
         greatest(extract(epoch from h.last_sealed_at - clock_timestamp()), 0)::float8 * 1000
    from h, looked, (select count(*) as n, min(at) filter (where isfinite(at)) as oldest from waiting) w
$$;

-- When somebody last looked at the capture triggers, whether that is too long ago for a sealer that is alive, and the tables
-- whose triggers have changed since.
create or replace function "audit".watch_state() returns table (at text, neglected boolean, changed text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select to_char(c.looked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
         "audit".lease_holds(s.lease_until, s.lease_ms) and c.looked_at < clock_timestamp() - interval '5 minutes' as neglected,
         (select array_agg(distinct coalesce(n.value, o.value) ->> 'table' order by coalesce(n.value, o.value) ->> 'table')
            from jsonb_each(c.triggers) o (key, value) full join jsonb_each("audit".coverage_now()) n (key, value) using (key)
           where o.value - 'table' is distinct from n.value - 'table') as changed
    from "audit".sealer s left join "audit".coverage c on true
$$;

-- What a part that reads leaves in the log. It says who by itself, so nobody can be accused of it; one that names a tenant leaves it in that
-- tenant's chain. `p_details`: a JSON object, kept in the erasable section. Returns the position. For functions that fix the action.
create or replace function "audit".record_as_reader(p_action text, p_details text, p_tenant text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  v_pos bigint;
  is_object boolean;
begin
  if p_details is null or octet_length(p_details) > 65536 or octet_length(p_tenant) > 1024 then
    raise exception 'audit: what was read is told in 64 KiB at most, and a tenant in 1 KiB' using errcode = '22023';
  end if;
  begin
    is_object := json_typeof(p_details::json) = 'object';
  exception when data_exception or program_limit_exceeded then
    is_object := false; -- PostgreSQL would repeat a piece of it
  end;
  if not is_object then
    raise exception 'audit: what was read is told as a JSON object' using errcode = '22023';
  end if;
  insert into "audit".content (source, header, tenant_key, actor, data)
  values ('read', '{"action":' || to_json(p_action) || '}', p_tenant,
    convert_to(json_strip_nulls(json_build_object('id', 'db:' || session_user, 'type', 'system', 'tenant', nullif(p_tenant, ''),
      'application', nullif(current_setting('application_name'), ''), 'ip', host(inet_client_addr())))::text, 'UTF8'),
    '{"details":' || p_details || '}')
  returning pos into v_pos;
  return v_pos;
end $$;

-- For every part that reads: that it has read, and what.
create or replace function "audit".record_read(p_details text, p_tenant text default null) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select "audit".record_as_reader('audit.read', p_details, p_tenant)
$$;

revoke all on table "audit".level_role from public;
revoke all on function "audit".level_roles(), "audit".applied(), "audit".acquire(text, integer), "audit".renew(text, bigint, integer),
  "audit".release(text, bigint), "audit".reserve(integer), "audit".lost(), "audit".backlog(), "audit".pending(integer),
  "audit".watch_state(), "audit".record_read(text, text), "audit".record_as_reader(text, text, text), "audit".lease_holds(timestamptz, integer), "audit".broken_chains() from public;
