import { asked } from './asked.js';
import type { Asking } from './asking.js';
import { EXPORTING, exportingOf, type ScopedExport } from './exporting.js';
import { checkConditions, invalid, type AuditConditions } from './query.js';
import { tenantsOf, verified, type EntryOverview } from './groups.js';
import { Questions } from './questions.js';
import type { Where } from './near.js';
import { sealedOf, type SealedEntry } from './sealed.js';
import { ReadTeller, type Shown, type Told } from './told.js';
import { Wall } from './scope.js';
import type { AuditEntry } from './read-entry.js';
import { tailOf, type TailOptions } from './tail.js';

/**
 * What one reader may ask: the same questions, about what his scope covers. All else is answered like what does not exist, in entries,
 * numbers and errors alike. Each question leaves an entry `audit.read` in the chain that was read, before its answer is given; on a
 * standby it leaves none. Make one for each request.
 */
export class ScopedReader extends Questions {
  readonly #asking: Asking & { readonly wall: Wall };
  readonly #teller: ReadTeller;

  /** @param before of the same person: what he asked it within a minute is not told again */
  constructor(asking: Asking & { readonly wall: Wall }, before?: ScopedReader) {
    super();
    this.#asking = asking;
    this.#teller =
      before === undefined ? new ReadTeller(asking.wall.scope, asking.store, asking.options.onUntold) : before.#teller;
  }

  /**
   * Leaves the entry of what takes entries away, before the first of them leaves: an export, a proof.
   * @param id where it is a single entry
   * @throws AuditError `AUDIT_NOT_WRITABLE` on a standby: then nothing may leave
   */
  async leaving(kind: 'export' | 'proof', conditions: AuditConditions, count = 0, id?: string): Promise<void> {
    const said = asked(conditions);
    checkConditions(said);
    if (kind !== 'export' && kind !== 'proof') throw invalid("what leaves is an 'export' or a 'proof'");
    if (!Number.isSafeInteger(count) || count < 0)
      throw invalid('count must be a whole number: how many entries leave');
    const tenants = await tenantsOf(this.#asking, said);
    await this.#tell(kind, { ...said, id }, { count, tenants }, { must: true });
  }

  /**
   * What the seals of entries are computed of: their bytes, and the sections of which this reader sees all. What is not there, or not seen, is
   * left out.
   * @param ids 1 to 50; of a single one its neighbours in the chain too
   */
  async sealed(ids: readonly string[], where: Where = {}): Promise<readonly SealedEntry[]> {
    const [of, those] = [asked(where), Array.isArray(ids) ? [...ids] : []];
    const [id, ...more] = those;
    const said = { ...of, ...(id === undefined || more.length > 0 ? {} : { id }) };
    return await this.answer('sealed', said, () => sealedOf(this.#asking, those, of), (found) => ({ count: found.length, entries: found.map((entry) => ({ id: entry.id, tenant: '' })) })); // prettier-ignore
  }

  /**
   * What is sealed from now on, or behind a place in the chain, as it comes: every entry that fits, once, in the order of the chain of one
   * tenant. Leaves an entry at its start, and one at its end that says how many it gave.
   * @param options `after`: number of an entry; what stands behind it is given first
   */
  tail(conditions: AuditConditions, options: TailOptions = {}): AsyncGenerator<readonly AuditEntry[]> {
    return this.#tail(asked(conditions), { ...options });
  }

  async *#tail(conditions: AuditConditions, options: TailOptions): AsyncGenerator<readonly AuditEntry[]> {
    let count = 0;
    const chain = await tailOf(this.#asking, conditions, options);
    await this.#tell('tail', conditions, { count }, {});
    try {
      for await (const entries of chain) {
        count += entries.length;
        yield entries;
      }
    } finally {
      // Whoever looked must be told of once more, whatever ended it.
      if (count > 0) await this.#tell('tail', conditions, { count, isMore: true }, {});
    }
  }

  /** What a verification of the whole log last said: a fact about the log, of which no entry is left. */
  async verified(): Promise<EntryOverview['verified']> {
    return (await verified(this.#asking)).verified;
  }

  /** For exports alone. */
  async [EXPORTING](conditions: AuditConditions): Promise<ScopedExport | undefined> {
    return await exportingOf(this.#asking, asked(conditions));
  }

  protected async answer<T>(
    kind: string,
    conditions: Told,
    work: (asking: Asking) => Promise<T>,
    shown: (answer: T, asking: Asking) => Shown | Promise<Shown>,
    cursor?: string,
  ): Promise<T> {
    const answer = await work(this.#asking);
    await this.#tell(kind, conditions, await shown(answer, this.#asking), { cursor });
    return answer;
  }

  async #tell(
    kind: string,
    conditions: Told,
    shown: Shown,
    { must, cursor }: { must?: true; cursor?: string | undefined },
  ): Promise<void> {
    const tenant = this.#asking.tenantOf(conditions);
    // Nothing was read, and there may be no such chain.
    if (tenant !== undefined && !this.#asking.wall.covers(tenant)) return;
    const tenants = tenant === undefined ? shown.tenants : undefined;
    await this.#teller.tell({ kind, conditions, tenant, cursor }, { ...shown, tenants }, must);
  }
}
