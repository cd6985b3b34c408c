import pg from 'pg';
import { AuditError } from '../../event/errors.js';
import { sqlState, type PoolClient } from './pool.js';
import { PARTS, type Part, type Roles } from './roles.js';

const FACTS = `
select n.part, n.role, r.oid is not null as there, coalesce(r.rolsuper, false) as super, coalesce(pg_has_role(r.oid, s.nspowner, 'member'), false) as owner,
       (select min(o.role) from unnest($1::text[], $2::text[]) as o (part, role) join pg_roles p on p.rolname = o.role
         where o.part <> n.part and pg_has_role(r.oid, p.oid, 'member')) as member_of
  from unnest($1::text[], $2::text[]) as n (part, role) left join pg_roles r on r.rolname = n.role
       cross join (select nspowner from pg_namespace where nspname = $3) s`;

const OWNS = `select pg_has_role(current_user, nspowner, 'usage') as owns, current_user as me, pg_get_userbyid(nspowner) as owner from pg_namespace where nspname = $1`;

interface Facts {
  part: Part;
  role: string;
  there: boolean;
  super: boolean;
  owner: boolean;
  member_of: string | null;
}

/**
 * Whether each role can play its part. Resolves with those that are to be created.
 * @throws AuditError `AUDIT_CONFIG_INVALID`, `AUDIT_PRIVILEGE_MISSING`
 */
export async function checkRoles(
  client: PoolClient,
  schema: string,
  roles: Roles,
  mayCreate: boolean,
): Promise<readonly string[]> {
  const named = PARTS.flatMap((part) => (roles[part] === undefined ? [] : [{ part, role: roles[part] }]));
  const twice = named.find(({ role }, i) => named.findIndex((other) => other.role === role) !== i);
  if (twice)
    throw invalid(
      `the role ${twice.role} has two parts: a level is made of different roles, name another one for ${twice.part}`,
    );
  const { rows: mine } = await client.query<{ owns: boolean; me: string; owner: string }>(OWNS, [schema]);
  if (!mine[0]?.owns) {
    // GRANT by somebody else only warns, and grants nothing.
    throw new AuditError(
      'AUDIT_PRIVILEGE_MISSING',
      `the role ${mine[0]?.me} does not own the log, ${mine[0]?.owner} does: migrate as that one (AUDIT_MIGRATE_DATABASE_URL)`,
    );
  }
  const { rows } = await client.query<Facts>(FACTS, [
    named.map(({ part }) => part),
    named.map(({ role }) => role),
    schema,
  ]);
  for (const facts of rows) refuse(facts, mayCreate);
  return named.map(({ role }) => role).filter((name) => rows.some(({ role, there }) => role === name && !there));
}

function refuse(facts: Facts, mayCreate: boolean): void {
  const { part, role } = facts;
  if (!facts.there && !mayCreate)
    throw invalid(`there is no role ${role} for ${part}: create it, or pass --create-roles`);
  if (facts.super)
    throw invalid(`the role ${role} is a superuser, and a level cannot bind it: name another for ${part}`);
  if (facts.owner)
    throw invalid(
      `the role ${role} owns the log or is a member of its owner, and could undo it: name another for ${part}`,
    );
  if (facts.member_of !== null)
    throw invalid(
      `the role ${role} is a member of ${facts.member_of}, and has its rights: revoke that, or name another for ${part}`,
    );
}

/** Roles are shared by all databases of a server: another migration, of another database, may create it at this moment. */
export async function createRole(client: PoolClient, role: string): Promise<void> {
  try {
    await client.query(`
do $$ begin
  create role ${pg.escapeIdentifier(role)} login;
exception when duplicate_object or unique_violation then
  null;
end $$`);
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    throw new AuditError(
      'AUDIT_PRIVILEGE_MISSING',
      `the migrating role may not create roles: have somebody run CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN, and leave --create-roles out`,
      { role },
      error,
    );
  }
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_CONFIG_INVALID', message);
}
