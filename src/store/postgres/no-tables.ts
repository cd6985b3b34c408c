import type { Table } from '../../event/coverage/table.js';
import type { Pool } from './pool.js';

/** $1: schemas, $2: names. `readTables` passes these over. */
const KINDS = `
select case when c.relispartition then 'a partition' else case c.relkind when 'v' then 'a view' when 'm' then 'a materialized view'
            when 'f' then 'a foreign table' when 'r' then 'a table of an extension or of Prisma' end end as kind
  from unnest($1::text[], $2::text[]) with ordinality as t (schema, name, place)
  left join pg_namespace n on n.nspname = t.schema
  left join pg_class c on c.relnamespace = n.oid and c.relname = t.name
 order by t.place`;

/** What each of these is in the database, where it is there and cannot have capture triggers of its own. */
export async function readNoTables(
  pool: Pool,
  tables: readonly Pick<Table, 'schema' | 'name'>[],
): Promise<readonly (string | undefined)[]> {
  const { rows } = await pool.query<{ kind: string | null }>(KINDS, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
  ]);
  return rows.map(({ kind }) => kind ?? undefined);
}
