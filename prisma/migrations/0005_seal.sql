-- seal(): one batch, in one statement. Compare-and-set on the sealer row and on every chain that grows is what makes the
-- log safe with any number of sealers; the lease only keeps them from working for nothing.
-- Raises AUD02 unless exactly the rows that the caller saw were there, and AUD03 for what no sealer can have seen: who holds the
-- sealer's login can seal, and can neither write content nor stop the writes of others. Whether a header says what was captured is
-- for the verifier, which does not trust a sealer.
--
-- The arrays n_ open the chains of tenants seen for the first time, c_ move chains from an old to a new head, e_ are the
-- headers. Lists in text are separated by line feeds, which neither a canonical body nor hex nor a UUID can contain.

create or replace function "audit".seal(
  p_epoch bigint,
  p_holder text,
  p_lease_ms integer,
  p_low bigint,
  p_sealed_at bigint, -- milliseconds since the epoch
  n_chain integer[], n_origin text[], n_tenant text[], n_pos bigint[], n_at bigint[], n_actor text[], n_data text[], n_salt_actor text[], n_salt_data text[],
  c_chain integer[], c_old_size bigint[], c_old_hash text[], c_new_size bigint[], c_new_hash text[], c_frontier text[],
  e_chain integer[], e_seq bigint[], e_pos bigint[], e_at bigint[], e_id text, e_hash text, e_tenant text[], e_actor text[], e_action text[],
  e_type text[], e_resource text[], e_outcome text[], e_request text[], e_group text[], e_body text
) returns void
language plpgsql set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
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
             cardinality(e_resource), cardinality(e_outcome), cardinality(e_request), cardinality(e_group),
             cardinality(string_to_array(coalesce(e_id, ''), E'\n')), cardinality(string_to_array(coalesce(e_hash, ''), E'\n'))]
       is distinct from array_fill(cardinality(string_to_array(coalesce(e_body, ''), E'\n')), array[14]) then
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

  insert into "audit".entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body)
  select u.chain, seq, u.pos, sealed_at, timestamptz 'epoch' + u.at * interval '1 microsecond', id::uuid, decode(u.hash, 'hex'), c.tenant_key, u.actor, action, type, resource, outcome, request, u.group_id::uuid, body
    from unnest(e_chain, e_seq, e_pos, e_at, string_to_array(e_id, E'\n'), string_to_array(e_hash, E'\n'), e_tenant, e_actor, e_action,
                e_type, e_resource, e_outcome, e_request, e_group, string_to_array(e_body, E'\n'))
         as u (chain, seq, pos, at, id, hash, tenant, actor, action, type, resource, outcome, request, group_id, body)
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

revoke all on function "audit".seal(bigint, text, integer, bigint, bigint,
  integer[], text[], text[], bigint[], bigint[], text[], text[], text[], text[],
  integer[], bigint[], text[], bigint[], text[], text[],
  integer[], bigint[], bigint[], bigint[], text, text, text[], text[], text[],
  text[], text[], text[], text[], text[], text) from public;
