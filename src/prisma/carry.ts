import { AuditError } from '../event/errors.js';

/** Members of a context that may be left out of the SQL comment. Who acts (id and type) and the tenant always travel. */
export const CARRIED = ['email', 'role', 'onBehalfOf', 'ip', 'userAgent', 'session', 'requestId', 'traceId'] as const;
export type CarriedField = (typeof CARRIED)[number];

// Without the tenant a change would be sealed into another chain; without the last two it would claim to be whole.
const ALWAYS: readonly string[] = ['id', 'type', 'tenant', 'truncated', 'malformed'];

export interface CarryOptions {
  /**
   * Which members of the context travel to the database, beside the actor's id and type and the tenant. The text of a
   * statement is seen by whoever reads the server's log, `pg_stat_activity` and `pg_stat_statements`; what does not travel is
   * missing in the entries of row changes, and is found in the entry of their request, which has the same `group`.
   * @defaultValue all
   */
  readonly carry?: readonly CarriedField[] | undefined;
}

/** The JSON of an actor section with what travels of it. */
export function shortened(section: string, carry: readonly CarriedField[]): string {
  const members = Object.entries(JSON.parse(section) as Record<string, unknown>);
  const travels = new Set<string>([...ALWAYS, ...carry]);
  return JSON.stringify(Object.fromEntries(members.filter(([name]) => travels.has(name))));
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` when it names what there is not */
export function checkCarry({ carry }: CarryOptions): readonly CarriedField[] | undefined {
  if (carry === undefined) return undefined;
  const wrong: unknown = Array.isArray(carry) ? carry.find((name) => !CARRIED.includes(name)) : carry;
  if (wrong === undefined) return [...carry];
  throw new AuditError(
    'AUDIT_OPTIONS_INVALID',
    `carry is a list out of ${CARRIED.join(', ')} (the actor's id and type and the tenant always travel), not ${JSON.stringify(wrong)}`,
  );
}
