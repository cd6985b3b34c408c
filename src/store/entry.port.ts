import type { SealedStore } from './sealed.port.js';

/**
 * Conditions, all of which must hold. Ids are as projected. One of them is looked up in an index and the others are looked at on the
 * way: see `EntryStore`.
 */
export interface EntryFilter {
  /** `undefined`: those of all tenants, never the registry's. */
  readonly tenant: string | undefined;
  readonly id?: string | undefined;
  readonly chain?: number | undefined;
  readonly actorId?: string | undefined;
  readonly actorEmail?: string | undefined;
  readonly address?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  /** Any of these: names of a prefix or of a mark. */
  readonly actions?: readonly string[] | undefined;
  /** Begins with it; only where its names are too many for `actions`. */
  readonly actionPrefix?: string | undefined;
  /** What a scope may see; `actions` are some of them. Entries of others are passed over and counted nowhere, up to `MOST_PASSED`. */
  readonly visibleActions?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  readonly outcomes?: readonly string[] | undefined;
  /** Only what did not succeed. */
  readonly failures?: boolean | undefined;
  readonly severity?: string | undefined;
  readonly flag?: string | undefined;
  readonly tx?: string | undefined;
  readonly group?: string | undefined;
  readonly requestId?: string | undefined;
  /** Of this record, or of none and with this text in the data section. */
  readonly naming?: { readonly id: string; readonly text: string } | undefined;
  /** Only denials, and logins. */
  readonly refusals?: boolean | undefined;
  /** Bounds on the id (UUIDv7): at least, less than. */
  readonly fromId?: string | undefined;
  readonly toId?: string | undefined;
}

/** Entries that are walked at most to answer, where no index serves all conditions. */
export const MOST_WALKED = 10_000;
/** Entries that are gone through at most where a scope hides some: so many can be hidden before an answer that stops says that they are there. */
export const MOST_PASSED = 100_000;
/** Names of actions that are looked up one by one; a page reads as many entries of each as it has. */
export const MOST_ACTIONS = 200;

export interface Place {
  /** In the chain, as digits; asked for where pages follow it. */
  readonly place?: string | undefined;
  readonly id: string;
}

export interface EntryPageRequest {
  readonly filter: EntryFilter;
  readonly order: 'oldest' | 'newest';
  /** `chain`: by place in the chain; `id`: by time of occurrence. */
  readonly by: 'chain' | 'id';
  /** After which the page begins, in the order asked for. */
  readonly after?: Place | undefined;
  readonly limit: number;
}

export interface EntryPage {
  readonly entries: readonly StoredEntry[];
  /** It ended before its limit, since its sections have more than 64 MiB. */
  readonly more: boolean;
  /** It ended before its limit, since so many entries were walked: the last of them. */
  readonly stopped?: Required<Place> | undefined;
}

export interface EntryCount {
  /** `MOST_WALKED` at most. */
  readonly count: number;
  /** Otherwise there may be more. */
  readonly isExact: boolean;
}

/**
 * Of a walk over the newest entries: what they are counted by. `hour` alone is one of time, by its first second since 1970; `hour and action` has
 * that of the day; `identity`: whom the section claims somebody to be, where the section has 64 KiB at most.
 */
export type GroupKey =
  | 'tenant'
  | 'actor'
  | 'address'
  | 'identity'
  | 'hour and action'
  | 'hour'
  | 'action'
  | 'outcome'
  | 'source'
  | 'resource type';

export interface EntryGroup {
  /** As projected; `null`: none. Of hour and action: both. */
  readonly key: string | null;
  readonly action: string | null;
  readonly count: number;
  /** Of them, those that did not succeed. */
  readonly failed: number;
  readonly firstId: string;
  readonly lastId: string;
}

export interface GroupsRequest {
  readonly filter: EntryFilter;
  readonly by: GroupKey;
  readonly atLeast: number;
  /** Name of a time zone, for the hour. */
  readonly zone: string;
  /** Groups at most, those with most entries. */
  readonly limit: number;
}

/** A group by its number alone. */
export type FacetGroup = Pick<EntryGroup, 'key' | 'count' | 'failed'>;

/** The same entries by several keys, in one walk. */
export interface FacetsRequest extends Omit<GroupsRequest, 'by' | 'zone' | 'atLeast'> {
  readonly by: readonly GroupKey[];
}

export interface EntryFacets extends Omit<EntryGroups, 'groups'> {
  /** In the order of `by`. */
  readonly facets: readonly (readonly FacetGroup[])[];
}

/** The end of a tenant's chain. */
export interface ChainEnd {
  readonly chain: number;
  /** Of the last entry that can be seen, as digits. Whatever stands before it can be seen, too. */
  readonly place: string;
}

export interface EntryGroups {
  readonly groups: readonly EntryGroup[];
  readonly walked: number;
  /** The last entry of a walk that did not come to the end. */
  readonly stoppedId?: string | undefined;
}

/** What an entry is found by; projections of its body, as they are stored. */
export interface EntryColumns {
  readonly action: string;
  readonly outcome: string;
  readonly resourceType: string | null;
  /** Microseconds; infinite, and beyond any Date, where somebody made it so. */
  readonly occurredAt: number;
}

/** An entry with its sections as they are stored. Any of it may be whatever somebody made of it. */
export interface StoredEntry {
  readonly chain: number;
  /** `null`: there is no such chain. */
  readonly origin: string | null;
  readonly seq: number;
  /** The digits of `seq`, which may be more than a number holds. */
  readonly place: string;
  readonly id: string;
  readonly hash: string;
  /** Milliseconds. */
  readonly sealedAt: number;
  readonly tenant: string;
  readonly columns: EntryColumns;
  /** `null`: beyond 64 KiB, four times what a body may have. */
  readonly body: string | null;
  /** `missing`: the row with the sections is not there. */
  readonly content: 'there' | 'missing';
  /** Bytes, as captured: they need not be valid UTF-8. */
  readonly actor: Uint8Array | null;
  readonly data: string | null;
  /** Sections beyond 64 MiB; they are `null`. */
  readonly tooLarge: readonly ('actor' | 'data')[];
}

/**
 * Reads sealed entries. No question costs more than `MOST_WALKED` entries, whatever its conditions: what an index does not serve is
 * looked at on the way, and an answer says where it stopped. Where a scope hides actions only what it shows counts, and `MOST_PASSED`
 * are gone through at most.
 *
 * @throws AuditError `AUDIT_SCHEMA_MISSING`, `AUDIT_PRIVILEGE_MISSING`, `AUDIT_QUERY_TIMEOUT`, `AUDIT_CONNECTION_LOST`
 */
export interface EntryStore extends SealedStore {
  /** At least one entry, if there is one among those that are walked. */
  page(request: EntryPageRequest): Promise<EntryPage>;
  count(filter: EntryFilter): Promise<EntryCount>;
  groups(request: GroupsRequest): Promise<EntryGroups>;
  facets(request: FacetsRequest): Promise<EntryFacets>;
  /** `undefined`: it has no entries. */
  end(tenant: string): Promise<ChainEnd | undefined>;
  /** Names of actions that a tenant's entries have, at most `limit`, each looked up by itself. */
  actions(tenant: string, prefix: string, limit: number): Promise<readonly string[]>;
  /**
   * Leaves entries `audit.read`, one for each chain that was read, all or none.
   * @throws AuditError `AUDIT_NOT_WRITABLE`; with `facts.standby` on a standby, where nobody could leave one
   */
  tellRead(reads: readonly { readonly tenant: string; readonly details: string }[]): Promise<void>;
}
