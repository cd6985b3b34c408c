import pg from 'pg';
import type { Pool, PoolClient } from './pool.js';
import { inSchema } from './schema.js';
import type { InstalledTrigger, Table } from '../../event/coverage/table.js';

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
  (select array_agg(a.attname::text order by a.attnum)
     from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type i on i.oid in (t.typelem, t.typbasetype) and i.oid <> 0
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and coalesce(i.typname, t.typname) in ('json', 'jsonb')) as json,
  (select json_agg(json_build_object('name', t.tgname, 'type', t.tgtype, 'enabled', t.tgenabled, 'plain', t.tgqual is null and cardinality(t.tgattr::int2[]) = 0,
            'oldTable', t.tgoldtable, 'newTable', t.tgnewtable, 'function', json_build_array(f.nspname, p.proname), 'args', encode(t.tgargs, 'hex')) order by t.tgname)
     from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace f on f.oid = p.pronamespace
    where t.tgrelid = c.oid and not t.tgisinternal and (t.tgname in ('!audit', '!audit_insert', '!audit_update', '!audit_delete', '!audit_truncate') or t.tgname ~ '^!audit_[0-9a-f]{12}$')) as triggers,
  (select array_agg(p.relid::regclass::text order by p.relid::regclass::text)
     from pg_partition_tree(c.oid) p join pg_class d on d.oid = p.relid
    where p.level > 0 and d.relkind in ('r', 'p')
      and not exists (select from pg_trigger t join pg_trigger own on own.tgrelid = p.relid and own.tgname = t.tgname
                       where t.tgrelid = c.oid and t.tgname = '!audit_truncate' and (own.tgfoid, own.tgargs, own.tgtype, own.tgenabled) = (t.tgfoid, t.tgargs, t.tgtype, 'O'))) as bare,
  (select array_agg(p.relid::regclass::text order by p.relid::regclass::text)
     from pg_partition_tree(c.oid) p
    where p.level > 0 and exists (select from pg_trigger t where t.tgrelid = p.relid and not t.tgisinternal and t.tgparentid = 0
                                     and (t.tgname in ('!audit', '!audit_insert', '!audit_update', '!audit_delete') or t.tgname ~ '^!audit_[0-9a-f]{12}$'))) as own,
  c.relkind = 'p' as partitioned,
  to_regprocedure($2) is not null as leveled
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any ($1::text[])
   and c.relname <> '_prisma_migrations'
   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
 order by 1, 2`;

const LEVELS = `select "audit".level_of(c.name::regclass) as level from unnest($1::text[]) with ordinality as c (name, ord) order by c.ord`;

interface Row {
  nspname: string;
  relname: string;
  columns: string[] | null;
  domains: string[] | null;
  key: string[] | null;
  json: string[] | null;
  triggers: (Omit<InstalledTrigger, 'args'> & { args: string })[] | null;
  bare: string[] | null;
  own: string[] | null;
  partitioned: boolean;
  /** Whether the log has the function that tells the level. */
  leveled: boolean;
}

/** @param schema of the log: its function knows which level is right, once it is installed */
export async function readTables(
  db: Pool | PoolClient,
  schemas: readonly string[],
  schema: string,
): Promise<readonly Table[]> {
  const { rows } = await db.query<Row>(TABLES, [schemas, `${pg.escapeIdentifier(schema)}.level_of(regclass)`]);
  const levels = await readLevels(db, rows, schema);
  return rows.map((row, i) => ({
    schema: row.nspname,
    name: row.relname,
    columns: row.columns ?? [],
    notNullDomains: row.domains ?? [],
    key: row.key ?? [],
    jsonColumns: row.json ?? [],
    level: levels[i]?.level ?? 'statement',
    triggers: (row.triggers ?? []).map((trigger) => ({ ...trigger, args: argumentsOf(trigger.args) })),
    barePartitions: row.bare ?? [],
    ownPartitions: row.own ?? [],
    partitioned: row.partitioned,
  }));
}

async function readLevels(
  db: Pool | PoolClient,
  tables: readonly Row[],
  schema: string,
): Promise<readonly Pick<Table, 'level'>[]> {
  if (tables[0]?.leveled !== true) return [];
  const { rows } = await db.query<Pick<Table, 'level'>>(inSchema(schema, LEVELS), [
    tables.map((row) => qualified(row.nspname, row.relname)),
  ]);
  return rows;
}

export function qualified(schema: string, name: string): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}

/** Each argument ends in a NUL byte. */
function argumentsOf(hex: string): string[] {
  return Buffer.from(hex, 'hex').toString('utf8').split('\0').slice(0, -1);
}
