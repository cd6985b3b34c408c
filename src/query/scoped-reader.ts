import type { Asking } from './asking.js';
import { EXPORTING, exportingOf, type ScopedExport } from './exporting.js';
import { checkConditions, type AuditConditions } from './query.js';
import { Questions } from './questions.js';
import { ReadTeller, type Shown, type Told } from './told.js';
import { Wall } from './scope.js';

/**
 * What one reader may ask: the same questions, about what his scope covers. All else is answered like what does not exist, in entries,
 * numbers and errors alike. Each question leaves an entry `audit.read` in the chain that was read, before its answer is given; on a
 * database that cannot be written it leaves none. Make one for each request.
 */
export class ScopedReader extends Questions {
  readonly #asking: Asking & { readonly wall: Wall };
  readonly #teller: ReadTeller;

  constructor(asking: Asking & { readonly wall: Wall }) {
    super();
    this.#asking = asking;
    this.#teller = new ReadTeller(asking.wall.scope, asking.store);
  }

  /**
   * Leaves the entry of what takes entries away, before the first of them leaves: an export, a proof.
   * @throws AuditError `AUDIT_NOT_WRITABLE` where the database cannot be written: then nothing may leave
   */
  async leaving(kind: 'export' | 'proof', conditions: AuditConditions, count = 0): Promise<void> {
    checkConditions(conditions);
    await this.#tell(kind, conditions, { count }, true);
  }

  /** For exports alone. */
  async [EXPORTING](conditions: AuditConditions): Promise<ScopedExport | undefined> {
    return await exportingOf(this.#asking, conditions);
  }

  protected async answer<T>(
    kind: string,
    conditions: Told,
    work: (asking: Asking) => Promise<T>,
    shown: (answer: T) => Shown,
  ): Promise<T> {
    const answer = await work(this.#asking);
    await this.#tell(kind, conditions, shown(answer), false);
    return answer;
  }

  async #tell(kind: string, conditions: Told, shown: Shown, must: boolean): Promise<void> {
    const tenant = this.#asking.tenantOf(conditions);
    // Nothing was read, and there may be no such chain.
    if (tenant !== undefined && this.#asking.wall.covers(tenant) === false) return;
    const tenants = tenant === undefined ? shown.tenants : undefined;
    await this.#teller.tell({ kind, conditions, tenant }, { ...shown, tenants }, must);
  }
}
