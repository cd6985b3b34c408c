import type { Engine } from '../../event/coverage/coverage.js';
import { fail, ok, MIGRATE, type Check } from './checks.js';
import type { Pool } from './pool.js';
import { mergeRoles } from './privileges.js';
import { checkRights } from './check-rights.js';
import { readPowers, type Powers } from './powers.js';
import { LEVELS, MAY_READ, mayExecute, PARTS, type LevelConfig, type Part, type PrivilegeLevel, type Roles } from './roles.js'; // prettier-ignore

export const MEANS: Record<PrivilegeLevel, string> = {
  single: 'this role owns the log, or could get round it; tampering is found, not prevented',
  split: 'this role cannot change the log; its process may hold the sealer’s login, and the owner still can',
  separate: 'this role cannot change the log, and its processes do not seal; the owner still can',
};

export interface FoundLevel {
  readonly level: PrivilegeLevel;
  readonly checks: readonly Check[];
}

/** The name that the command `seal` gives its connections: an application that seals has another. */
const SEALS_APART = 'nestjs-prisma-audit seal';

export interface LastSealer {
  readonly role: string | null;
  readonly application: string | null;
}

/** A role and what it could do. */
interface Found extends Powers {
  readonly me: string;
}

/**
 * Which level there is, seen from the role of this connection, which should be the application's, and whether it is the one
 * that is asked for. Where a role of the application is named, *split* is asked for. What counts is what a role can become, not
 * what it is at this moment. `stored`: the roles that the database remembers.
 */
export async function checkLevel(
  pool: Pool,
  schema: string,
  options: LevelConfig,
  sealer: LastSealer,
  stored: Roles,
  engine?: Engine,
): Promise<FoundLevel> {
  const me = (await pool.query<{ me: string }>(`select current_user as me`)).rows[0]?.me as string; // there is always one
  const facts = await powersOf(pool, schema, me, 'app', engine);
  const { owns, rights, ways } = facts;
  const apart = sealer.application === SEALS_APART && sealer.role !== null && sealer.role !== me;
  const level = owns || rights.length > 0 || ways.length > 0 ? 'single' : apart ? 'separate' : 'split';
  const wanted = options.level ?? (stored.app === undefined && options.roles?.app === undefined ? 'single' : 'split');
  const checks: Check[] = [];

  const other = PARTS.find((part) => part !== 'app' && stored[part] === me);
  if (other !== undefined) {
    checks.push(fail('level', `this is the role of the ${other}, and the level is that of the application`, `pass the application's URL`)); // prettier-ignore
  } else if (LEVELS.indexOf(level) >= LEVELS.indexOf(wanted)) {
    checks.push(ok('level', `${level}: ${MEANS[level]}`));
  } else {
    checks.push(fail('level', `the level is ${level}, and ${wanted} is asked for: ${reason(facts, sealer)}`, remedy(facts, stored))); // prettier-ignore
  }
  // Of an owner it goes without saying.
  if (!owns && other === undefined && rights.length > 0)
    checks.push(fail('rights', `the role ${me} has more rights on the log than an application needs (${rights.join(', ')})`, MIGRATE)); // prettier-ignore
  if (!owns && other === undefined && ways.length > 0 && wanted !== 'single')
    checks.push(fail('role', `the role ${me} of the application ${ways.join('; it ')}`, TAKE));
  checks.push(...(await checkOthers(pool, schema, stored, me)));
  if (stored.sealer !== undefined && sealer.role !== null && sealer.role !== stored.sealer)
    checks.push({
      name: 'sealer.role',
      state: 'warn',
      message: `the last sealer logged in as ${sealer.role}, and the role of the sealer is ${stored.sealer}`,
      remedy: 'give it AUDIT_SEALER_DATABASE_URL, or the option sealerUrl',
    });
  checks.push(...(await checkRights(pool, schema, mergeRoles(stored, options.roles ?? {}), stored, engine)));
  return { level, checks };
}

const TAKE = 'take that from it (ALTER ROLE, ALTER TABLE … OWNER TO, REVOKE), or name another role for the part';

async function powersOf(pool: Pool, schema: string, role: string, part: Part, engine?: Engine): Promise<Found> {
  const powers = await readPowers(pool, schema, role, {
    functions: mayExecute(part, engine),
    tables: MAY_READ[part],
    walls: part === 'reader',
  });
  if (!powers) throw new Error(`there is no schema ${schema}`);
  return { me: role, ...powers };
}

/** Of the other parts: what rights they have is compared elsewhere, here is what they could get round. */
async function checkOthers(pool: Pool, schema: string, stored: Roles, me: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const part of PARTS) {
    const role = stored[part];
    if (role === undefined || role === me) continue;
    const { owns, ways } = await powersOf(pool, schema, role, part);
    const says = owns ? ['owns the log, is a superuser, or can become its owner'] : ways;
    if (says.length > 0) checks.push(fail('role', `the role ${role} of the ${part} ${says.join('; it ')}`, TAKE));
  }
  return checks;
}

function reason({ me, owns, rights, ways }: Found, sealer: LastSealer): string {
  if (owns) return `the role ${me} owns the log, is a superuser, or is a member of its owner`;
  if (rights.length > 0) return `the role ${me} may ${rights[0]}${rights.length > 1 ? ' and more' : ''}`;
  if (ways.length > 0) return `the role ${me} ${ways[0]}${ways.length > 1 ? ', and more' : ''}`;
  if (sealer.role === null) return 'no sealer has led yet';
  return `the last sealer was ${sealer.role} in ${JSON.stringify(sealer.application ?? '')}, not the command seal`;
}

function remedy({ owns, rights, ways }: Found, stored: Roles): string {
  if (owns && stored.app === undefined) return 'run "nestjs-prisma-audit migrate --app-role NAME", and give the application the URL of that role'; // prettier-ignore
  if (owns) return `give the application the URL of the role ${stored.app}`;
  if (rights.length > 0) return MIGRATE;
  if (ways.length > 0) return TAKE;
  return 'start "nestjs-prisma-audit seal" with AUDIT_SEALER_DATABASE_URL, and the application with seal: false';
}
