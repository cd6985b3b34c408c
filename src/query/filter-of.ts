import { emailKey, projected, resourceId, tenantKey } from '../event/identity.js';
import { uuidV7Floor } from '../event/uuid.js';
import { MOST_ACTIONS, type EntryFilter, type EntryStore } from '../store/entry.port.js';
import { invalid, type AuditConditions } from './query.js';

export interface KnownActions {
  /** Those that the catalogue marks so. */
  marked(mark: string): readonly string[];
  readonly marks: readonly string[];
}

/**
 * Conditions as the store takes them. A prefix and a mark become the actions that there are.
 * @returns nothing where no entry can be found
 */
export async function filterOf(
  query: AuditConditions,
  store: Pick<EntryStore, 'actions'>,
  actions: KnownActions | undefined,
): Promise<EntryFilter | undefined> {
  const tenant = query.allTenants === true ? undefined : tenantKey(query.tenant ?? '');
  const { action, resource, email } = query;
  const prefix = action?.endsWith('*') ? action.slice(0, -1) : undefined;
  let names = query.mark === undefined ? undefined : markedActions(query.mark, actions);
  let tooMany: string | undefined;
  if (prefix !== undefined && prefix !== '') {
    const found = tenant === undefined ? undefined : await store.actions(tenant, prefix, MOST_ACTIONS + 1);
    if (found === undefined || found.length > MOST_ACTIONS) tooMany = prefix;
    else names = names?.filter((name) => found.includes(name)) ?? found;
  } else if (action !== undefined && prefix === undefined) {
    names = names === undefined || names.includes(action) ? [action] : [];
  }
  if (names?.length === 0) return undefined;
  return {
    tenant,
    actorId: projected(query.actor) ?? undefined,
    actorEmail: emailKey(email) ?? undefined,
    address: projected(query.address) ?? undefined,
    resourceType: text(resource?.type),
    resourceId: projected(resourceId(resource?.id)) ?? undefined,
    actions: names?.map((name) => text(name)),
    actionPrefix: text(tooMany),
    sources: listOf(query.source),
    outcomes: listOf(query.outcome),
    failures: query.failures,
    severity: query.severity,
    flag: query.flag,
    tx: text(query.tx),
    group: query.group,
    requestId: projected(query.requestId) ?? undefined,
    fromId: query.from && uuidV7Floor(query.from.getTime()),
    toId: query.to && uuidV7Floor(query.to.getTime()),
  };
}

function markedActions(mark: string, actions: KnownActions | undefined): readonly string[] {
  const names = actions?.marked(mark) ?? [];
  if (names.length > 0) return names;
  const marks = actions?.marks ?? [];
  throw invalid(
    marks.length === 0
      ? "no action of the catalogue has a mark: give it one, 'invoice.export': { marks: ['billing'] }"
      : `no action has this mark; there are ${marks.join(', ')}`,
  );
}

/** A parameter cannot hold NUL; no entry has what stands for it. */
function text<T extends string | undefined>(value: T): T {
  return (value === undefined ? value : value.replaceAll('\0', '\ufffd')) as T; // a string stays one
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? (value as readonly T[]) : [value as T]; // Array.isArray knows no readonly list
