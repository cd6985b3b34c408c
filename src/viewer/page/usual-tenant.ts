import type { SessionAnswer } from '../answers.js';

/** Whose entries are shown to somebody who has not chosen; `undefined`: those of all tenants. */
export function usualTenant({ tenants }: Pick<SessionAnswer, 'tenants'>): string | undefined {
  if (tenants === 'all') return undefined;
  return tenants.includes('') ? '' : tenants[0];
}
