import type { Catalogue } from '../event/catalogue.js';
import { AuditError } from '../event/errors.js';
import { projected, resourceId, tenantKey } from '../event/identity.js';
import type { Resource } from '../event/types.js';
import { uuidV7Floor } from '../event/uuid.js';
import type { EntryFilter, EntryStore } from '../store/entry.port.js';
import { modelFields } from './model-fields.js';
import { readEntry, type AuditEntry } from './read-entry.js';
import type { PrismaValues } from './value.js';

/** What to look for. Every condition given must hold. */
export interface AuditQuery {
  /** Each query stays within one tenant. @defaultValue the default chain, of entries without a tenant */
  readonly tenant?: string | undefined;
  /** Id of the actor. */
  readonly actor?: string | undefined;
  readonly resource?: Resource | undefined;
  /** Exact, or a prefix that ends in `*`: `invoice.*`. */
  readonly action?: string | undefined;
  /** Only entries whose outcome is not `success`. */
  readonly failures?: boolean | undefined;
  readonly group?: string | undefined;
  readonly requestId?: string | undefined;
  /** Occurred at or after, to the millisecond. */
  readonly from?: Date | undefined;
  /** Occurred before, to the millisecond. */
  readonly to?: Date | undefined;
  /** By time of occurrence; of one record, by place in its chain. @defaultValue `'newest'`, first */
  readonly order?: 'oldest' | 'newest' | undefined;
  /** 1–500. A page ends before, once its sections have more than 64 MiB. @defaultValue 50 */
  readonly limit?: number | undefined;
  /** `next` of the page before, with the same conditions and order. */
  readonly cursor?: string | undefined;
}

/** What is known of the application's Prisma schema. */
export interface SchemaKnowledge {
  /** What the generator wrote. */
  readonly catalogue: Catalogue;
  /** Asked for before a page is read, since who reads a log need not have Prisma. Without it Decimals are text. */
  readonly prisma?: () => Promise<PrismaValues | undefined>;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads sealed entries. The pages follow `id`, the time of occurrence; an entry that was sealed late can still appear behind a
 * cursor. Those of one record (`resource` with an id) follow its chain: what was done to it is in the order in which it was done,
 * also where a clock went back, and nothing appears behind a cursor.
 */
export class AuditReader {
  readonly #store: EntryStore;
  readonly #columnsOf: ReturnType<typeof modelFields>;
  readonly #prisma: () => Promise<PrismaValues | undefined>;

  /** @param schema with it, values come back as Prisma gave them */
  constructor(store: EntryStore, schema?: SchemaKnowledge) {
    this.#store = store;
    this.#columnsOf = modelFields(schema?.catalogue);
    this.#prisma = schema?.prisma ?? (() => Promise.resolve(undefined));
  }

  /** @throws AuditError `AUDIT_QUERY_INVALID`, `AUDIT_CURSOR_INVALID` or `AUDIT_SCHEMA_MISSING` */
  async find(query: AuditQuery = {}): Promise<AuditPage> {
    const { order = 'newest', limit = 50, cursor } = query;
    if (!Number.isInteger(limit) || limit < 1 || limit > 500)
      throw invalid('limit must be a whole number from 1 to 500');
    if (order !== 'oldest' && order !== 'newest') throw invalid("order must be 'oldest' or 'newest'");
    const filter = filterOf(query);
    const by = filter.resourceType !== undefined && filter.resourceId !== undefined ? 'chain' : 'id';
    const after = cursor === undefined ? undefined : parseCursor(cursor, by);
    const { entries: found, more } = await this.#store.page({ filter, order, by, after, limit: limit + 1 });
    const prisma = await this.#prisma();
    const entries = found
      .slice(0, limit)
      .map((entry) => readEntry(entry, (model) => ({ columns: this.#columnsOf(model), prisma })));
    const last = found[entries.length - 1];
    if (!last || (!more && found.length <= limit)) return { entries };
    return { entries, next: by === 'chain' ? `${last.place}.${last.id}` : last.id };
  }

  /** Everything that happened to one record, in the order of its chain. */
  history(resource: Resource, query: Omit<AuditQuery, 'resource' | 'order'> = {}): Promise<AuditPage> {
    return this.find({ ...query, resource, order: 'oldest' });
  }

  /** Every entry of one unit of work (a request with its writes), oldest first. */
  group(group: string, query: Omit<AuditQuery, 'group' | 'order'> = {}): Promise<AuditPage> {
    return this.find({ ...query, group, order: 'oldest' });
  }
}

/** @throws AuditError `AUDIT_CURSOR_INVALID` */
function parseCursor(cursor: string, by: 'chain' | 'id'): { place?: string; id: string } {
  const [, place, id = ''] = /^(?:(-?\d{1,19})\.)?(.*)$/s.exec(cursor) ?? [];
  const inRange = place === undefined || BigInt.asIntN(64, BigInt(place)) === BigInt(place);
  if (!UUID.test(id) || !inRange || (place !== undefined) !== (by === 'chain')) {
    throw new AuditError(
      'AUDIT_CURSOR_INVALID',
      'the cursor is not one of ours, or of another query: pass `next` of the page before as it is',
    );
  }
  return { ...(place === undefined ? {} : { place }), id };
}

function filterOf(query: AuditQuery): EntryFilter {
  const { action, resource } = query;
  const prefix = action?.endsWith('*') ? action.slice(0, -1) : undefined;
  if (prefix?.includes('*') || (prefix === undefined && action?.includes('*')))
    throw invalid('action may have one "*", at its end');
  if (query.group !== undefined && !UUID.test(query.group)) throw invalid('group must be a UUID');
  return {
    tenant: tenantKey(query.tenant ?? ''),
    actorId: projected(query.actor) ?? undefined,
    resourceType: resource?.type,
    resourceId: projected(resourceId(resource?.id)) ?? undefined,
    action: prefix === undefined ? action : undefined,
    actionPrefix: prefix === '' ? undefined : prefix,
    failures: query.failures,
    group: query.group,
    requestId: projected(query.requestId) ?? undefined,
    fromId: bound(query.from, 'from'),
    toId: bound(query.to, 'to'),
  };
}

function bound(at: Date | undefined, name: string): string | undefined {
  if (at === undefined) return undefined;
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) throw invalid(`${name} must be a valid Date`);
  return uuidV7Floor(at.getTime());
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_QUERY_INVALID', message);
}
