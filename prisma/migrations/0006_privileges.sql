-- Default privileges of the database may have given others rights on what was just created: nobody but the owner has any.

do $$
declare
  r record;
begin
  for r in
    select case c.relkind when 'S' then 'sequence' else 'table' end as kind, c.oid::regclass::text as name, a.grantee
      from pg_class c, aclexplode(c.relacl) a
     where c.relnamespace = '"audit"'::regnamespace and c.relkind in ('r', 'S') and a.grantee <> c.relowner
    union
    select 'function', p.oid::regprocedure::text, a.grantee
      from pg_proc p, aclexplode(p.proacl) a
     where p.pronamespace = '"audit"'::regnamespace and a.grantee <> p.proowner
  loop
    execute format('revoke all on %s %s from %s', r.kind, r.name,
      case when r.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(r.grantee)) end);
  end loop;
end $$;
