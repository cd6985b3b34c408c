import type { Resource } from '../event/types.js';
import type { EntryCount, EntryStore } from '../store/entry.port.js';
import { Asking, type ReaderOptions } from './asking.js';
import { count, find, type AuditPage } from './find.js';
import type { AuditConditions, AuditQuery } from './query.js';

/**
 * Reads sealed entries. The pages follow `id`, the time of occurrence; an entry that was sealed late can still appear behind a
 * cursor. Those of one record (`resource` with an id) follow its chain: what was done to it is in the order in which it was done,
 * also where a clock went back, and nothing appears behind a cursor.
 *
 * Every question costs 10,000 entries at most, and its answer says where it stopped. All reject with an AuditError: `AUDIT_QUERY_INVALID`
 * or `AUDIT_CURSOR_INVALID`; `AUDIT_SCHEMA_MISSING`, `AUDIT_PRIVILEGE_MISSING`, `AUDIT_QUERY_TIMEOUT` or `AUDIT_CONNECTION_LOST`.
 */
export class AuditReader {
  readonly #asking: Asking;

  constructor(store: EntryStore, options: ReaderOptions = {}) {
    this.#asking = new Asking(store, options);
  }

  async find(query: AuditQuery = {}): Promise<AuditPage> {
    return await find(this.#asking, query);
  }

  /** How many entries there are: exact up to 10,000, and up to 10,000 entries that had to be looked at. */
  async count(conditions: AuditConditions = {}): Promise<EntryCount> {
    return await count(this.#asking, conditions);
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
