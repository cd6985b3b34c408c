import type { Engine } from '../../event/coverage/coverage.js';
import { fail, MIGRATE, ok, type Check } from './checks.js';
import type { Pool } from './pool.js';
import { excessRights, readGranted, wantedRights, without, type Right } from './rights.js';
import { NOBODY, PARTS, type Roles } from './roles.js';

/** The rights that the roles have, compared with those that `migrate` gives them. */
export async function checkRights(
  pool: Pool,
  schema: string,
  roles: Roles,
  stored: Roles,
  engine?: Engine,
): Promise<readonly Check[]> {
  if (PARTS.some((part) => roles[part] !== stored[part])) {
    const list = PARTS.map((part) => `${part} ${roles[part] ?? NOBODY}`).join(', ');
    return [fail('rights', `the roles of audit.config (${list}) are not those of the database`, MIGRATE)];
  }
  const granted = await readGranted(pool, schema);
  const due = await wantedRights(pool, schema, roles, engine);
  const excess = excessRights(without(granted, due), roles);
  const wrong = [
    ...listed('has no', without(due, granted)).map((text) => fail('rights', text, MIGRATE)),
    ...listed('has', excess).map((text) => fail('rights', `${text}, and should not`, MIGRATE)),
  ];
  return wrong.length > 0 ? wrong : [ok('rights', describeRoles(roles))];
}

function describeRoles(roles: Roles): string {
  const list = PARTS.flatMap((part) => (roles[part] === undefined ? [] : [`${part} is ${roles[part]}`]));
  return list.length > 0
    ? `${list.join(', ')}, with the rights of their part`
    : 'nobody but the owner may change the log';
}

function listed(verb: string, rights: readonly Right[]): readonly string[] {
  return [...new Set(rights.map(({ grantee }) => grantee))].map((grantee) => {
    const own = rights.filter((right) => right.grantee === grantee);
    const names = new Set(own.map(({ privilege, name }) => `${privilege} on ${name}`));
    return `${grantee} ${verb} right ${[...names].join(', ')}`;
  });
}
