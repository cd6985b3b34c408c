-- seal(): one batch, in one statement. Compare-and-set on the sealer row and on every chain that grows is what makes the
-- log safe with any number of sealers; the lease only keeps them from working for nothing.
-- Raises AUD02 unless exactly the rows that the caller saw were there.
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
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  sealed_at timestamptz := timestamptz 'epoch' + p_sealed_at * interval '1 millisecond';
  n integer;
begin
  update "audit".sealer s
     set low = greatest(s.low, p_low), last_sealed_at = sealed_at, lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond'
   where s.epoch = p_epoch and s.holder = p_holder and s.last_sealed_at < sealed_at;
  if not found then
    raise exception 'audit: the lease of this sealer is lost' using errcode = 'AUD02';
  end if;

  if cardinality(n_chain) > 0 then
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
  select chain, seq, pos, sealed_at, timestamptz 'epoch' + at * interval '1 microsecond', id::uuid, decode(hash, 'hex'), tenant, actor, action, type, resource, outcome, request, group_id::uuid, body
    from unnest(e_chain, e_seq, e_pos, e_at, string_to_array(e_id, E'\n'), string_to_array(e_hash, E'\n'), e_tenant, e_actor, e_action,
                e_type, e_resource, e_outcome, e_request, e_group, string_to_array(e_body, E'\n'))
         as u (chain, seq, pos, at, id, hash, tenant, actor, action, type, resource, outcome, request, group_id, body);
end $$;

revoke all on function "audit".seal(bigint, text, integer, bigint, bigint,
  integer[], text[], text[], bigint[], bigint[], text[], text[], text[], text[],
  integer[], bigint[], text[], bigint[], text[], text[],
  integer[], bigint[], bigint[], bigint[], text, text, text[], text[], text[],
  text[], text[], text[], text[], text[], text) from public;
