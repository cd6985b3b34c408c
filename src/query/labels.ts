import type { Asking } from './asking.js';
import { find } from './find.js';
import type { AuditConditions } from './query.js';
import type { AuditEntry } from './read-entry.js';

/** Actors that are looked up: as many as are seen at once. */
const MOST_NAMED = 12;
/** Entries in which all tenants must agree: one id may be somebody else in each. */
const AGREE = 10;

/** By what the newest entry of each of the first actors calls whoever it is, beside the id: where no entry says it, or they differ, nothing. */
export async function labelled<T extends { readonly value: string | null }>(
  asking: Asking,
  { tenant, allTenants }: AuditConditions,
  actors: readonly T[],
): Promise<readonly (T & { readonly label?: string })[]> {
  const labels = new Map<string, string>();
  const limit = allTenants === true ? AGREE : 1;
  for (const { value } of actors.slice(0, MOST_NAMED)) {
    if (value === null || value === '') continue;
    const { entries } = await find(asking, { tenant, allTenants, actor: value, limit });
    const [label, ...others] = new Set(entries.map((entry) => labelOf(entry)));
    if (label !== undefined && others.length === 0 && label !== value) labels.set(value, label);
  }
  return actors.map((actor) => {
    const label = labels.get(actor.value ?? '');
    return label === undefined ? actor : { ...actor, label };
  });
}

function labelOf({ actor }: AuditEntry): string | undefined {
  return [actor?.['email'], actor?.['name']].find((each) => typeof each === 'string' && each !== '') as
    string | undefined; // found as one
}
