/**
 * What the database does on its own with tables of which engine "client" captures, and what the role that writes may not see.
 * `$1`: tables, quoted; `$2`: the role of the application, else this one. Reads system catalogues alone.
 */
export const RISKS = `
with t as (
  select u.name, u.name::regclass as oid from unnest($1::text[]) as u (name) where to_regclass(u.name) is not null),
r as (select x.oid, x.rolname, x.rolsuper, x.rolbypassrls from pg_catalog.pg_roles x where x.rolname = coalesce($2::text, current_user))
select t.name as "table", (select rolname::text from r) as role,
  (select array_agg(g.tgname::text order by g.tgname)
     from pg_catalog.pg_trigger g join pg_catalog.pg_proc p on p.oid = g.tgfoid join pg_catalog.pg_language l on l.oid = p.prolang
    where g.tgrelid = t.oid and not g.tgisinternal and g.tgenabled <> 'D' and g.tgname not like '!audit%'
      -- One that only changes the row before it is written is seen with the row.
      and not (g.tgtype & 3 = 3 and l.lanname = 'plpgsql'
               and p.prosrc !~* '\\m(insert|update|delete|merge|truncate|execute|perform|select|call|with)\\M')) as triggers,
  (select array_agg(w.rulename::text order by w.rulename) from pg_catalog.pg_rewrite w
    where w.ev_class = t.oid and w.ev_type <> '1' and w.ev_enabled <> 'D') as rules,
  (select array_agg(i.inhrelid::regclass::text order by i.inhrelid::regclass::text)
     from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = t.oid and (not c.relispartition or c.relkind = 'f')) as heirs,
  (select c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
          and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage'))
     from pg_catalog.pg_class c, r where c.oid = t.oid) as "hidesRows",
  (select array_agg(a.attname::text order by a.attnum) from pg_catalog.pg_attribute a, r
    where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      and not has_column_privilege(r.oid, t.oid, a.attnum, 'select')) as unread,
  (select has_any_column_privilege(r.oid, t.oid, 'insert, update') or has_table_privilege(r.oid, t.oid, 'delete') from r) as writes
  from t order by 1`;

/** Foreign keys that lead to one of the tables `$1`, and by which the database changes rows on its own. */
export const ACTING_KEYS = `
select k.conname as name, k.conrelid::regclass::text as "from", k.confrelid::regclass::text as "to",
       n.nspname as "fromSchema", c.relname as "fromTable",
       (select array_agg(a.attname::text order by u.ord) from unnest(k.conkey) with ordinality as u (num, ord)
          join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num) as columns,
       k.confdeltype as "onDelete", k.confupdtype as "onUpdate"
  from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where k.contype = 'f' and k.conparentid = 0
   and k.confrelid in (select to_regclass(u.name) from unnest($1::text[]) as u (name))
   and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))
 order by 2, 1`;
