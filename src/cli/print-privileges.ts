import { checkRoleNames, type PrivilegesDone, type Roles } from '../store/postgres/index.js';
import { joined, line, paint, print } from './terminal.js';

export interface RoleOptions {
  appRole?: string;
  sealerRole?: string;
  readerRole?: string;
  auditorRole?: string;
  guardRole?: string;
  followerRole?: string;
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function rolesOf({ appRole, sealerRole, readerRole, auditorRole, guardRole, followerRole }: RoleOptions): Roles {
  return checkRoleNames({
    app: appRole,
    sealer: sealerRole,
    reader: readerRole,
    auditor: auditorRole,
    guard: guardRole,
    follower: followerRole,
  });
}

/** A line for each role that gained or lost something; nothing if all was right. */
export function printPrivileges({ created, granted, revoked }: PrivilegesDone): void {
  for (const role of created) print(line`${paint.green('+')} role ${role}`);
  for (const [verb, sign, rights] of [
    ['taken from', paint.red('-'), revoked],
    ['given to', paint.green('+'), granted],
  ] as const) {
    for (const grantee of new Set(rights.map((right) => right.grantee))) {
      const own = rights.filter((right) => right.grantee === grantee);
      const names = new Set(
        own.map(({ privilege, name, kind }) => `${privilege} ${name}${kind === 'function' ? '()' : ''}`),
      );
      print(line`${sign} ${verb} ${grantee}: ${joined([...names], ', ')}`);
    }
  }
}
