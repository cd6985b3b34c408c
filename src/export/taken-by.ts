import { AuditError } from '../event/errors.js';
import type { Actor } from '../event/types.js';

/** For whom entries are taken along, as whoever asks says it. */
export type TakenBy = Pick<Actor, 'id' | 'type' | 'email'>;

const MEMBERS: readonly string[] = ['id', 'type', 'email'];

/** As it is now. @throws AuditError `AUDIT_OPTIONS_INVALID` where it is no text, which alone says who somebody is */
export function takenBy(by: TakenBy | undefined): TakenBy | undefined {
  if (by === undefined) return undefined;
  const wrong = (message: string): AuditError => new AuditError('AUDIT_OPTIONS_INVALID', message);
  const said = typeof by === 'object' && by !== null ? Object.entries(by) : [];
  if (said.some(([name, value]) => !MEMBERS.includes(name) || (value !== undefined && typeof value !== 'string')))
    throw wrong(`by has text in ${MEMBERS.join(', ')}, and nothing else`);
  if (!said.some(([name, value]) => name === 'id' && value !== undefined))
    throw wrong("by must say who: { id: 'u-1', email: 'ann@example.com' }");
  return Object.fromEntries(said); // as was just looked at
}
