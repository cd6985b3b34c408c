import { AuditError } from '../../event/errors.js';
import type { ChainRange } from './key-ranges.js';
import { privilegeMissing, schemaMissing } from './content-store.js';
import { PostgresLogSource } from './log-source.js';
import { inTransaction } from './migrate.js';
import { isForbidden, isSchemaMissing, type Pool, type PoolClient } from './pool.js';
import { inSchema } from './schema.js';

/**
 * A role's own timeouts must not end a reading that takes as long as the log is long, and no path that the database or the role has set may
 * put functions and operators of somebody's before PostgreSQL's. `set`, not a query: none of this takes the snapshot. With the locks nobody
 * can truncate, rename or filter the tables meanwhile.
 */
const BEGIN = (snapshot: string): string => `
set transaction isolation level repeatable read, read only;
${snapshot}
set local search_path = pg_catalog, pg_temp;
set local statement_timeout = 0;
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local jit = off;
set local cursor_tuple_fraction = 0.0001;
lock table "audit".chain, "audit".entry, "audit".content in access share mode`;

/** Newer servers alone know it. */
const TRANSACTION_TIMEOUT = `select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'`;

/**
 * Tables whose rows this role may not see all of. A policy that is `true` hides nothing, as the sealer's; of any other nobody but
 * the server can say what it hides. What is no table can show whatever it likes.
 */
const FILTERED = `
select c.relname, c.relkind <> 'r' as no_table
  from pg_class c
 where c.oid in (to_regclass('"audit".chain'), to_regclass('"audit".entry'), to_regclass('"audit".content'), to_regclass('"audit".head'), to_regclass('"audit".checkpoint'))
   and (c.relkind <> 'r' or c.relname not in ('head', 'checkpoint') and row_security_active(c.oid) and not (
     exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*') and pg_get_expr(p.polqual, p.polrelid) = 'true'
                and exists (select from unnest(p.polroles) r (role) where role = 0 or pg_has_role(role, 'usage')))
     and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive and p.polcmd in ('r', '*'))))
 order by 1`;

/**
 * Columns of a type that somebody made: with it come casts and operators of his, which no path keeps away; and positions that are no int8,
 * since rows are joined by them.
 */
const STRANGE = `
select c.relname, a.attname
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
 where c.oid in (to_regclass('"audit".chain'), to_regclass('"audit".entry'), to_regclass('"audit".content'), to_regclass('"audit".head'), to_regclass('"audit".checkpoint'))
   and (t.typnamespace <> 'pg_catalog'::regnamespace or a.attname = 'pos' and t.oid <> 'int8'::regtype)
 order by 1, 2 limit 1`;

/** A part of the log, in the snapshot of another connection. */
export interface LogPart {
  /** As `exportSnapshot` named it. */
  readonly snapshot: string;
  readonly chains: ChainRange;
}

/**
 * Reads the log for the verifier, in one snapshot: what is sealed meanwhile is not seen.
 * @throws AuditError `AUDIT_PRIVILEGE_MISSING` if this role cannot see all of the log, `AUDIT_SCHEMA_MISSING`
 */
export async function withLogSource<T>(
  pool: Pool,
  schema: string,
  work: (source: PostgresLogSource) => Promise<T>,
  part?: LogPart,
): Promise<T> {
  return await inSnapshot(pool, schema, (client) => work(new PostgresLogSource(client, schema, part?.chains)), part);
}

/** One snapshot of the whole log. Throws as `withLogSource` does. */
export async function inSnapshot<T>(
  pool: Pool,
  schema: string,
  work: (client: PoolClient) => Promise<T>,
  part?: LogPart,
): Promise<T> {
  try {
    return await inTransaction(pool, async (client) => {
      await client.query(inSchema(schema, BEGIN(part === undefined ? '' : importing(part.snapshot))));
      await client.query(TRANSACTION_TIMEOUT);
      await refuseFiltered(client, schema);
      return await work(client);
    });
  } catch (error) {
    if (isForbidden(error)) throw privilegeMissing(schema, error);
    throw isSchemaMissing(error) ? schemaMissing(schema, error) : error;
  }
}

/** No parameters there. The name comes from the server. */
function importing(snapshot: string): string {
  if (!/^[0-9A-Za-z-]{1,60}$/.test(snapshot)) throw new TypeError('that is no name of a snapshot');
  return `set transaction snapshot '${snapshot}';`;
}

async function refuseFiltered(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ relname: string; no_table: boolean }>(inSchema(schema, FILTERED));
  const [first] = rows;
  if (first !== undefined) {
    throw new AuditError(
      'AUDIT_PRIVILEGE_MISSING',
      first.no_table
        ? `${first.relname} in the log's schema "${schema}" is not a table: what it shows is not the log; nothing was verified`
        : `row-level security may hide rows of ${rows.map((row) => row.relname).join(', ')} in the log's schema "${schema}" from this role: nothing was verified; use the sealer's role, or another that sees all of the log`,
      { schema },
    );
  }
  const [strange] = (await client.query<{ relname: string; attname: string }>(inSchema(schema, STRANGE))).rows;
  if (strange !== undefined)
    throw new AuditError('AUDIT_PRIVILEGE_MISSING', `the column ${strange.attname} of ${strange.relname} in the log's schema "${schema}" has not the type that the package gives it: what it shows is what somebody's functions make of it; nothing was verified`, { schema }); // prettier-ignore
  // Belt and braces: a query that would be filtered fails from here on. Not where a policy of ours lets all through.
  const { rows: active } = await client.query<{ active: boolean }>(
    inSchema(schema, `select bool_or(row_security_active(c.oid)) as active from pg_class c where c.oid in (to_regclass('"audit".chain'), to_regclass('"audit".entry'), to_regclass('"audit".content'))`), // prettier-ignore
  );
  if (active[0]?.active !== true) await client.query('set local row_security = off');
}
