-- What entries are also found by: where they came from (`source`), the e-mail and the address of who acted; of an access (`access.entry`, `.exit`,
-- `.denied`, `.visitor`) the plate and who it was. Projections as the others: written by seal(), compared by the verifier. Entries that were
-- sealed before this file have none of them.

select set_config('audit.is_new', case when to_regclass('"audit".projection') is null then 'yes' else '' end, true);

create table if not exists "audit".projection (
  one boolean primary key default true check (one),
  from_pos bigint not null check (from_pos > 0) -- what is sealed below it may have been sealed before
);
-- Whoever leads is fenced off: a batch of the old seal() that waits for this transaction is refused behind it, and sealed again by the new one.
update "audit".sealer set epoch = epoch + 1, holder = null, lease_until = '-infinity' where not exists (select from "audit".projection);
alter table "audit".entry add column if not exists source text collate "C";
alter table "audit".entry add column if not exists actor_email text collate "C";
alter table "audit".entry add column if not exists address text collate "C";
alter table "audit".entry add column if not exists plate text collate "C";
alter table "audit".entry add column if not exists subject text collate "C";
-- Each with its cost for the sealer in docs/operations.md. Changes are nearly all there is: whoever asks for them reads entry_browse.
create index if not exists entry_source on "audit".entry (tenant_key, source, id) where source <> 'change' and source <> 'change.client';
create index if not exists entry_email on "audit".entry (tenant_key, actor_email, id) where actor_email is not null;
create index if not exists entry_address on "audit".entry (tenant_key, address, id) where address is not null;
create index if not exists entry_plate on "audit".entry (tenant_key, plate, id) where plate is not null;
create index if not exists entry_subject on "audit".entry (tenant_key, subject, id) where subject is not null;
create index if not exists entry_point on "audit".entry (tenant_key, resource_id, id) where resource_type = 'AccessPoint';
create index if not exists entry_access on "audit".entry (tenant_key, id) where resource_type = 'AccessPoint';
select "audit".unforce(); -- 0001_log.sql
insert into "audit".projection (from_pos)
select case when is_called then last_value + 1 else 1 end from "audit".content_pos_seq
on conflict (one) do nothing;
do $$
declare
  r record;
begin
  -- As in 0010_registry.sql: default privileges of the database may have opened what was just created.
  for r in
    select c.oid::regclass as object, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)::text) end as role
      from pg_class c, aclexplode(c.relacl) a
     where c.oid in ('"audit".projection'::regclass) and a.grantee <> c.relowner and current_setting('audit.is_new', true) = 'yes'
  loop
    execute format('revoke all on %s from %s cascade', r.object, r.role);
  end loop;
end $$;
drop trigger if exists keep on "audit".projection;
create trigger keep before update or delete or truncate on "audit".projection for each statement execute function "audit".refuse_change();
alter table "audit".projection enable always trigger keep;

-- seal() of 0005_seal.sql, and these columns. A sealer of before finds no function, and waits until it is replaced.
drop function if exists "audit".seal(bigint, text, integer, bigint, bigint, integer[], text[], text[], bigint[], bigint[], text[], text[], text[], text[], integer[], bigint[], text[], bigint[], text[], text[], integer[], bigint[], bigint[], bigint[], text, text, text[], text[], text[], text[], text[], text[], text[], text[], text);

create or replace function "audit".seal(
  p_epoch bigint,
  p_holder text,
  p_lease_ms integer,
  p_low bigint,
  p_sealed_at bigint, -- milliseconds since the epoch
  n_chain integer[], n_origin text[], n_tenant text[], n_pos bigint[], n_at bigint[], n_actor text[], n_data text[], n_salt_actor text[], n_salt_data text[],
  c_chain integer[], c_old_size bigint[], c_old_hash text[], c_new_size bigint[], c_new_hash text[], c_frontier text[],
  e_chain integer[], e_seq bigint[], e_pos bigint[], e_at bigint[], e_id text, e_hash text, e_tenant text[], e_actor text[], e_action text[],
  e_type text[], e_resource text[], e_outcome text[], e_request text[], e_group text[], e_source text[], e_email text[], e_address text[], e_plate text[], e_subject text[], e_body text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  sealed_at timestamptz;
  handed_out bigint;
  deployment text;
  reserved bigint[];
  highest integer;
  n integer;
begin
  if array[cardinality(n_chain), cardinality(n_origin), cardinality(n_tenant), cardinality(n_pos), cardinality(n_at), cardinality(n_actor), cardinality(n_data), cardinality(n_salt_actor)]
       is distinct from array_fill(coalesce(cardinality(n_salt_data), -1), array[8])
    or array[cardinality(c_chain), cardinality(c_old_size), cardinality(c_old_hash), cardinality(c_new_size), cardinality(c_new_hash)]
       is distinct from array_fill(coalesce(cardinality(c_frontier), -1), array[5])
    or array[cardinality(e_chain), cardinality(e_seq), cardinality(e_pos), cardinality(e_at), cardinality(e_tenant), cardinality(e_actor), cardinality(e_action), cardinality(e_type),
             cardinality(e_resource), cardinality(e_outcome), cardinality(e_request), cardinality(e_group), cardinality(e_source), cardinality(e_email), cardinality(e_address), cardinality(e_plate), cardinality(e_subject),
             cardinality(string_to_array(coalesce(e_id, ''), E'\n')), cardinality(string_to_array(coalesce(e_hash, ''), E'\n'))]
       is distinct from array_fill(cardinality(string_to_array(coalesce(e_body, ''), E'\n')), array[19]) then
    raise exception 'audit: the lists of a batch have different lengths' using errcode = 'AUD03';
  end if;
  if cardinality(e_chain) = 0 then
    raise exception 'audit: a batch seals something' using errcode = 'AUD03';
  end if;
  if p_low is null or p_sealed_at is null or (p_lease_ms between 1 and 600000) is not true or octet_length(e_body) > 17000 * (cardinality(e_chain) + 1) then
    raise exception 'audit: a lease is between 1 ms and ten minutes long, and a body under 16 KiB' using errcode = 'AUD03';
  end if;
  sealed_at := timestamptz 'epoch' + p_sealed_at * interval '1 millisecond';

  update "audit".sealer s
     set low = greatest(s.low, p_low), last_sealed_at = sealed_at, lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond', lease_ms = p_lease_ms
   where s.epoch = p_epoch and s.holder = p_holder and s.last_sealed_at < sealed_at
     -- No later than now, or than the batch before: a time far ahead would be the least of every batch to come.
     and sealed_at <= greatest(clock_timestamp() + interval '1 second', date_trunc('milliseconds', s.last_sealed_at + interval '999 microseconds') + interval '1 millisecond')
  returning s.origin, s.reserved into deployment, reserved;
  if not found then
    if exists (select from "audit".sealer s where s.epoch = p_epoch and s.holder = p_holder and s.last_sealed_at < sealed_at) then
      raise exception 'audit: the time of the batch lies ahead of the clock' using errcode = 'AUD03';
    end if;
    raise exception 'audit: the lease of this sealer is lost' using errcode = 'AUD02';
  end if;
  select case when is_called then last_value else 0 end into handed_out from "audit".content_pos_seq;
  if p_low > handed_out then
    raise exception 'audit: positions up to % are said to be settled, and % were handed out', p_low, handed_out using errcode = 'AUD03';
  end if;

  if cardinality(n_chain) > 0 then
    -- A chain whose row is gone keeps its number.
    select greatest((select max(c.chain) from "audit".chain c), (select max(e.chain) from "audit".entry e), 0) into highest;
    -- What is written is an opening and nothing else, the first entry of its chain: with one of the next numbers, named after the deployment, of a tenant that has no chain, with a nonce.
    if exists (
      select from unnest(n_chain, n_origin, n_tenant, n_pos, n_at, n_actor, n_data) as u (chain, origin, tenant, pos, at, actor, data)
       where (u.chain between highest + 1 and highest + cardinality(n_chain) and u.origin = deployment || '/' || u.chain and octet_length(u.tenant) <= 1024 and u.pos = any (reserved)
              and timestamptz 'epoch' + u.at * interval '1 microsecond' between clock_timestamp() - interval '1 day' and clock_timestamp() + interval '1 minute'
              and octet_length(u.actor) <= 16384 and octet_length(u.data) <= 16384
              and convert_from(decode(u.actor, 'hex'), 'UTF8')::jsonb = jsonb_strip_nulls(jsonb_build_object('id', 'sealer', 'type', 'system', 'tenant', nullif(u.tenant, '')))
              and u.data::jsonb #- '{details,nonce}' = jsonb_build_object('details', jsonb_build_object('origin', u.origin, 'tenant', u.tenant))
              and u.data::jsonb #>> '{details,nonce}' ~ '^[0-9a-f]{32}$'
              and exists (select from unnest(e_chain, e_seq, e_pos) e (chain, seq, pos) where e.chain = u.chain and e.seq = 0 and e.pos = u.pos)) is not true) then
      raise exception 'audit: this does not open a chain' using errcode = 'AUD03';
    end if;
    update "audit".sealer s set reserved = array(select r.pos from unnest(s.reserved) with ordinality r (pos, place) where r.pos <> all (n_pos) order by r.place);
    insert into "audit".chain (chain, origin, tenant_key, size, hash, frontier)
    select chain, origin, tenant, 0, decode(repeat('00', 32), 'hex'), '' from unnest(n_chain, n_origin, n_tenant) as u (chain, origin, tenant);
    insert into "audit".content (pos, at, source, op, model, tenant_key, actor, data, salt_actor, salt_data)
    select pos, timestamptz 'epoch' + at * interval '1 microsecond', 'control', 'chain.open', null, tenant, decode(actor, 'hex'), data, salt_actor::uuid, salt_data::uuid
      from unnest(n_pos, n_at, n_tenant, n_actor, n_data, n_salt_actor, n_salt_data) as u (pos, at, tenant, actor, data, salt_actor, salt_data);
  end if;

  update "audit".chain c
     set size = u.new_size, hash = decode(u.new_hash, 'hex'), frontier = decode(u.frontier, 'hex')
    from unnest(c_chain, c_old_size, c_old_hash, c_new_size, c_new_hash, c_frontier) as u (chain, old_size, old_hash, new_size, new_hash, frontier)
   where c.chain = u.chain and c.size = u.old_size and c.hash = decode(u.old_hash, 'hex');
  get diagnostics n = row_count;
  if n <> cardinality(c_chain) then
    raise exception 'audit: % of % chains are where the sealer left them', n, cardinality(c_chain) using errcode = 'AUD02';
  end if;

  insert into "audit".entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, source, actor_email, address, plate, subject, body)
  select u.chain, seq, u.pos, sealed_at, timestamptz 'epoch' + u.at * interval '1 microsecond', id::uuid, decode(u.hash, 'hex'), c.tenant_key, u.actor, action, type, resource, outcome, request, u.group_id::uuid, u.source, email, address, u.plate, u.subject, body
    from unnest(e_chain, e_seq, e_pos, e_at, string_to_array(e_id, E'\n'), string_to_array(e_hash, E'\n'), e_tenant, e_actor, e_action,
                e_type, e_resource, e_outcome, e_request, e_group, e_source, e_email, e_address, e_plate, e_subject, string_to_array(e_body, E'\n'))
         as u (chain, seq, pos, at, id, hash, tenant, actor, action, type, resource, outcome, request, group_id, source, email, address, plate, subject, body)
    join "audit".chain c on c.chain = u.chain and c.tenant_key = u.tenant
    -- What has not been captured cannot be sealed; and the registry (0010_registry.sql) holds what seal_registry() writes.
    join "audit".content t on t.pos = u.pos and (u.chain <> 0 or t.source = 'control' and t.tenant_key = 'audit:registry' and t.op in ('chain.open', 'heads', 'key.rotated', 'restore.declared'));
  get diagnostics n = row_count;
  if n <> cardinality(e_chain) then
    raise exception 'audit: % of % headers are of content and of chains that are there', n, cardinality(e_chain) using errcode = 'AUD03';
  end if;

  -- Each chain grows by its entries, from the old size to the new one, to the hash of the last and to a node for each bit that is set
  -- (RFC 6962 §2.1).
  if exists (
    select from unnest(c_chain, c_old_size, c_new_size, c_new_hash, c_frontier) as m (chain, old_size, new_size, new_hash, frontier)
           full join (select u.chain, min(u.seq) as first, max(u.seq) as last, count(*) as n, (array_agg(u.hash order by u.seq desc))[1] as hash
                        from unnest(e_chain, e_seq, string_to_array(e_hash, E'\n')) as u (chain, seq, hash) group by u.chain) e using (chain)
     where (e.first = m.old_size and e.last = m.new_size - 1 and e.n = m.new_size - m.old_size and e.hash = m.new_hash
            and octet_length(m.frontier) = 64 * bit_count(m.new_size::bit(64))) is not true) then
    raise exception 'audit: a chain does not grow by the entries of the batch' using errcode = 'AUD03';
  end if;
end $$;

revoke all on function "audit".seal(bigint, text, integer, bigint, bigint, integer[], text[], text[], bigint[], bigint[], text[], text[], text[], text[], integer[], bigint[], text[], bigint[], text[], text[], integer[], bigint[], bigint[], bigint[], text, text, text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text) from public;

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
    array_fill(null::text, array[rows]), array_fill(null::text, array[rows]), array_fill('control'::text, array[rows]), array_fill(null::text, array[rows]), array_fill(null::text, array[rows]), array_fill(null::text, array[rows]), array_fill(null::text, array[rows]), e_body);
end $$;

revoke all on function "audit".seal_registry(bigint, text, integer, bigint, text[], bigint[], bigint[], text[], text[], text[], bigint, text, text, text, text, text, text, integer[], bigint[]) from public;
