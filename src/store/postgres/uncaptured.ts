import type { Check } from './checks.js';
import type { Coverage } from './coverage.js';
import type { Pool } from './pool.js';
import { DEFAULT_SCHEMA } from './schema.js';

/** What is in the database and changes without an entry, or not with every one that one could expect, by kind. $1: audited schemas, $2: that of the log. */
const UNCAPTURED = `
with relation as (
  select c.*, c.oid::regclass::text as name, n.nspname = any ($1::text[]) as audited,
         exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') as extension
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', $2)),
found (kind, name) as (
  select 'foreign', name from relation where audited and relkind = 'f' and not relispartition
  union all select 'foreignPartition', name from relation where audited and relkind = 'f' and relispartition
  union all select 'insteadOf', name from relation where audited and relkind = 'v'
                   and exists (select from pg_trigger t where t.tgrelid = relation.oid and t.tgtype & 64 = 64)
  union all select 'materialized', name from relation where audited and relkind = 'm'
  union all select 'unlogged', name from relation where audited and relkind in ('r', 'p') and relpersistence = 'u'
  union all select 'extension', name from relation where audited and relkind in ('r', 'p') and extension
  union all select 'replicated', name from relation where audited and exists (select from pg_subscription_rel s where s.srrelid = relation.oid)
  union all select 'partitionOfOther', r.name from relation r where r.audited and r.relispartition
                   and exists (select from pg_class p join pg_namespace n on n.oid = p.relnamespace where p.oid = pg_partition_root(r.oid) and n.nspname <> all ($1::text[]))
  union all select 'childElsewhere', r.name from relation r where not r.audited and not r.relispartition
                   and exists (select from pg_inherits i join relation p on p.oid = i.inhparent and p.audited where i.inhrelid = r.oid)
  union all select 'schema', n.nspname from pg_namespace n
             where exists (select from relation r where r.relnamespace = n.oid and not r.audited and not r.extension and r.relkind in ('r', 'p', 'f') and not r.relispartition)
  union all select 'largeObject', count(*)::text from pg_largeobject_metadata having count(*) > 0)
select kind, array_agg(name order by name) as names from found group by kind order by kind`;

const SAYS: Readonly<Record<string, readonly [state: Check['state'], of: (names: string) => string]>> = {
  foreign: ['warn', (names) => `foreign tables are not captured: ${names}`],
  foreignPartition: ['warn', (names) => `partitions on other servers are captured when they are written through this database, and not there: ${names}`], // prettier-ignore
  insteadOf: ['warn', (names) => `views with INSTEAD OF triggers: what the trigger writes to an audited table is captured, the write to the view is not: ${names}`], // prettier-ignore
  materialized: ['ok', (names) => `materialized views are not captured, they show what tables hold: ${names}`],
  unlogged: ['warn', (names) => `unlogged tables are captured, but a crash of the server empties them without an entry: ${names}`], // prettier-ignore
  extension: ['warn', (names) => `tables of extensions are not captured: ${names}`],
  replicated: ['warn', (names) => `tables that a subscription fills: what it writes is not captured: ${names}`],
  partitionOfOther: ['warn', (names) => `partitions of a table whose schema is not audited are not captured: ${names}`],
  childElsewhere: ['warn', (names) => `tables that inherit from an audited one, in a schema that is not audited, are not captured: ${names}`], // prettier-ignore
  schema: ['ok', (names) => `schemas that are not audited and have tables: ${names}`],
  largeObject: ['warn', (names) => `large objects are not captured: ${names} of them`],
};

const SHOWN = 10;

/**
 * What is not captured, whatever its kind: one check for each kind that is there. Reads the catalogue alone. Temporary tables,
 * which live no longer than their session, are never captured and not looked for.
 */
export async function checkUncaptured(pool: Pool, coverage: Coverage): Promise<readonly Check[]> {
  const { schemas = ['public'], schema = DEFAULT_SCHEMA } = coverage;
  const { rows } = await pool.query<{ kind: string; names: string[] }>(UNCAPTURED, [schemas, schema]);
  return rows.flatMap(({ kind, names }) => {
    const said = SAYS[kind];
    if (said === undefined) return [];
    const [state, of] = said;
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    return [{ name: `uncaptured:${kind}`, state, message: `${of(names.slice(0, SHOWN).join(', '))}${more}` }];
  });
}
