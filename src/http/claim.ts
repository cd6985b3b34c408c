import { LIMITS } from '../event/limits.js';
import type { Actor } from '../event/types.js';

const FIELDS = {
  id: LIMITS.actorIdLength,
  type: LIMITS.typeLength,
  email: LIMITS.emailLength,
  role: LIMITS.roleLength,
} as const;

/** Who somebody says to be, as it stands in `details`: nobody has checked it, so it is no actor. */
export interface Claim {
  readonly id?: string;
  readonly type?: string;
  readonly email?: string;
  readonly role?: string;
  readonly verified: false;
}

/** Total: what cannot be read or kept is left out. */
export function claimOf(actor: Actor): Claim {
  const claim: Record<string, string> = {};
  for (const [field, limit] of Object.entries(FIELDS)) {
    try {
      const value: unknown = Reflect.get(actor, field);
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
        claim[field] = String(value).slice(0, limit).toWellFormed();
    } catch {
      // a getter of the application's
    }
  }
  return { ...claim, verified: false };
}
