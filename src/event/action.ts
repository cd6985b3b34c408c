import { LIMITS } from './limits.js';

/** What an application may write for an action. */
export type { ActionName } from './action-types.js';

const ACTION = /^[A-Za-z0-9][\w.:/-]*$/;

/** What to write, for messages. */
export const ACTION_RULE = `must be 1-${LIMITS.actionLength} characters out of A-Z a-z 0-9 _ . : / -, beginning with a letter or digit`;

export function isAction(action: unknown): action is string {
  return typeof action === 'string' && action.length <= LIMITS.actionLength && ACTION.test(action);
}
