-- For whoever computes a seal anew: whole sections with their salts, of entries of the tenant that the transaction names, as the policies of a
-- reader have it. With a salt alone the value behind a commitment could be guessed after its erasure: so none leaves without its section,
-- and one that is as erased has neither. At most 50 entries and 16 MiB, in the order of their ids; what comes behind is left out.
create or replace function "audit".sealed_sections(p_ids uuid[])
returns table (id uuid, salt_actor text, actor bytea, salt_data text, data text)
language sql stable security definer set search_path = pg_catalog, pg_temp rows 1 as $$
  select s.id, case when s.actor is not null then replace(s.salt_actor::text, '-', '') end, case when s.salt_actor is not null then s.actor end,
         case when s.data is not null then replace(s.salt_data::text, '-', '') end, case when s.salt_data is not null then s.data end
    from (select e.id, c.salt_actor, c.actor, c.salt_data, c.data,
                 sum(coalesce(octet_length(c.actor), 0)::bigint + coalesce(octet_length(c.data), 0)) over (order by e.id rows unbounded preceding) as bytes
            from "audit".entry e join "audit".content c on c.pos = e.pos
           where e.id = any (array(select unnest(p_ids) limit 50)) and e.chain > 0
             and e.tenant_key = (select case when current_setting('audit.no_tenant', true) = 'on' then '' else nullif(current_setting('audit.tenant', true), '') end)) s
   where s.bytes <= 16777216
$$;

revoke all on function "audit".sealed_sections(uuid[]) from public;
