-- For whoever takes entries along: what he asked for, told before the first of them leaves, in the chain of the tenant whose they are.
create or replace function "audit".record_exported(p_details text, p_tenant text default null) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select "audit".record_as_reader('audit.exported', p_details, p_tenant)
$$;

revoke all on function "audit".record_exported(text, text) from public;
