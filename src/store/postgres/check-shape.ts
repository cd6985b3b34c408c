import { fail, ok, type Check } from './checks.js';
import { readShape, type Part } from './log-shape.js';
import { PACKAGE_SHAPE } from './package-shape.js';
import type { Pool, PoolClient } from './pool.js';
import type { Roles } from './roles.js';
import { conditionOf, hasWalls, policyOf } from './row-security.js';

const REMEDY =
  'somebody changed the log: verify it with pins kept elsewhere, and read who could (docs/privileges.md); "nestjs-prisma-audit migrate" puts functions and triggers back';

/** What is not as the package makes it. */
export interface Difference {
  readonly part: Part;
  readonly how: 'missing' | 'changed' | 'foreign';
}

/** Before PostgreSQL 15 a view cannot run with the rights of whoever asks: what is made there instead, which stays when the server is upgraded. */
const WALLED: Readonly<Record<string, string>> = {
  'view access_log': 'security_barrier=true 7ffb9fdfd763772ed6d6bc9d0cd03e534c929a8d7267ebac8f262fa7b7552f15',
  'view log': 'security_barrier=true d93047142989aa7394148971bc6b594e11d23f19f06b4961c2532ba1260e32a1',
};

/** The policies of a part are there only as long as it has a role. */
export async function compareShape(db: Pool | PoolClient, schema: string): Promise<readonly Difference[]> {
  const there = new Map((await readShape(db, schema)).map((part) => [`${part.kind} ${part.name}`, part]));
  const wanted = new Map(PACKAGE_SHAPE.map(([kind, name, is]) => [`${kind} ${name}`, { kind, name, is } as Part]));
  const differences: Difference[] = [];
  for (const [key, part] of wanted) {
    const found = there.get(key);
    if (found === undefined) {
      if (part.kind !== 'policy') differences.push({ part, how: 'missing' });
    } else if (found.is !== part.is && found.is !== WALLED[key]) differences.push({ part: found, how: 'changed' });
  }
  for (const [key, part] of there) if (!wanted.has(key)) differences.push({ part, how: 'foreign' });
  return differences;
}

const SAYS: Readonly<Record<Difference['how'], string>> = {
  missing: 'is missing',
  changed: 'is not that of the package',
  foreign: 'is not of the package',
};

/** Doctor's word on it: everything that stands in the log's schema, compared with what the package makes there. */
export async function checkShape(pool: Pool, schema: string, roles: Roles): Promise<readonly Check[]> {
  const differences = await compareShape(pool, schema);
  const walls = await checkPolicies(pool, schema, roles);
  if (differences.length + walls.length === 0)
    return [ok('log', 'tables, functions, triggers and policies of the log are those of the package')];
  return [
    ...differences.map(
      ({ part: { kind, name, is }, how }) =>
      fail('log', kind === 'owner' ? `${name} belongs to ${is}, not to the owner of the log` : `the ${kind} ${name} of the log ${SAYS[how]}`, REMEDY), // prettier-ignore
    ),
    ...walls,
  ];
}

const POLICIES = `
select c.relname as name, c.relrowsecurity as on, p.polname as policy, array(select pg_get_userbyid(r) from unnest(p.polroles) r)::text[] as roles
  from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_policy p on p.polrelid = c.oid
 where n.nspname = $1 and c.relname in ('entry', 'chain', 'content') order by 1, 3`;

/** That each wall stands where a reader has a part, and opens for nobody else. */
async function checkPolicies(pool: Pool, schema: string, roles: Roles): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ name: string; on: boolean; policy: string | null; roles: string[] }>(POLICIES, [schema]); // prettier-ignore
  const wrong: string[] = [];
  for (const table of ['chain', 'content', 'entry'] as const) {
    const own = rows.filter(({ name }) => name === table);
    const on = own.some((row) => row.on);
    if (on !== hasWalls(roles)) wrong.push(`row-level security of ${table} is ${on ? 'on' : 'off'}`);
    for (const part of ['sealer', 'reader', 'auditor', 'guard', 'follower'] as const) {
      const policy = own.find((row) => row.policy === policyOf(part));
      const due = hasWalls(roles) && conditionOf(part, table) !== undefined ? roles[part] : undefined;
      if (due === undefined ? policy !== undefined : policy?.roles.join() !== due)
        wrong.push(`the policy ${policyOf(part)} of ${table} is not for ${due ?? 'anybody'} alone`);
    }
  }
  return wrong.map((text) => fail('log', text, 'run "nestjs-prisma-audit migrate"'));
}
