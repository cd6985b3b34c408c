import { AuditError } from '../../event/errors.js';

export interface LocalOptions {
  /**
   * On a disk of the machine that seals. `false` for a share that all machines have which may seal; then a leader on another one finds
   * what was put. @defaultValue `true`
   */
  readonly isLocal?: boolean | undefined;
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkPath(path: unknown, name: string): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  throw new AuditError('AUDIT_OPTIONS_INVALID', `${name} needs a path: ${name}('/mnt/audit/checkpoints')`);
}
