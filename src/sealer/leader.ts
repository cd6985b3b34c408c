import { finish } from '../chain/finish.js';
import { tenantKey } from '../chain/entry.js';
import { uuidV7Minter } from '../event/uuid.js';
import { AuditError } from '../event/errors.js';
import type { ChainHead, Lease, OpenedChain, PositionRange, Reading, SealerStore } from '../store/log.port.js';
import { assemble, opening, type Captured } from './assemble.js';
import { Finder } from './finder.js';

const HEADS_KEPT = 20_000;
const OVERLOOKED_EVERY_MS = 3_600_000;

/**
 * One term of leadership. Everything it keeps in memory is true only as long as every batch commits, so the first failure
 * ends the term: the next one starts from what the database says.
 */
export class Leader {
  readonly #store: SealerStore;
  readonly #lease: Lease;
  readonly #options: { readonly leaseMs: number; readonly batchSize: number };
  readonly #mint = uuidV7Minter();
  readonly #heads = new Map<string, ChainHead>();
  #finder = new Finder(0, []);
  #lastSealedAt: number;
  /** The batch on its way. The next reading runs meanwhile; the next batch waits for it. */
  #inFlight: Promise<void> = Promise.resolve();
  #renewedAt = performance.now();
  /** `low` of the last batch that is known to be committed, and of the one on its way. */
  #settled: number;
  #sentLow: number;
  #overlookedAt = Number.NEGATIVE_INFINITY;
  #overlooked: readonly PositionRange[] = [];

  constructor(store: SealerStore, lease: Lease, options: { leaseMs: number; batchSize: number }) {
    this.#store = store;
    this.#lease = lease;
    this.#options = options;
    this.#lastSealedAt = lease.lastSealedAt;
    this.#settled = lease.low;
    this.#sentLow = lease.low;
  }

  async begin(): Promise<void> {
    const { high, gaps } = await this.#store.unsettled(this.#lease.low);
    this.#finder = new Finder(high, gaps);
  }

  /** Reads once and sends off what it found. Resolves with the number of rows, before they are committed. */
  async round(): Promise<number> {
    this.#lookForOverlooked();
    const reading = await this.#store.read(this.#finder.gaps, this.#finder.high, this.#options.batchSize);
    const rows = this.#finder.take(reading, this.#options.batchSize);
    if (this.#finder.needsBound) this.#finder.bind(await this.#store.bound());
    if (rows.length === 0) {
      await this.#inFlight;
      await this.#keepLease();
      return reading.rows.length; // a full reading of our own control rows is not the end of the log
    }
    const captured = rows.map((row) => ({ row, finished: finish(row, this.#lease.incarnation) }));
    const opened = await this.#openChains(captured, reading);
    await this.#send(captured, opened, reading);
    return reading.rows.length;
  }

  /** Resolves when the last batch is committed and the lease is handed back. */
  async end(): Promise<void> {
    await this.#inFlight;
    await this.#store.release(this.#lease);
  }

  async #send(captured: readonly Captured[], opened: readonly OpenedChain[], reading: Reading): Promise<void> {
    // Strictly greater than every batch before, also when the clock was set back: (sealed_at, chain, seq) is a cursor.
    const sealedAt = Math.max(Math.floor(reading.now / 1000), this.#lastSealedAt + 1);
    const batch = assemble(captured, this.#heads, opened, {
      sealedAt,
      low: this.#finder.low,
      now: reading.now,
      mint: this.#mint,
    });
    this.#lastSealedAt = sealedAt;
    for (const { to } of batch.moved) this.#heads.set(to.tenant, to);
    this.#finder.sealedByUs(opened.map((chain) => chain.pos));
    await this.#inFlight;
    this.#settled = this.#sentLow;
    this.#sentLow = batch.low;
    this.#inFlight = this.#store.seal(this.#lease, this.#options.leaseMs, batch);
    this.#inFlight.catch(() => undefined); // seen by whoever awaits it next
    this.#renewedAt = performance.now();
  }

  /** Loads the heads of the chains in this batch, and prepares those of tenants seen for the first time. */
  async #openChains(captured: readonly Captured[], reading: Reading): Promise<readonly OpenedChain[]> {
    if (this.#heads.size > HEADS_KEPT) {
      await this.#inFlight;
      this.#heads.clear();
    }
    const wanted = new Set(captured.map(({ finished }) => tenantKey(finished.tenant)));
    const missing = [...wanted].filter((tenant) => !this.#heads.has(tenant));
    if (missing.length === 0) return [];
    await this.#inFlight;
    for (const head of await this.#store.heads(missing)) this.#heads.set(head.tenant, head);
    const unknown = missing.filter((tenant) => !this.#heads.has(tenant));
    if (unknown.length === 0) return [];
    const { positions, chain } = await this.#store.reserve(unknown.length);
    return unknown.map((tenant, i) => {
      const number = chain + i;
      return opening(
        { chain: number, origin: `${this.#lease.origin}/${number}`, tenant },
        positions[i] as number,
        reading.now,
      );
    });
  }

  async #keepLease(): Promise<void> {
    if (performance.now() - this.#renewedAt < this.#options.leaseMs / 3) return;
    if (!(await this.#store.renew(this.#lease, this.#options.leaseMs))) {
      throw new AuditError('AUDIT_LEASE_LOST', 'another sealer has taken over');
    }
    this.#renewedAt = performance.now();
  }

  /** Belt and braces: a full comparison of content and entries, beside the work and rarely. */
  #lookForOverlooked(): void {
    if (this.#overlooked.length > 0) {
      this.#finder.reopen(this.#overlooked);
      this.#overlooked = [];
    }
    if (performance.now() - this.#overlookedAt < OVERLOOKED_EVERY_MS) return;
    this.#overlookedAt = performance.now();
    this.#store.overlooked(this.#settled).then(
      (ranges) => (this.#overlooked = ranges),
      () => undefined, // asked again in an hour; the verifier looks as well
    );
  }
}
