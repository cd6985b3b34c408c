import type { ModulesContainer } from '@nestjs/core';
import type { ActionBook } from '../event/action-book.js';
import { AuditError } from '../event/errors.js';
import { nearest } from '../event/nearest.js';
import { AUDITED } from './audited-mark.js';
import { classesOf, handlersOf } from './calls/handlers.js';

/**
 * Looks whether each action that an `@Audited` names is in a catalogue, when all features have added theirs. What the
 * compiler has let through (JavaScript, a cast) is found at the start instead of at the first request.
 *
 * @param warn told with `unknownActions: 'mark'`
 * @throws AuditError `AUDIT_OPTIONS_INVALID` with `'refuse'`
 */
export function checkAuditedActions(modules: ModulesContainer, book: ActionBook, warn: (error: unknown) => void): void {
  if (book.unknown === 'allow') return;
  const unknown = [...new Set(actionsOf(modules))].filter((action) => !book.knows(action));
  if (unknown.length === 0) return;
  const named = unknown.map((action) => {
    const near = nearest(action, book.names);
    return near === undefined ? action : `${action} (did you mean ${near}?)`;
  });
  const error = new AuditError(
    'AUDIT_OPTIONS_INVALID',
    `@Audited names what no catalogue defines: ${named.join(', ')}. Add it with defineActions, or set unknownActions: 'allow'`,
    { actions: unknown },
  );
  if (book.unknown === 'refuse') throw error;
  warn(error);
}

function actionsOf(modules: ModulesContainer): string[] {
  return Array.from(classesOf(modules, true), (controller) => [
    controller,
    ...handlersOf(controller).map(({ method }) => method),
  ])
    .flat()
    .flatMap(actionOf);
}

function actionOf(target: object): string[] {
  const mark = Reflect.getMetadata(AUDITED, target) as { readonly action?: unknown } | undefined;
  return typeof mark?.action === 'string' ? [mark.action] : [];
}
