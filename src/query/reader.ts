import { AuditError } from '../event/errors.js';
import type { EntryStore } from '../store/entry.port.js';
import { Asking, type ReaderOptions } from './asking.js';
import { Questions } from './questions.js';
import { checkScope, copyOf, Wall, type ReaderScope } from './scope.js';
import { ScopedReader } from './scoped-reader.js';
import type { Told } from './told.js';

/** Reads sealed entries, for code that you trust: what is handed on to people goes through `as()`. */
export class AuditReader extends Questions {
  readonly #asking: Asking;

  constructor(store: EntryStore, options: ReaderOptions = {}) {
    super();
    this.#asking = new Asking(store, options);
  }

  /**
   * A reader for one person: he sees what the scope covers, and his reading leaves entries.
   * @param before a reader of the same person, of an earlier request of his: what he asks again within a minute is told of once
   * @throws AuditError `AUDIT_OPTIONS_INVALID`
   * @example
   * ```ts
   * const reader = audit.query.as({ tenants: [user.tenantId], actor: { id: user.id } });
   * const page = await reader.find({ failures: true });
   * ```
   */
  as(scope: ReaderScope, before?: ScopedReader): ScopedReader {
    scope = copyOf(scope);
    checkScope(scope);
    const { store, options } = this.#asking;
    const isAll = scope.tenants === 'all';
    if (isAll && options.auditor === undefined)
      throw new AuditError(
        'AUDIT_OPTIONS_INVALID',
        "a scope of all tenants needs the option auditorUrl: the URL of the same database with the auditor's role",
      );
    if (scope.fields !== undefined && options.schema === undefined && options.models === undefined)
      throw new AuditError(
        'AUDIT_OPTIONS_INVALID',
        "as(): fields are asked by the client's names, and nothing says which columns those are: pass the option catalogue (of the generator), or config (the default export of audit.config)",
      );
    const wall = new Wall(scope);
    const seen = (isAll && options.auditor) || store;
    const asking = new Asking(seen, { ...options, allTenants: isAll }, wall) as Asking & { wall: Wall }; // the one that it got
    return new ScopedReader(asking, before);
  }

  protected answer<T>(_kind: string, _conditions: Told, work: (asking: Asking) => Promise<T>): Promise<T> {
    return work(this.#asking);
  }
}
