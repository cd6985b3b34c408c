import pc from 'picocolors';
import { checkRoleNames, type PrivilegesDone, type Roles } from '../store/postgres/index.js';

export interface RoleOptions {
  appRole?: string;
  sealerRole?: string;
  readerRole?: string;
  auditorRole?: string;
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function rolesOf({ appRole, sealerRole, readerRole, auditorRole }: RoleOptions): Roles {
  return checkRoleNames({ app: appRole, sealer: sealerRole, reader: readerRole, auditor: auditorRole });
}

/** A line for each role that gained or lost something; nothing if all was right. */
export function printPrivileges({ created, granted, revoked }: PrivilegesDone): void {
  const say = (sign: string, text: string): unknown => process.stdout.write(`${sign} ${text}\n`);
  for (const role of created) say(pc.green('+'), `role ${role}`);
  for (const [verb, sign, rights] of [
    ['taken from', pc.red('-'), revoked],
    ['given to', pc.green('+'), granted],
  ] as const) {
    for (const grantee of new Set(rights.map((right) => right.grantee))) {
      const own = rights.filter((right) => right.grantee === grantee);
      const names = new Set(
        own.map(({ privilege, name, kind }) => `${privilege} ${name}${kind === 'function' ? '()' : ''}`),
      );
      say(sign, `${verb} ${grantee}: ${[...names].join(', ')}`);
    }
  }
}
