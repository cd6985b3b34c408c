import type { Micros } from '../event/clock.js';
import { AuditError, unfailing } from '../event/errors.js';
import { rootOf, decodeFrontier } from '../chain/merkle.js';
import { MOST_TOLD, REGISTRY } from '../chain/registry.js';
import type { CheckpointKeeper } from '../checkpoint/port.js';
import type { ChainHead, Lease, SealerStore } from '../store/log.port.js';
import { assembleRegistry, rowsOfTick } from './assemble-registry.js';
import { whyNot } from './set-aside.js';

const FIRST_PAUSE_MS = 5_000;
const LAST_PAUSE_MS = 600_000;

// Captured at import, so that a test's fake timers do not stop the log.
const performance = globalThis.performance;

/** When the registry may be written again after it could not be: outlives a term, so that a tick that fails does not end one after the other. */
export class RegistryPause {
  #until = Number.NEGATIVE_INFINITY;
  #pauseMs = FIRST_PAUSE_MS;

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  fail(): void {
    this.#until = performance.now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  clear(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}

/** The registry for one term: which chains have grown, and when it is time to tell of them. */
export class Registry {
  readonly #store: Pick<SealerStore, 'heads' | 'untold' | 'reserve' | 'sealRegistry'>;
  readonly #lease: Lease;
  readonly #leaseMs: number;
  readonly #keeper: CheckpointKeeper;
  readonly #pause: RegistryPause;
  readonly #onError: (error: unknown) => void;
  #head: ChainHead | undefined;
  #grown = new Map<number, ChainHead>();
  /** The database may know of more chains than were asked for. */
  #mayBeMore = false;
  #isBroken = false;
  #toldAt = performance.now();

  constructor(
    store: Pick<SealerStore, 'heads' | 'untold' | 'reserve' | 'sealRegistry'>,
    lease: Lease,
    leaseMs: number,
    keeper: CheckpointKeeper,
    pause: RegistryPause,
    onError?: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#lease = lease;
    this.#leaseMs = leaseMs;
    this.#keeper = keeper;
    this.#pause = pause;
    this.#onError = unfailing(onError);
  }

  async begin(): Promise<void> {
    const [head] = await this.#store.heads([REGISTRY.tenant]);
    const why = head && whyNot(head);
    if (why !== undefined) {
      this.#isBroken = true;
      this.#onError(new AuditError('AUDIT_CHAIN_SET_ASIDE', `the registry cannot grow: ${why}; chains are sealed, and nothing is signed: run "nestjs-prisma-audit verify"`, { chain: REGISTRY.chain })); // prettier-ignore
      return;
    }
    this.#head = head;
    await this.#load();
    if (this.#grown.size > 0) this.#toldAt = Number.NEGATIVE_INFINITY;
    this.#keeper.begin(this.#lease, head);
  }

  /** These chains have grown, or will have when the batch on its way is committed. */
  grew(heads: readonly ChainHead[]): void {
    for (const head of heads) this.#grown.set(head.chain, head);
  }

  /** Whether there is anything that no `heads` has told. */
  get hasNews(): boolean {
    return this.#canTell && (this.#grown.size > 0 || this.#keeper.announcements().length > 0);
  }

  /** Nothing is left that the next tick would tell, or could not. */
  get hasToldAll(): boolean {
    return !this.#isBroken && this.#grown.size === 0 && this.#keeper.announcements().length === 0;
  }

  get isDue(): boolean {
    if (!this.#canTell) return false;
    if (this.#grown.size >= MOST_TOLD || this.#keeper.announcements().length > 0) return true;
    const since = performance.now() - this.#toldAt;
    return since >= (this.#grown.size > 0 ? this.#keeper.tickMs : this.#keeper.heartbeatMs);
  }

  get #canTell(): boolean {
    return !this.#isBroken && this.#pause.isOver;
  }

  /**
   * Tells of what has grown: everything that was sent to the database MUST be committed. A failure ends the term, as that of any batch.
   * @returns the positions it has used
   */
  async tick(options: { sealedAt: number; now: Micros; mint: (at: Micros) => string }): Promise<readonly number[]> {
    const announced = this.#keeper.announcements();
    const grown = [...this.#grown.values()].toSorted((a, b) => a.chain - b.chain).slice(0, MOST_TOLD);
    try {
      const { positions } = await this.#store.reserve(rowsOfTick(this.#head, announced));
      const batch = assembleRegistry(this.#lease.origin, this.#head, announced, grown, { ...options, positions });
      await this.#store.sealRegistry(this.#lease, this.#leaseMs, batch);
      this.#head = batch.to;
      for (const { chain } of grown) this.#grown.delete(chain);
      if (this.#mayBeMore) await this.#load();
      this.#toldAt = this.#grown.size > 0 ? Number.NEGATIVE_INFINITY : performance.now();
      this.#pause.clear();
      const { origin, size, frontier } = batch.to;
      this.#keeper.take({ origin, size, root: rootOf(decodeFrontier(size, frontier).nodes) }, announced);
      return positions;
    } catch (error) {
      this.#pause.fail();
      throw error;
    }
  }

  async #load(): Promise<void> {
    const untold = await this.#store.untold(MOST_TOLD);
    this.#mayBeMore = untold.length === MOST_TOLD;
    this.grew(untold.filter((head) => whyNot(head) === undefined));
  }
}
