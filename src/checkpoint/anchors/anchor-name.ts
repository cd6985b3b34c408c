import { AuditError } from '../../event/errors.js';

/** How the name that somebody gives an anchor ends its own, and the name of the variable by which it is read elsewhere. */
export function checkAnchorName(name: unknown, of: string): { readonly behind: string; readonly suffix: string } {
  if (name === undefined) return { behind: '', suffix: '' };
  if (typeof name === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(name))
    return { behind: ` ${name}`, suffix: `_${name.toUpperCase()}` };
  throw new AuditError('AUDIT_OPTIONS_INVALID', `name of ${of} must be a lower-case word of letters, digits and '_', 40 at most: name: 'auditor'`); // prettier-ignore
}
