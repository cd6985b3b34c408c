-- Default privileges of the database may have given others rights on what was just created. close_rights() takes from everybody but
-- the owner what no part is due; the migrator calls it in the transaction that has created something.
--
-- p_due: null, for whom nothing is due, or {"app": {"functions": [name, …], "tables": [name, …]}, …}. As long as no role has a part, who reads
-- what a part could read is the owner's own affair.

create or replace function "audit".close_rights(p_due jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  roles jsonb := '{}';
  r record;
begin
  if to_regclass('"audit".level_role') is not null then
    execute 'select coalesce(jsonb_object_agg(role, part), $1) from "audit".level_role' into roles using roles;
  end if;
  for r in
    with granted as (
      select case c.relkind when 'S' then 'sequence' else 'table' end as kind, c.oid::regclass::text as object, c.relname::text as name, a.grantee, a.privilege_type as privilege
        from pg_class c, aclexplode(c.relacl) a
       where c.relnamespace = '"audit"'::regnamespace and c.relkind in ('r', 'v', 'S') and a.grantee <> c.relowner
      union
      select 'function', p.oid::regprocedure::text, p.proname, a.grantee, a.privilege_type
        from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where p.pronamespace = '"audit"'::regnamespace and a.grantee <> p.proowner
    ), known as (
      select g.*, case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee)::text end as role, roles ->> pg_get_userbyid(g.grantee)::text as part from granted g
    )
    select k.kind, k.object, k.privilege, case k.grantee when 0 then 'public' else quote_ident(k.role) end as role
      from known k
     where not case when k.grantee = 0 or p_due is null then false
                    when roles = '{}' and k.kind = 'table' then k.privilege = 'SELECT' and exists (select from jsonb_each(p_due) d where d.value -> 'tables' ? k.name)
                    when k.kind = 'function' then coalesce(p_due -> k.part -> 'functions' ? k.name, false)
                    when k.kind = 'table' then k.privilege = 'SELECT' and coalesce(p_due -> k.part -> 'tables' ? k.name, false)
                    else false end
  loop
    execute format('revoke %s on %s %s from %s cascade', r.privilege, r.kind, r.object, r.role);
  end loop;
end $$;

revoke all on function "audit".close_rights(jsonb) from public;
do $$ begin
  if to_regclass('"audit".level_role') is null then -- else roles have rights by now
    perform "audit".close_rights(null);
  end if;
end $$;
