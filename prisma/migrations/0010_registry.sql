-- The registry: chain 0, which tells of all chains, so that one signature and one write elsewhere cover every tenant. It holds control
-- entries of a closed list of kinds and nothing else, and its tenant key cannot be claimed: the sealer's process maps that text to its digest.

select set_config('audit.is_new', case when to_regclass('"audit".checkpoint') is null then 'yes' else '' end, true);

-- How far the registry has told of each chain. A projection of its entries `heads`.
create table if not exists "audit".head (
  chain integer primary key,
  size bigint not null check (size > 0)
) with (fillfactor = 50);

-- Signed checkpoints of the registry, as they were published.
create table if not exists "audit".checkpoint (
  size bigint primary key check (size > 0),
  note text not null check (octet_length(note) <= 131072),
  at timestamptz not null default clock_timestamp(),
  -- The machine that signed, as it calls itself: an anchor that lies on one is not where the next leader looks.
  host text not null check (octet_length(host) <= 255)
);

-- The newest checkpoint that an anchor has, and since when.
alter table "audit".sealer add column if not exists anchored_size bigint not null default 0;
alter table "audit".sealer add column if not exists anchored_at timestamptz;

select "audit".unforce(); -- 0001_log.sql

create or replace function "audit".head_grows() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.chain <> old.chain or new.size < old.size then
    raise exception 'audit: what the registry has told of a chain can only grow' using errcode = 'AUD01';
  end if;
  return new;
end $$;

do $$
declare
  r record;
begin
  -- Default privileges of the database may have given others rights on what was just created. Later, parts have theirs.
  for r in
    select c.oid::regclass as object, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)::text) end as role
      from pg_class c, aclexplode(c.relacl) a
     where c.oid in ('"audit".checkpoint'::regclass, '"audit".head'::regclass) and a.grantee <> c.relowner and current_setting('audit.is_new', true) = 'yes'
  loop
    execute format('revoke all on table %s from %s cascade', r.object, r.role);
  end loop;
  drop trigger if exists append_only on "audit".checkpoint;
  create trigger append_only before update or delete or truncate on "audit".checkpoint for each statement execute function "audit".refuse_change();
  alter table "audit".checkpoint enable always trigger append_only;
  drop trigger if exists keep on "audit".head;
  create trigger keep before delete or truncate on "audit".head for each statement execute function "audit".refuse_change();
  alter table "audit".head enable always trigger keep;
  drop trigger if exists grows on "audit".head;
  create trigger grows before update on "audit".head for each row execute function "audit".head_grows();
  alter table "audit".head enable always trigger grows;
  revoke all on "audit".checkpoint, "audit".head from public;
  revoke update, delete, truncate on "audit".checkpoint from current_user;
  revoke delete, truncate on "audit".head from current_user;
end $$;

-- Control entries of the registry, in one statement with everything that seal() does: written, sealed and, of `heads`, entered in head.
-- Raises as seal() does. The lists k_ are the rows, e_ their entries, one for each, h_ the chains and sizes that `heads` tells of.
create or replace function "audit".seal_registry(
  p_epoch bigint, p_holder text, p_lease_ms integer, p_sealed_at bigint,
  k_kind text[], k_pos bigint[], k_at bigint[], k_data text[], k_salt_actor text[], k_salt_data text[],
  p_old_size bigint, p_old_hash text, p_new_hash text, p_frontier text,
  e_id text, e_hash text, e_body text,
  h_chain integer[], h_size bigint[]
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  registry constant text := 'audit:registry';
  deployment text;
  reserved bigint[];
  rows integer := cardinality(k_kind);
  n integer;
begin
  if array[cardinality(k_pos), cardinality(k_at), cardinality(k_data), cardinality(k_salt_actor)] is distinct from array_fill(coalesce(cardinality(k_salt_data), -1), array[4])
    or (cardinality(k_salt_data) = rows and rows between 1 and 100 and p_old_size >= 0) is not true
    or (cardinality(h_chain) = cardinality(h_size) and cardinality(h_chain) <= 20000) is not true then
    raise exception 'audit: the lists of a batch have different lengths' using errcode = 'AUD03';
  end if;
  select s.origin, s.reserved into deployment, reserved from "audit".sealer s where s.epoch = p_epoch and s.holder = p_holder for update;
  if not found then
    raise exception 'audit: the lease of this sealer is lost' using errcode = 'AUD02';
  end if;
  if exists (
    select from unnest(k_kind, k_pos, k_at, k_data) with ordinality as u (kind, pos, at, data, place)
     where (u.pos = any (reserved)
            and timestamptz 'epoch' + u.at * interval '1 microsecond' between clock_timestamp() - interval '1 day' and clock_timestamp() + interval '1 minute'
            and octet_length(u.data) <= 1048576
            and jsonb_typeof(u.data::jsonb -> 'details') = 'object' and u.data::jsonb - 'details' = '{}'
            and case u.kind
                  when 'chain.open' then p_old_size = 0 and u.place = 1
                    and u.data::jsonb #- '{details,nonce}' = jsonb_build_object('details', jsonb_build_object('origin', deployment || '/registry', 'tenant', registry))
                    and u.data::jsonb #>> '{details,nonce}' ~ '^[0-9a-f]{32}$'
                  when 'heads' then u.place = rows
                    and u.data::jsonb -> 'details' = jsonb_build_object('heads', coalesce((select jsonb_agg(jsonb_build_array(h.chain, h.size) order by h.chain) from unnest(h_chain, h_size) h (chain, size)), '[]'))
                  else u.kind in ('key.rotated', 'restore.declared') and p_old_size + u.place > 1 end) is not true) then
    raise exception 'audit: this is no entry of the registry' using errcode = 'AUD03';
  end if;
  if cardinality(h_chain) > 0 and k_kind[rows] <> 'heads' then
    raise exception 'audit: only heads tell of chains' using errcode = 'AUD03';
  end if;

  update "audit".sealer s set reserved = array(select r.pos from unnest(s.reserved) with ordinality r (pos, place) where r.pos <> all (k_pos) order by r.place);
  if p_old_size = 0 then
    insert into "audit".chain (chain, origin, tenant_key, size, hash, frontier)
    values (0, deployment || '/registry', registry, 0, decode(repeat('00', 32), 'hex'), '');
  end if;
  insert into "audit".content (pos, at, source, op, tenant_key, actor, data, salt_actor, salt_data)
  select u.pos, timestamptz 'epoch' + u.at * interval '1 microsecond', 'control', u.kind, registry, convert_to('{"id":"sealer","type":"system"}', 'UTF8'), u.data, u.salt_actor::uuid, u.salt_data::uuid
    from unnest(k_kind, k_pos, k_at, k_data, k_salt_actor, k_salt_data) as u (kind, pos, at, data, salt_actor, salt_data);

  insert into "audit".head as told (chain, size)
  select c.chain, h.size from unnest(h_chain, h_size) h (chain, size) join "audit".chain c on c.chain = h.chain and c.chain > 0 and h.size between 1 and c.size
  on conflict (chain) do update set size = excluded.size;
  get diagnostics n = row_count;
  if n <> cardinality(h_chain) then
    raise exception 'audit: % of % chains are as far as they are said to be', n, cardinality(h_chain) using errcode = 'AUD03';
  end if;

  perform "audit".seal(p_epoch, p_holder, p_lease_ms, 0, p_sealed_at,
    '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
    array[0], array[p_old_size], array[p_old_hash], array[p_old_size + rows], array[p_new_hash], array[p_frontier],
    array_fill(0, array[rows]), array(select p_old_size + g from generate_series(0, rows - 1) g), k_pos, k_at, e_id, e_hash, array_fill(registry, array[rows]),
    array_fill('sealer'::text, array[rows]), k_kind, array_fill(null::text, array[rows]), array_fill(null::text, array[rows]), array_fill('success'::text, array[rows]),
    array_fill(null::text, array[rows]), array_fill(null::text, array[rows]), e_body);
end $$;

-- A checkpoint that was signed is kept before anybody else sees it, by the one who leads: what a process signs that was asleep while its
-- lease went to another is neither stored nor, since that comes first, anchored. Never one of a smaller size.
create or replace function "audit".save_checkpoint(p_epoch bigint, p_holder text, p_size bigint, p_note text, p_host text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  deployment text;
begin
  select s.origin into deployment from "audit".sealer s where s.epoch = p_epoch and s.holder = p_holder and "audit".lease_holds(s.lease_until, s.lease_ms) for update;
  if not found then
    raise exception 'audit: the lease of this sealer is lost' using errcode = 'AUD02';
  end if;
  if (octet_length(p_note) <= 131072 and octet_length(p_host) <= 255
      and starts_with(p_note, deployment || '/registry' || E'\n' || p_size || E'\n')
      and p_size <= (select c.size from "audit".chain c where c.chain = 0)
      and p_size > coalesce((select max(k.size) from "audit".checkpoint k), 0)) is not true then
    raise exception 'audit: this is no checkpoint that comes after the last one' using errcode = 'AUD03';
  end if;
  insert into "audit".checkpoint (size, note, host) values (p_size, p_note, p_host);
end $$;

-- Of which checkpoint an anchor has said that it keeps it.
create or replace function "audit".anchored(p_size bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update "audit".sealer s set anchored_size = p_size, anchored_at = clock_timestamp()
   where s.anchored_size <= p_size and exists (select from "audit".checkpoint k where k.size = p_size)
$$;

-- Facts about the registry, for doctor and probes: sizes and times. `hosts`: machines that signed the last hundred checkpoints.
create or replace function "audit".evidence_state()
returns table (registry_size bigint, signed_size bigint, signed_seconds double precision, anchored_size bigint, anchored_seconds double precision, hosts text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with latest as (select k.size, k.at, k.host from "audit".checkpoint k order by k.size desc limit 100)
  select (select c.size from "audit".chain c where c.chain = 0), (select max(size) from latest),
         extract(epoch from clock_timestamp() - (select max(at) from latest))::float8,
         s.anchored_size, extract(epoch from clock_timestamp() - s.anchored_at)::float8, (select array_agg(distinct l.host order by l.host) from latest l)
    from "audit".sealer s
$$;

-- For whoever verifies: that he has, and with which result.
create or replace function "audit".record_verified(p_details text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select "audit".record_as_reader('audit.verified', p_details, null)
$$;

revoke all on function "audit".record_verified(text), "audit".seal_registry(bigint, text, integer, bigint, text[], bigint[], bigint[], text[], text[], text[], bigint, text, text, text, text, text, text, integer[], bigint[]),
  "audit".save_checkpoint(bigint, text, bigint, text, text), "audit".anchored(bigint), "audit".evidence_state(), "audit".head_grows() from public;
