import { messageOf } from '../event/cause.js';
import { isAuditError } from '../event/errors.js';
import { complain } from './terminal.js';

/**
 * What goes wrong in work that is tried again by itself: said once, not each time, until it is something else.
 * @param waits what waits, and for what; before the words of an error that is not ours
 */
export function telling(waits: string): (error: unknown) => void {
  let last: string | undefined;
  return (error) => {
    const says = isAuditError(error) ? error.message : `${waits}, and is tried again: ${messageOf(error)}`;
    if (says !== last) complain(says);
    last = isAuditError(error) ? undefined : says;
  };
}
