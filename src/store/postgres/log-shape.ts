import type { Pool, PoolClient } from './pool.js';

/** One thing in the log's schema, and all of it that decides what it does. */
export interface Part {
  readonly kind:
    | 'relation'
    | 'column'
    | 'constraint'
    | 'index'
    | 'function'
    | 'trigger'
    | 'rule'
    | 'view'
    | 'policy'
    | 'sequence'
    | 'child'
    | 'owner';
  /** Without the schema; of a table's part, after the table. */
  readonly name: string;
  /** The same text for the same thing, whatever the schema's name and the server's version. */
  readonly is: string;
}

/**
 * What the package's files make, as the catalogue has it. A function is known by its text and by how it is run; the name of the
 * schema is put back to what it is in the files; of a view's text white space and brackets are left out, which servers write differently. Not in it: rights (`rights.ts`), rows, indexes that only make things fast.
 */
const SHAPE = `
with log as (select n.oid, n.nspname, n.nspowner, '"' || n.nspname || '"' as quoted from pg_namespace n where n.nspname = $1),
relation as (select c.* from pg_class c join log on c.relnamespace = log.oid where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S'))
select 'relation' as kind, c.relname::text as name, concat_ws(' ', c.relkind, c.relpersistence) || case when c.relforcerowsecurity then ' forced' else '' end as is
  from relation c
union all
select 'column', c.relname || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end || ' ' || concat(a.attgenerated, a.attidentity)
       || coalesce(' default ' || replace(replace(pg_get_expr(d.adbin, d.adrelid), log.quoted || '.content_pos_seq', 'content_pos_seq'), log.nspname || '.content_pos_seq', 'content_pos_seq'), '')
  from log, relation c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where c.relkind <> 'S'
union all
select 'constraint', c.relname || '.' || k.conname, pg_get_constraintdef(k.oid) || case when k.convalidated then '' else ' not valid' end
  from relation c join pg_constraint k on k.conrelid = c.oid where k.contype in ('p', 'u', 'c', 'f', 'x')
union all
select 'index', i.relname::text, case when x.indisvalid then 'valid ' else 'invalid ' end || split_part(pg_get_indexdef(x.indexrelid), ' USING ', 2)
  from relation c join pg_index x on x.indrelid = c.oid and x.indisunique join pg_class i on i.oid = x.indexrelid
union all
select 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       encode(sha256(convert_to(concat_ws(E'\\n', l.lanname, p.prokind, p.provolatile, p.prosecdef, p.proisstrict, p.proleakproof, format_type(p.prorettype, null), p.proretset,
         (select string_agg(s, ',' order by s) from unnest(p.proconfig) s), replace(p.prosrc, log.quoted, '"audit"')), 'UTF8')), 'hex')
  from log join pg_proc p on p.pronamespace = log.oid join pg_language l on l.oid = p.prolang
union all
select 'trigger', c.relname || '.' || t.tgname,
       concat_ws(' ', t.tgtype, t.tgenabled, case when p.pronamespace = log.oid then '' else p.pronamespace::regnamespace || '.' end || p.proname, encode(t.tgargs, 'hex'), pg_get_expr(t.tgqual, t.tgrelid), t.tgattr)
  from log, relation c join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal join pg_proc p on p.oid = t.tgfoid
union all
select 'rule', c.relname || '.' || r.rulename, concat_ws(' ', r.ev_type, r.is_instead, r.ev_enabled)
  from relation c join pg_rewrite r on r.ev_class = c.oid where r.rulename <> '_RETURN' or c.relkind not in ('v', 'm')
union all
select 'view', c.relname, concat_ws(' ', array_to_string(c.reloptions, ','),
       encode(sha256(convert_to(regexp_replace(replace(replace(pg_get_viewdef(c.oid), log.quoted || '.', ''), log.nspname || '.', ''), '[\\s()]+', '', 'g'), 'UTF8')), 'hex'))
  from log, relation c where c.relkind = 'v'
union all
select 'policy', c.relname || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive, '') || replace(replace(coalesce(pg_get_expr(p.polqual, p.polrelid), ''), log.quoted || '.entry ', 'entry '), log.nspname || '.entry ', 'entry ') || coalesce(' check ' || pg_get_expr(p.polwithcheck, p.polrelid), '')
  from log, relation c join pg_policy p on p.polrelid = c.oid
union all
select 'sequence', s.relname::text, concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle)
  from relation s join pg_sequence q on q.seqrelid = s.oid
union all
select 'child', c.relname || '/' || i.inhrelid::regclass::text || '/' || i.inhparent::regclass::text, ''
  from relation c join pg_inherits i on c.oid in (i.inhrelid, i.inhparent)
union all
select 'owner', o.name, pg_get_userbyid(o.owner)
  from log, (select c.relname::text as name, c.relowner as owner from relation c
             union all select p.proname || '()', p.proowner from pg_proc p join log on p.pronamespace = log.oid) o
 where o.owner <> log.nspowner
 order by 1, 2`;

/** Reads catalogues alone: any role may. */
export async function readShape(db: Pool | PoolClient, schema: string): Promise<readonly Part[]> {
  return (await db.query<Part>(SHAPE, [schema])).rows;
}
