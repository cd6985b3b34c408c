import type { Query } from '../driver-adapter.js';

/** A table as SQL names it. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

const isOfExtension = (catalogue: string, oid: string): string =>
  `exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.${catalogue}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;

/** A function in C, which the system or an extension has. */
const isNative = (oid: string): string =>
  `exists (select from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
            where p.oid = ${oid} and l.lanname in ('c', 'internal') and (p.oid < 16384 or ${isOfExtension('pg_proc', 'p.oid')}))`;

/** Has a function or an operator in it that is not the system's. */
const uses = (catalogue: string, oid: string): string =>
  `exists (select from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.${catalogue}'::regclass and d.objid = ${oid} and d.refobjid >= 16384
              and d.refclassid in ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_operator'::regclass))`;

/**
 * Columns of tables that can be read without a line of anybody's code being run. One row for each.
 *
 * Not of a database where an operator, a cast, an operator class or a type `text` could take the place of the system's: those of
 * extensions in C do no such thing. Not of a table where reading runs code: a view, a rule, a policy, a foreign table, a partition
 * or child that may be one, an index, a constraint or statistics with a function of the application's, which the planner may
 * call. Not a column whose type is neither the system's nor an enum, nor one that is computed when it is read. (PostgreSQL manual,
 * 10.2, 41, 52.) Objects of the system have numbers below 16384, and are not in `pg_depend`.
 */
const ASK = `
with safe as materialized (
  select (select count(*) from pg_catalog.pg_type x where x.typname = 'text' and x.oid >= 16384) = 0
     and (select count(*) from pg_catalog.pg_operator o
           where o.oid >= 16384 and not (${isOfExtension('pg_operator', 'o.oid')} and ${isNative('o.oprcode')})) = 0
     and (select count(*) from pg_catalog.pg_cast k
           where k.oid >= 16384 and k.castfunc <> 0 and not (${isOfExtension('pg_cast', 'k.oid')} and ${isNative('k.castfunc')})) = 0
     and (select count(*) from pg_catalog.pg_opclass o where o.oid >= 16384 and not ${isOfExtension('pg_opclass', 'o.oid')}) = 0 as yes),
wanted as materialized (
  select w.schema, w.name, c.oid
    from unnest($1::text[], $2::text[]) as w (schema, name)
    join pg_catalog.pg_namespace n on n.nspname = w.schema::name
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.name::name
   where (select yes from safe)
     and c.relkind = 'r' and not c.relrowsecurity and not c.relhassubclass and not c.relispartition
     and (select m.amname from pg_catalog.pg_am m where m.oid = c.relam) = 'heap'
     and (select count(*) from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.ev_type = '1') = 0
     and (select count(*) from pg_catalog.pg_statistic_ext s where s.stxrelid = c.oid and s.stxexprs is not null) = 0
     and (select count(*) from pg_catalog.pg_index i where i.indrelid = c.oid and ${uses('pg_class', 'i.indexrelid')}) = 0
     and (select count(*) from pg_catalog.pg_constraint k where k.conrelid = c.oid and ${uses('pg_constraint', 'k.oid')}) = 0)
select t.schema, t.name, a.attname::text
  from wanted t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid
  join pg_catalog.pg_type y on y.oid = a.atttypid
 where a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
   and ((y.oid < 16384 and y.typtype in ('b', 'r', 'm')) or y.typtype = 'e'
     or (y.typcategory = 'A' and (select e.typtype from pg_catalog.pg_type e where e.oid = y.typelem) = 'e'))`;

export function question(tables: readonly TableName[]): Query {
  const list = { scalarType: 'string', arity: 'list' };
  return {
    sql: ASK,
    args: [tables.map(({ schema }) => schema), tables.map(({ table }) => table)],
    argTypes: [list, list],
  };
}
