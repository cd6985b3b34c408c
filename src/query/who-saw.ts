import { resourceId } from '../event/identity.js';
import { projected } from '../event/identity.js';
import type { Resource } from '../event/types.js';
import type { Asking } from './asking.js';
import { find, type AuditPage } from './find.js';
import { checkQuery, type AuditQuery } from './query.js';

export type WhoSawQuery = Omit<AuditQuery, 'resource' | 'action' | 'mark'>;

/** Reads of one record: those of it alone, and those of several that name it among their first hundred. */
export async function whoSaw(asking: Asking, resource: Resource, query: WhoSawQuery): Promise<AuditPage> {
  checkQuery({ ...query, resource });
  const id = resourceId(resource.id) ?? '';
  const naming = { id: projected(id) ?? '', text: JSON.stringify(id) };
  const page = await find(asking, { ...query, action: `${resource.type}.read` }, { naming });
  // The text may stand elsewhere in the entry.
  const names = (ids: unknown): boolean => Array.isArray(ids) && ids.includes(id);
  return {
    ...page,
    entries: page.entries.filter((entry) => entry.resource?.id === id || names(entry.details?.['ids'])),
  };
}
