import pg from 'pg';
import type { Pool, PoolClient } from './pool.js';
import type { Engine } from '../../event/coverage/coverage.js';
import { MAY_READ, mayExecute, maySee, PARTS, type Roles } from './roles.js';

/** One right on one object of the log's schema. */
export interface Right {
  readonly privilege: string;
  readonly kind: 'schema' | 'table' | 'sequence' | 'function';
  /** Quoted and qualified; a function with the types of its arguments. */
  readonly object: string;
  /** Name without schema or arguments. */
  readonly name: string;
  /** Where the right is on one column alone. */
  readonly column: string | null;
  /** A role, or `public`. */
  readonly grantee: string;
}

/** Everything in a schema that rights can be given on. A function's ACL is null as long as it is the default, which lets PUBLIC execute it. */
const OBJECTS = `
with object as (
  select 'schema' as kind, quote_ident(n.nspname) as object, n.nspname::text as name, null::text as "column", n.nspacl as acl, n.nspowner as owner
    from pg_namespace n where n.nspname = $1
  union all
  select case c.relkind when 'S' then 'sequence' else 'table' end, quote_ident($1) || '.' || quote_ident(c.relname), c.relname::text, null, c.relacl, c.relowner
    from pg_class c where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'table', quote_ident($1) || '.' || quote_ident(c.relname), c.relname::text, a.attname::text, a.attacl, c.relowner
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p', 'v', 'm', 'f')
  union all
  select 'function', quote_ident($1) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proname::text, null,
         coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
    from pg_proc p where p.pronamespace = to_regnamespace(quote_ident($1))
)`;

const GRANTED = `${OBJECTS}
select o.kind, o.object, o.name, o."column", a.privilege_type as privilege,
       case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end as grantee
  from object o, aclexplode(o.acl) a
 where a.grantee <> o.owner
 order by 1 desc, o.name, 4, 5`;

const THERE = `${OBJECTS} select kind, object, name, "column" from object order by 1 desc, name, 4`;

/** Rights that somebody other than the owner was given. */
export async function readGranted(db: Pool | PoolClient, schema: string): Promise<readonly Right[]> {
  return (await db.query<Right>(GRANTED, [schema])).rows;
}

/** Rights that the parts are to have. */
export async function wantedRights(
  db: Pool | PoolClient,
  schema: string,
  roles: Roles,
  engine?: Engine,
): Promise<readonly Right[]> {
  const { rows } = await db.query<Omit<Right, 'privilege' | 'grantee'>>(THERE, [schema]);
  return PARTS.flatMap((part) => {
    const grantee = roles[part];
    if (grantee === undefined) return [];
    return rows.flatMap((object): Right[] => {
      const give = (privilege: string): Right[] => [{ ...object, privilege, grantee }];
      if (object.kind === 'schema') return give('USAGE');
      if (object.kind === 'function') return mayExecute(part, engine).includes(object.name) ? give('EXECUTE') : [];
      if (object.kind === 'sequence' || !MAY_READ[part].includes(object.name)) return [];
      const seen = maySee(part, object.name, object.column ?? '');
      if ((seen !== undefined) !== (object.column !== null)) return [];
      return seen === false ? [] : give('SELECT');
    });
  });
}

const key = ({ privilege, object, column, grantee }: Right): string =>
  JSON.stringify([privilege, object, column, grantee]);

/** What `some` has that `others` has not. */
export function without(some: readonly Right[], others: readonly Right[]): readonly Right[] {
  const known = new Set(others.map((right) => key(right)));
  return some.filter((right) => !known.has(key(right)));
}

/** `CASCADE`: what a grantee handed on goes with it. */
export function statementOf(verb: 'grant' | 'revoke', { privilege, kind, object, column, grantee }: Right): string {
  const what = column === null ? privilege : `${privilege} (${pg.escapeIdentifier(column)})`;
  const who = grantee === 'public' ? 'public' : pg.escapeIdentifier(grantee);
  return verb === 'grant'
    ? `grant ${what} on ${kind} ${object} to ${who}`
    : `revoke ${what} on ${kind} ${object} from ${who} cascade`;
}

/** What of rights that no part is due has to go: as long as no role is named, reading is the owner's own affair. */
export function excessRights(excess: readonly Right[], roles: Roles): readonly Right[] {
  if (Object.keys(roles).length > 0) return excess;
  return excess.filter(
    ({ kind, privilege, grantee }) =>
      grantee === 'public' || (privilege === 'USAGE' ? kind !== 'schema' : privilege !== 'SELECT' || kind !== 'table'),
  );
}
