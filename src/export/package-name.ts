import { AuditError } from '../event/errors.js';

/** What a package is about. */
export interface PackageOf {
  /** Of a framework, as the auditor names it: `CC7.2`. */
  readonly control?: string | undefined;
  readonly from: Date;
  /** Not in it. */
  readonly to: Date;
  /** Of the chain that the entries are of, or of the deployment. */
  readonly origin: string;
}

const CONTROL = /^[A-Za-z0-9][A-Za-z0-9 .:()/_-]{0,63}$/;

/** @throws AuditError `AUDIT_OPTIONS_INVALID`: it stands in a name and on a page */
export function checkControl(control: string): void {
  if (!CONTROL.test(control))
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'a control is 1 to 64 letters, digits and any of . : ( ) / _ - and space: CC7.2, A.8.15, 10.2.1.3'); // prettier-ignore
}

/** `<control>_<period>_<origin>.zip`. What a name cannot hold on some disk is a dash. */
export function packageName({ control = 'audit-log', from, to, origin }: PackageOf): string {
  return `${[control, `${day(from)}--${day(to)}`, origin].map((part) => part.replaceAll(/[^A-Za-z0-9.()-]+/g, '-')).join('_')}.zip`;
}

/** A midnight is its day. */
export function day(at: Date): string {
  const text = at.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replaceAll(/:|\.000/g, '');
}
