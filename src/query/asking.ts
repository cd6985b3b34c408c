import type { Catalogue } from '../event/catalogue.js';
import type { EntryFilter, EntryPage, EntryPageRequest, EntryStore, StoredEntry } from '../store/entry.port.js';
import { filterOf, type KnownActions } from './filter-of.js';
import { modelFields, type ColumnField } from './model-fields.js';
import { invalid, type AuditConditions } from './query.js';
import { readEntry, type AuditEntry } from './read-entry.js';
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
  /** By which `mark` is understood. */
  readonly actions?: KnownActions | undefined;
  /** The store shows all tenants, and queries may ask for them without a scope. @defaultValue `false` */
  readonly allTenants?: boolean | undefined;
}

const NOTHING: EntryPage = { entries: [], more: false };

/** What every question is answered with: entries of a store, as this reader may see them. */
export class Asking {
  readonly store: EntryStore;
  readonly options: ReaderOptions;
  readonly columnsOf: (model: string) => ReadonlyMap<string, ColumnField> | undefined;

  constructor(store: EntryStore, options: ReaderOptions = {}) {
    this.store = store;
    this.options = options;
    this.columnsOf = modelFields(options.schema?.catalogue);
  }

  /** Nothing where there can be no entry. */
  filter(query: AuditConditions): Promise<EntryFilter | undefined> {
    if (query.allTenants === true && this.options.allTenants !== true)
      throw invalid("allTenants is for a reader whose scope is 'all': audit.query.as({ tenants: 'all', actor })");
    if (query.allTenants === true && query.tenant !== undefined)
      throw invalid('name a tenant, or allTenants, not both');
    return filterOf(query, this.store, this.options.actions);
  }

  async page(filter: EntryFilter | undefined, request: Omit<EntryPageRequest, 'filter'>): Promise<EntryPage> {
    return filter === undefined ? NOTHING : await this.store.page({ ...request, filter });
  }

  async read(found: readonly StoredEntry[]): Promise<readonly AuditEntry[]> {
    const prisma = await this.options.schema?.prisma?.();
    return found.map((entry) => readEntry(entry, (model) => ({ columns: this.columnsOf(model), prisma })));
  }
}
