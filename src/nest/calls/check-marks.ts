import { AuditError } from '../../event/errors.js';
import { markOf } from '../audited-mark.js';
import type { Handler } from './handlers.js';
import { isRoute } from './kinds.js';

/**
 * Looks whether all that an `@Audited` says can be done.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when it would be of no effect, or nobody could ever call the handler
 */
export function checkMarks(handlers: readonly Handler[]): void {
  const classes = new Map<Handler['controller'], boolean>();
  for (const { controller, name, method, kind } of handlers) {
    const isMarked = markOf(method, Object).audited !== undefined;
    classes.set(controller, classes.get(controller) === true || isMarked || isRoute(method) || kind !== 'call');
    const { audited } = markOf(method, controller);
    const { reason } = audited ?? {};
    if (kind === 'cron' && reason === 'required')
      throw invalid(
        `@Audited of ${controller.name}.${name}: nobody can give a cron job the reason that it requires: reason: { required: true, from: () => … }`,
      );
  }
  for (const [controller, hasHandler] of classes)
    if (!hasHandler && markOf(controller, Object).audited !== undefined)
      throw invalid(
        `@Audited of the class ${controller.name}: it has no handler that Nest or a library of its calls. Put @Audited on the methods that are to leave an entry`,
      );
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
