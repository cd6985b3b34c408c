import type { Pool, PoolClient } from './pool.js';

/** A table that could be audited, as the database's catalogue has it. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns whose type is a domain that refuses NULL: they cannot be blanked in a copy of the row. */
  readonly notNullDomains: readonly string[];
  /** Columns of the primary key, else of the first unique key without NULL; empty if there is none. */
  readonly key: readonly string[];
  /** Arguments of the capture trigger that is there, if one is. */
  readonly trigger: readonly string[] | undefined;
  /** `O`: on; `D`: switched off, or not the trigger of ours that fires for every change. */
  readonly enabled: string | undefined;
  readonly truncateTrigger: boolean;
}

const TABLES = `
select n.nspname, c.relname,
  (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select array_agg(a.attname::text) from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and t.typnotnull) as domains,
  (select array_agg(a.attname::text order by k.ord)
     from (select i.indkey::int2[] as columns from pg_index i
            where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
              and not exists (select from unnest(i.indkey::int2[]) u (attnum) join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum where not a.attnotnull)
            order by i.indisprimary desc, i.indexrelid limit 1) i,
          unnest(i.columns) with ordinality as k (attnum, ord) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum) as key,
  t.tgargs,
  -- 29: after insert, update or delete, for each row; 34: before truncate, for each statement
  case when t.tgtype <> 29 or t.tgqual is not null or cardinality(t.tgattr::int2[]) > 0 or p.proname <> 'capture' then 'D' else t.tgenabled end as tgenabled,
  exists (select from pg_trigger x where x.tgrelid = c.oid and x.tgname = '!audit_truncate' and not x.tgisinternal and x.tgtype = 34 and x.tgenabled = 'O') as truncate
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_trigger t on t.tgrelid = c.oid and t.tgname = '!audit' and not t.tgisinternal
  left join pg_proc p on p.oid = t.tgfoid
 where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any ($1::text[])
   and c.relname <> '_prisma_migrations'
   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
 order by 1, 2`;

interface Row {
  nspname: string;
  relname: string;
  columns: string[] | null;
  domains: string[] | null;
  key: string[] | null;
  tgargs: Buffer | null;
  tgenabled: string | null;
  truncate: boolean;
}

export async function readTables(db: Pool | PoolClient, schemas: readonly string[]): Promise<readonly Table[]> {
  const { rows } = await db.query<Row>(TABLES, [schemas]);
  return rows.map((row) => ({
    schema: row.nspname,
    name: row.relname,
    columns: row.columns ?? [],
    notNullDomains: row.domains ?? [],
    key: row.key ?? [],
    // Each argument ends in a NUL byte.
    trigger: row.tgargs === null ? undefined : row.tgargs.toString('utf8').split('\0').slice(0, -1),
    enabled: row.tgenabled ?? undefined,
    truncateTrigger: row.truncate,
  }));
}
