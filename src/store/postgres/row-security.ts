import pg from 'pg';
import type { PoolClient } from './pool.js';
import { ACCESS_EVENTS, ACCESS_POINT } from '../../event/access.js';
import { PARTS, type Part, type Roles } from './roles.js';
import { inSchema } from './schema.js';

/** Fails closed: after a transaction that set it, a setting is '' and not NULL, and entries without a tenant have the key ''. In a sub-select it is evaluated once, and the index is used. */
const TENANT = `(select case when current_setting('audit.no_tenant', true) = 'on' then '' else nullif(current_setting('audit.tenant', true), '') end)`;

const ACCESS = (of: string): string =>
  `${of}resource_type = '${ACCESS_POINT}' and ${of}action in (${ACCESS_EVENTS.map((event) => `'access.${event}'`).join(', ')})`;

const TABLES = ['entry', 'chain', 'content'] as const;
type Table = (typeof TABLES)[number];

/** A reader sees one tenant, and never the registry. Content has the tenant of its entry: what the column says is what the application claimed. */
const READER: Readonly<Record<Table, string>> = {
  entry: `tenant_key = ${TENANT} and chain > 0`,
  chain: `tenant_key = ${TENANT} and chain > 0`,
  content: `exists (select from "audit".entry e where e.pos = content.pos and e.tenant_key = ${TENANT} and e.chain > 0)`,
};

/** A guard sees who came and went there, and nothing else. */
const GUARD: Readonly<Partial<Record<Table, string>>> = {
  entry: `tenant_key = ${TENANT} and chain > 0 and ${ACCESS('')}`,
  content: `exists (select from "audit".entry e where e.pos = content.pos and e.tenant_key = ${TENANT} and e.chain > 0 and ${ACCESS('e.')})`,
};

/** What a part sees of a table; `undefined`: nothing. */
export function conditionOf(part: Part, table: Table): string | undefined {
  if (part === 'app') return undefined;
  return part === 'reader' ? READER[table] : part === 'guard' ? GUARD[table] : 'true';
}

/** The number is raised with the expression: a policy of another name is replaced, one of this name is left as it is, since replacing it locks the table. */
export const policyOf = (part: Part): string => `${part}_${part === 'reader' ? 2 : 1}`;

/** Whether there is somebody who does not see all. */
export const hasWalls = (roles: Roles): boolean => roles.reader !== undefined || roles.guard !== undefined;

const POLICIES = `
select c.relname as name, c.relrowsecurity as on,
       coalesce((select json_object_agg(p.polname, (select string_agg(r.rolname, ',') from pg_roles r where r.oid = any (p.polroles))) from pg_policy p where p.polrelid = c.oid), '{}') as policies
  from pg_class c where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relname = any ($2)`;

/** Rows are kept apart by tenant as soon as there is a reader or a guard. The owner, and so every function of the log, sees all. */
export async function reconcileRowSecurity(client: PoolClient, schema: string, roles: Roles): Promise<void> {
  const { rows } = await client.query<{
    name: Table;
    on: boolean;
    policies: Record<string, string | null>;
  }>(POLICIES, [schema, TABLES]);
  const run = (sql: string): Promise<unknown> => client.query(inSchema(schema, sql));
  for (const { name, on, policies } of rows) {
    const wanted = new Map<string, { role: string; condition: string }>();
    for (const part of hasWalls(roles) ? PARTS : []) {
      const [role, condition] = [roles[part], conditionOf(part, name)];
      if (role !== undefined && condition !== undefined) wanted.set(policyOf(part), { role, condition });
    }
    for (const [policy, role] of Object.entries(policies))
      if (wanted.get(policy)?.role !== role) await run(`drop policy ${pg.escapeIdentifier(policy)} on "audit".${name}`);
    for (const [policy, { role, condition }] of wanted)
      if (policies[policy] !== role)
        await run(
          `create policy ${policy} on "audit".${name} for select to ${pg.escapeIdentifier(role)} using (${condition})`,
        );
    if (on !== hasWalls(roles))
      await run(`alter table "audit".${name} ${on ? 'disable' : 'enable'} row level security`);
  }
}
