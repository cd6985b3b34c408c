import type { Catalogue } from '../event/catalogue.js';
import type { EntryFilter, EntryPage, EntryPageRequest, EntryStore, StoredEntry } from '../store/entry.port.js';
import type { ConfiguredModels } from './configured-names.js';
import { filterOf, type KnownActions } from './filter-of.js';
import { hideFields } from './hide.js';
import { modelFields, type ColumnField } from './model-fields.js';
import { invalid, type AuditConditions } from './query.js';
import { readEntry, type AuditEntry } from './read-entry.js';
import type { Wall } from './scope.js';
import type { PrismaValues } from './value.js';

/** What is known of the application's Prisma schema. */
export interface SchemaKnowledge {
  /** What the generator wrote. */
  readonly catalogue: Catalogue;
  /** Asked for before a page is read, since who reads a log need not have Prisma. Without it Decimals are text. */
  readonly prisma?: () => Promise<PrismaValues | undefined>;
}

export interface ReaderOptions {
  /** With it, values come back as Prisma gave them. */
  readonly schema?: SchemaKnowledge | undefined;
  /** What the configuration says of names, for the scopes of readers: a table may be called otherwise than its model. */
  readonly models?: ConfiguredModels | undefined;
  /** By which `mark` is understood. */
  readonly actions?: KnownActions | undefined;
  /** The store shows all tenants, and queries may ask for them without a scope. @defaultValue `false` */
  readonly allTenants?: boolean | undefined;
  /** One that shows all tenants, for scopes that are `'all'`. */
  readonly auditor?: EntryStore | undefined;
  /** Told of each read that left no entry, on a standby. */
  readonly onUntold?: ((error: unknown) => void) | undefined;
}

const NOTHING: EntryPage = { entries: [], more: false };
const NO_ACTIONS: Pick<EntryStore, 'actions'> = { actions: () => Promise.resolve([]) };

/** What every question is answered with: entries of a store, as this reader may see them. */
export class Asking {
  readonly store: EntryStore;
  readonly options: ReaderOptions;
  readonly wall: Wall | undefined;
  readonly columnsOf: (model: string) => ReadonlyMap<string, ColumnField> | undefined;

  constructor(store: EntryStore, options: ReaderOptions = {}, wall?: Wall) {
    this.store = store;
    this.options = options;
    this.wall = wall;
    this.columnsOf = modelFields(options.schema?.catalogue);
  }

  /** The tenant whose chain is read; `undefined`: all of them. */
  tenantOf(query: AuditConditions): string | undefined {
    if (query.allTenants !== true) return this.wall?.named(query) ?? query.tenant ?? '';
    if (this.options.allTenants !== true)
      throw invalid("allTenants is for a reader whose scope is 'all': audit.query.as({ tenants: 'all', actor })");
    if (query.tenant !== undefined) throw invalid('name a tenant, or allTenants, not both');
    return undefined;
  }

  /** Nothing where there can be no entry: what is outside of the scope is refused and answered as what does not exist. */
  async filter(query: AuditConditions): Promise<EntryFilter | undefined> {
    const tenant = this.tenantOf(query);
    const isOutside = tenant !== undefined && this.wall?.covers(tenant) === false;
    const found = await filterOf({ ...query, tenant }, isOutside ? NO_ACTIONS : this.store, this.options.actions);
    if (isOutside || found === undefined) return undefined;
    const visible = await this.wall?.visibleActions(this.store, found.tenant);
    if (visible === undefined) return found;
    if (visible.length === 0) return undefined;
    const { actions, actionPrefix, ...others } = found;
    if (actions === undefined && actionPrefix === undefined) return { ...others, visibleActions: visible };
    // What is hidden of them is not asked for: there is nothing to look up, as for what does not exist.
    const names = visible.filter((name) => (actions?.includes(name) ?? true) && name.startsWith(actionPrefix ?? ''));
    return names.length === 0 ? undefined : { ...others, actions: names, visibleActions: visible };
  }

  async page(filter: EntryFilter | undefined, request: Omit<EntryPageRequest, 'filter'>): Promise<EntryPage> {
    return filter === undefined ? NOTHING : await this.store.page({ ...request, filter });
  }

  async read(found: readonly StoredEntry[]): Promise<readonly AuditEntry[]> {
    const prisma = await this.options.schema?.prisma?.();
    return this.hide(found.map((entry) => readEntry(entry, (model) => ({ columns: this.columnsOf(model), prisma }))));
  }

  /** Entries as this reader sees them. */
  hide(entries: readonly AuditEntry[]): readonly AuditEntry[] {
    const fields = this.wall?.scope.fields;
    if (fields === undefined) return entries;
    const { schema, models } = this.options;
    const hiding = { fields, catalogue: schema?.catalogue, models, columnsOf: this.columnsOf };
    return entries.map((entry) => hideFields(entry, hiding));
  }
}
