import type { ShownEntry } from '../answers.js';
import type { Where } from './routes.js';

/** What the log writes of those who look at it. Each look at the page is one, and they are not what is looked for. */
export const isOwnRead = ({ action, source }: Pick<ShownEntry, 'action' | 'source'>): boolean =>
  action === 'audit.read' && source === 'read';

/** Whether a list leaves them out: not where the address says so, or the filter asks for them. */
export function leavesOutReads({ conditions, more }: Pick<Where, 'conditions' | 'more'>): boolean {
  if (more['reads'] === '1') return false;
  return !conditions.some(
    ({ name, value }) =>
      (name === 'action' && (value === 'audit.read' || value === 'audit.*')) || (name === 'source' && value === 'read'),
  );
}
