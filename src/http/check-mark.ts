import { ACTION_RULE, isAction, type ActionName } from '../event/action.js';
import { AuditError } from '../event/errors.js';
import { DURABILITIES, SEVERITIES } from '../event/types.js';
import type { AuditedMark, AuditedOptions } from './audited-options.js';

const CALLBACKS = ['details', 'before', 'after', 'when', 'outcome'] as const;
const KNOWN: readonly string[] = [...CALLBACKS, 'resource', 'reason', 'severity', 'durability'];

/**
 * What `@Audited()`, or what stands in for it, was given, as a mark.
 * @param where its name, for the error
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead
 */
export function checkMark(where: string, action: ActionName | undefined, options: AuditedOptions): AuditedMark {
  const invalid = (rule: string): AuditError =>
    new AuditError('AUDIT_OPTIONS_INVALID', `${where}(${JSON.stringify(action) ?? ''}): ${rule}`);
  if (action !== undefined && !isAction(action)) throw invalid(`the action ${ACTION_RULE}`);
  if (typeof options !== 'object' || options === null)
    throw invalid("options must be an object: { resource: 'Invoice' }");
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name))
      throw invalid(`there is no option ${JSON.stringify(name)}; there are ${KNOWN.join(', ')}`);
  }
  for (const name of CALLBACKS) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw invalid(`${name} must be a function of the call: ${name}: ({ args, result }) => …`);
  }
  const { reason, severity, durability, resource } = options;
  if (resource !== undefined && typeof resource !== 'string' && typeof resource !== 'function')
    throw invalid("resource must be a function of the call, or the name of a type: resource: 'Invoice'");
  if (reason !== undefined && !isReason(reason))
    throw invalid("reason must be 'required', 'optional', a function of the call, or { required, from }");
  if (severity !== undefined && !SEVERITIES.includes(severity))
    throw invalid(`severity must be one of ${SEVERITIES.join(', ')}`);
  if (durability !== undefined && !DURABILITIES.includes(durability))
    throw invalid(`durability must be one of ${DURABILITIES.join(', ')}`);
  return { ...options, ...(action === undefined ? {} : { action }) };
}

function isReason(reason: unknown): boolean {
  if (typeof reason === 'object' && reason !== null) return 'from' in reason && typeof reason.from === 'function';
  return reason === 'required' || reason === 'optional' || typeof reason === 'function';
}
