import { fail, ok, MIGRATE, type Check } from './checks.js';
import type { Pool } from './pool.js';
import { mergeRoles, storedRoles } from './privileges.js';
import { checkRights } from './check-rights.js';
import { LEVELS, MAY_EXECUTE, type LevelConfig, type PrivilegeLevel, type Roles } from './roles.js';

export const MEANS: Record<PrivilegeLevel, string> = {
  single: 'this role owns the log; tampering is found, not prevented',
  split: 'this role cannot change the log; its process may hold the sealer’s login, and the owner still can',
  separate: 'this role cannot change the log, and its processes do not seal; the owner still can',
};

export interface FoundLevel {
  readonly level: PrivilegeLevel;
  readonly checks: readonly Check[];
}

interface Facts {
  readonly me: string;
  readonly owns: boolean;
  readonly changes: string[];
}

/** What this role may do to the log, by whatever way: as its owner, by a grant, through PUBLIC or another role. */
const FACTS = `
select current_user as me,
       (select rolsuper from pg_roles where rolname = current_user)
         or exists (select from pg_class c where c.relnamespace = n.oid and pg_has_role(current_user, c.relowner, 'member'))
         or pg_has_role(current_user, n.nspowner, 'member') as owns,
       (select coalesce(array_agg(p || ' ' || c.relname order by c.relname, p), '{}')
          from pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as p
         where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v')
           and (has_table_privilege(current_user, c.oid, p)
                or p in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(current_user, c.oid, p)))
       || (select coalesce(array_agg('EXECUTE ' || f.proname order by f.proname), '{}')
             from pg_proc f where f.pronamespace = n.oid and f.proname <> all ($2::text[]) and has_function_privilege(current_user, f.oid, 'EXECUTE'))
       || case when has_schema_privilege(current_user, n.oid, 'CREATE') then array['CREATE in the schema'] else '{}' end as changes
  from pg_namespace n where n.nspname = $1`;

/** The name that the command `seal` gives its connections: an application that seals has another. */
const SEALS_APART = 'nestjs-prisma-audit seal';

export interface LastSealer {
  readonly role: string | null;
  readonly application: string | null;
}

/**
 * Which level there is, seen from the role of this connection, which should be the application's, and whether it is the one
 * that is asked for. Where a role of the application is named, *split* is asked for.
 */
export async function checkLevel(
  pool: Pool,
  schema: string,
  options: LevelConfig,
  sealer: LastSealer,
): Promise<FoundLevel> {
  const { rows } = await pool.query<Facts>(FACTS, [schema, MAY_EXECUTE.app]);
  const facts = rows[0];
  if (!facts) throw new Error(`there is no schema ${schema}`);
  const stored = await storedRoles(pool, schema);
  const { me, owns, changes } = facts;
  const apart = sealer.application === SEALS_APART && sealer.role !== null && sealer.role !== me;
  const level = owns || changes.length > 0 ? 'single' : apart ? 'separate' : 'split';
  const wanted = options.level ?? (stored.app === undefined && options.roles?.app === undefined ? 'single' : 'split');
  const checks: Check[] = [];

  const other = (['sealer', 'reader'] as const).find((part) => stored[part] === me);
  if (other !== undefined) {
    checks.push(fail('level', `this is the role of the ${other}, and the level is that of the application`, `pass the application's URL`)); // prettier-ignore
  } else if (LEVELS.indexOf(level) >= LEVELS.indexOf(wanted)) {
    checks.push(ok('level', `${level}: ${MEANS[level]}`));
  } else {
    checks.push(fail('level', `the level is ${level}, and ${wanted} is asked for: ${reason(facts, sealer)}`, remedy(facts, stored))); // prettier-ignore
  }
  // Of an owner it goes without saying.
  if (!owns && other === undefined && changes.length > 0)
    checks.push(fail('rights', `the role ${me} has more rights on the log than an application needs (${changes.join(', ')})`, MIGRATE)); // prettier-ignore
  if (stored.sealer !== undefined && sealer.role !== null && sealer.role !== stored.sealer)
    checks.push({
      name: 'sealer.role',
      state: 'warn',
      message: `the last sealer logged in as ${sealer.role}, and the role of the sealer is ${stored.sealer}`,
      remedy: 'give it AUDIT_SEALER_DATABASE_URL, or the option sealerUrl',
    });
  checks.push(...(await checkRights(pool, schema, mergeRoles(stored, options.roles ?? {}), stored)));
  return { level, checks };
}

function reason({ me, owns, changes }: Facts, sealer: LastSealer): string {
  if (owns) return `the role ${me} owns the log, is a superuser, or is a member of its owner`;
  if (changes.length > 0) return `the role ${me} may ${changes[0]}${changes.length > 1 ? ' and more' : ''}`;
  if (sealer.role === null) return 'no sealer has led yet';
  return `the last sealer was ${sealer.role} in ${JSON.stringify(sealer.application ?? '')}, not the command seal`;
}

function remedy({ owns, changes }: Facts, stored: Roles): string {
  if (owns && stored.app === undefined) return 'run "nestjs-prisma-audit migrate --app-role NAME", and give the application the URL of that role'; // prettier-ignore
  if (owns) return `give the application the URL of the role ${stored.app}`;
  if (changes.length > 0) return MIGRATE;
  return 'start "nestjs-prisma-audit seal" with AUDIT_SEALER_DATABASE_URL, and the application with seal: false';
}
