import type { Engine } from '../../event/coverage/coverage.js';
import { AuditError } from '../../event/errors.js';
import { lockLog, type LogLockOptions } from './lock-log.js';
import { inTransaction } from './migrate.js';
import type { Pool, PoolClient } from './pool.js';
import { excessRights, readGranted, statementOf, wantedRights, without, type Right } from './rights.js';
import { LEVELS, NOBODY, PARTS, type LevelConfig, type Part, type Roles } from './roles.js';
import { checkRoles, createRole } from './role-check.js';
import { reconcileRowSecurity } from './row-security.js';
import { inSchema } from './schema.js';

export interface PrivilegeOptions {
  readonly schema: string;
  /** Roles by part; a part that is not named keeps the role it had, `'none'` ends it. */
  readonly roles?: Roles | undefined;
  /** Creates the roles that are not there: with LOGIN, without a password. @defaultValue false: their absence is an error */
  readonly createRoles?: boolean | undefined;
  /** The engine that captures: the application's role has the functions of a client only where that is it. @defaultValue `'database'` */
  readonly engine?: Engine | undefined;
  /** Says what would be done, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly lock?: LogLockOptions;
}

export interface PrivilegesDone {
  readonly roles: Roles;
  readonly created: readonly string[];
  readonly granted: readonly Right[];
  readonly revoked: readonly Right[];
}

/**
 * Gives each part of the log (application, sealer, reader, auditor, guard) the rights of its level, and takes every other right on the log
 * from everybody but its owner. Roles named once are remembered in the database. One transaction, under the lock that
 * `migrate` takes; safe to run any number of times.
 *
 * As long as no role is named, rights to read that somebody gave by hand are left alone: at level *single* they are his affair.
 * @throws AuditError `AUDIT_CONFIG_INVALID` when a role cannot play its part, `AUDIT_PRIVILEGE_MISSING` when the migrating role may
 *   not do it; nothing is changed then
 */
export async function reconcilePrivileges(pool: Pool, options: PrivilegeOptions): Promise<PrivilegesDone> {
  const { schema } = options;
  return await inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '5s'`);
    await lockLog(client, schema, options.lock);
    const stored = await storedRoles(client, schema);
    const roles = mergeRoles(stored, options.roles ?? {});
    const created = await checkRoles(client, schema, roles, options.createRoles ?? false);
    // Rolled back at the end of a rehearsal: rights can only be compared with roles that are there.
    await client.query('savepoint rehearsal');
    for (const role of created) await createRole(client, role);
    if (JSON.stringify(roles) !== JSON.stringify(stored)) await storeRoles(client, schema, roles);

    const due = await wantedRights(client, schema, roles, options.engine);
    const revoked = excessRights(without(await readGranted(client, schema), due), roles);
    for (const right of revoked) await client.query(statementOf('revoke', right));
    const granted = without(due, await readGranted(client, schema));
    for (const right of granted) await client.query(statementOf('grant', right));
    await reconcileRowSecurity(client, schema, roles);
    if (options.dryRun) await client.query('rollback to savepoint rehearsal');
    return { roles, created, granted, revoked };
  });
}

/** The roles that an earlier run was told. */
export async function storedRoles(db: Pool | PoolClient, schema: string): Promise<Roles> {
  const { rows } = await db.query<{ part: Part; role: string }>(
    inSchema(schema, `select part, role from "audit".level_roles()`),
  );
  return mergeRoles({}, Object.fromEntries(rows.map(({ part, role }) => [part, role])));
}

/** In the order of the parts, so that two of them can be compared. */
export function mergeRoles(stored: Roles, given: Roles): Roles {
  const all = { ...stored, ...given };
  return Object.fromEntries(
    PARTS.filter((part) => all[part] !== undefined && all[part] !== NOBODY).map((part) => [part, all[part] as string]),
  );
}

async function storeRoles(client: PoolClient, schema: string, roles: Roles): Promise<void> {
  const list = Object.entries(roles);
  await client.query(inSchema(schema, `delete from "audit".level_role`));
  await client.query(
    inSchema(schema, `insert into "audit".level_role (part, role) select * from unnest($1::text[], $2::text[])`),
    [list.map(([part]) => part), list.map(([, role]) => role)],
  );
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkLevelConfig({ roles, level }: LevelConfig): LevelConfig {
  if (level !== undefined && !LEVELS.includes(level)) throw invalid(`level must be ${LEVELS.join(', ')}`);
  return { roles: checkRoleNames(roles), level };
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkRoleNames(roles: unknown): Roles {
  if (roles === undefined) return {};
  if (typeof roles !== 'object' || roles === null) throw invalid(`roles must be an object: { app: 'shop_app' }`);
  for (const [part, role] of Object.entries(roles)) {
    if (!PARTS.some((each) => each === part)) throw invalid(`roles.${part}: there are ${PARTS.join(', ')}`);
    if (role === undefined) continue;
    if (typeof role !== 'string' || role === '' || Buffer.byteLength(role) > 63 || role.includes('\0'))
      throw invalid(`roles.${part} must be the name of a role, 1 to 63 bytes`);
  }
  return Object.fromEntries(Object.entries(roles).filter(([, role]) => role !== undefined));
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
