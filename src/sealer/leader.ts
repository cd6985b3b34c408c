import { finish } from '../chain/finish.js';
import { tenantKey } from '../chain/entry.js';
import type { Micros } from '../event/clock.js';
import { uuidV7Minter } from '../event/uuid.js';
import { AuditError, isAuditError } from '../event/errors.js';
import type { ChainHead, Lease, OpenedChain, PositionRange, Reading, SealerStore } from '../store/log.port.js';
import { assemble, opening, type Captured } from './assemble.js';
import { Finder } from './finder.js';
import type { Registry } from './registry.js';
import { SetAside, whyNot } from './set-aside.js';

const HEADS_KEPT = 20_000;
const OVERLOOKED_EVERY_MS = 3_600_000;
const FORGET_EVERY_MS = 60_000;
const MEND_EVERY_MS = 3_000;
/** Keys of events and of batches are kept for so long. */
export const KEYS_KEPT_DAYS = 30;

export interface LeaderOptions {
  readonly leaseMs: number;
  readonly batchSize: number;
  /** Each chain in a batch of its own, so that one that cannot be sealed shows. @defaultValue false */
  readonly careful?: boolean;
  /** Outlives a term. */
  readonly aside?: SetAside;
  /** Absent: nobody tells of all chains. */
  readonly registry?: Registry | undefined;
  /** Told of what was found and mended. */
  readonly onError?: (error: unknown) => void;
}

/**
 * One term of leadership. Everything it keeps in memory is true only as long as every batch commits, so the first failure
 * ends the term: the next one starts from what the database says.
 */
export class Leader {
  readonly #store: SealerStore;
  readonly #lease: Lease;
  readonly #options: LeaderOptions;
  readonly #aside: SetAside;
  readonly #mint = uuidV7Minter();
  readonly #heads = new Map<string, ChainHead>();
  #finder = new Finder(0, []);
  #lastSealedAt: number;
  /** The database's clock at the last reading, and when that was. */
  #clock: { readonly now: Micros; readonly at: number } | undefined;
  /** The batch on its way. The next reading runs meanwhile; the next batch waits for it. */
  #inFlight: Promise<void> = Promise.resolve();
  #renewedAt = performance.now();
  /** `low` of the last batch that is known to be committed, and of the one on its way. */
  #settled: number;
  #sentLow: number;
  #overlookedAt = Number.NEGATIVE_INFINITY;
  #overlooked: readonly PositionRange[] = [];
  #mendedAt = performance.now(); // acquire() has looked
  #forgotAt = performance.now();
  #hasMore = false;

  constructor(store: SealerStore, lease: Lease, options: LeaderOptions) {
    this.#store = store;
    this.#lease = lease;
    this.#options = options;
    this.#aside = options.aside ?? new SetAside(options.onError);
    this.#lastSealedAt = lease.lastSealedAt;
    this.#settled = lease.low;
    this.#sentLow = lease.low;
  }

  async begin(): Promise<void> {
    const { high, gaps } = await this.#store.unsettled(this.#lease.low);
    this.#finder = new Finder(high, gaps);
    await this.#options.registry?.begin();
  }

  /** Whether the last reading met its bound. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Nothing was sealed that the registry does not tell of. */
  get hasToldAll(): boolean {
    return this.#options.registry?.hasToldAll ?? true;
  }

  /** Reads once and sends off what it found. Resolves with the number of rows, before they are committed. */
  async round(): Promise<number> {
    this.#lookForOverlooked();
    this.#mendPositions();
    this.#forgetKeys();
    await this.#tryAgain();
    if (this.#options.registry?.isDue === true) await this.#tellRegistry();
    const reading = await this.#store.read(this.#finder.gaps, this.#finder.high, this.#options.batchSize);
    this.#hasMore = !reading.complete;
    this.#clock = { now: reading.now, at: performance.now() };
    const rows = this.#finder.take(reading);
    if (this.#finder.needsBound) this.#finder.bind(await this.#store.bound());
    const all = rows.map((row) => ({ row, finished: finish(row, this.#lease.incarnation) }));
    const opened = all.length === 0 ? [] : await this.#openChains(all, reading);
    const captured = this.#withoutAside(all);
    if (captured.length === 0) {
      await this.#inFlight;
      await this.#keepLease();
      return reading.rows.length; // a full reading of our own control rows is not the end of the log
    }
    if (this.#options.careful === true) await this.#sendEach(captured, opened, reading);
    else await this.#send(captured, opened, reading, this.#finder.low);
    return reading.rows.length;
  }

  /** The registry tells of what was sealed since it last did. Resolves when the last batch is committed. */
  async endRegistry(): Promise<void> {
    await this.#inFlight;
    if (this.#options.registry?.hasNews === true) await this.#tellRegistry();
  }

  /** Resolves when the last batch is committed and the lease is handed back. */
  async end(): Promise<void> {
    await this.#inFlight;
    await this.#store.release(this.#lease);
  }

  /** One chain after the other, each committed: the one that cannot be is set aside for the next term. */
  async #sendEach(captured: readonly Captured[], opened: readonly OpenedChain[], reading: Reading): Promise<void> {
    const settled = this.#sentLow;
    const tenants = [...new Set(captured.map(({ finished }) => tenantKey(finished.tenant)))];
    for (const [i, tenant] of tenants.entries()) {
      const chain = this.#heads.get(tenant)?.chain ?? opened.find((each) => each.tenant === tenant)?.chain;
      await this.#send(
        captured.filter(({ finished }) => tenantKey(finished.tenant) === tenant),
        opened.filter((each) => each.tenant === tenant),
        reading,
        i === tenants.length - 1 ? this.#finder.low : settled, // the others of this reading are not sealed yet
      );
      try {
        await this.#inFlight;
      } catch (error) {
        if (isOfTheBatch(error)) this.#aside.add(tenant, chain, 'the database refuses its entries', error);
        throw error;
      }
    }
  }

  async #send(
    captured: readonly Captured[],
    opened: readonly OpenedChain[],
    reading: Reading,
    low: number,
  ): Promise<void> {
    // Strictly greater than every batch before, also when the clock was set back: (sealed_at, chain, seq) is a cursor.
    const sealedAt = Math.max(Math.floor(reading.now / 1000), this.#lastSealedAt + 1);
    const batch = assemble(captured, this.#heads, opened, {
      sealedAt,
      low,
      now: reading.now,
      mint: this.#mint,
    });
    this.#lastSealedAt = sealedAt;
    for (const { to } of batch.moved) this.#heads.set(to.tenant, to);
    this.#options.registry?.grew(batch.moved.map(({ to }) => to));
    this.#finder.sealedByUs(opened.map((chain) => chain.pos));
    await this.#inFlight;
    this.#settled = this.#sentLow;
    this.#sentLow = batch.low;
    this.#inFlight = this.#store.seal(this.#lease, this.#options.leaseMs, batch);
    this.#inFlight.catch(() => undefined); // seen by whoever awaits it next
    this.#renewedAt = performance.now();
  }

  /** Between two batches: what it tells is committed. */
  async #tellRegistry(): Promise<void> {
    const { registry } = this.#options;
    if (registry === undefined || this.#clock === undefined) return; // the first reading tells the time
    await this.#inFlight;
    const now = this.#clock.now + Math.floor((performance.now() - this.#clock.at) * 1000);
    const sealedAt = Math.max(Math.floor(now / 1000), this.#lastSealedAt + 1);
    this.#lastSealedAt = sealedAt;
    this.#finder.sealedByUs(await registry.tick({ sealedAt, now, mint: this.#mint }));
    this.#renewedAt = performance.now();
  }

  /** Loads the heads of the chains in this batch, and prepares those of tenants seen for the first time. */
  async #openChains(captured: readonly Captured[], reading: Reading): Promise<readonly OpenedChain[]> {
    if (this.#heads.size > HEADS_KEPT) {
      await this.#inFlight;
      this.#heads.clear();
    }
    const wanted = new Set(captured.map(({ finished }) => tenantKey(finished.tenant)));
    const missing = [...wanted].filter((tenant) => !this.#heads.has(tenant) && !this.#aside.has(tenant));
    if (missing.length === 0) return [];
    await this.#inFlight;
    for (const head of await this.#store.heads(missing)) {
      const why = whyNot(head);
      if (why === undefined) this.#heads.set(head.tenant, head);
      else this.#aside.add(head.tenant, head.chain, why);
    }
    const unknown = missing.filter((tenant) => !this.#heads.has(tenant) && !this.#aside.has(tenant));
    if (unknown.length === 0) return [];
    const reserved = await this.#store.reserve(unknown.length).catch((error: unknown) => {
      if (!isOfTheBatch(error)) throw error;
      for (const tenant of unknown) this.#aside.add(tenant, undefined, 'there is no number for it', error);
      return undefined;
    });
    if (!reserved) return [];
    const { positions, chain } = reserved;
    return unknown.map((tenant, i) => {
      const number = chain + i;
      return opening(
        { chain: number, origin: `${this.#lease.origin}/${number}`, tenant },
        positions[i] as number,
        reading.now,
      );
    });
  }

  #withoutAside(captured: readonly Captured[]): readonly Captured[] {
    if (this.#aside.size === 0) return captured;
    const waits = ({ finished }: Captured): boolean => this.#aside.has(tenantKey(finished.tenant));
    this.#finder.setAside(captured.filter((each) => waits(each)).map(({ row }) => row));
    return captured.filter((each) => !waits(each));
  }

  /** Chains that were set aside a while ago: those that can grow by now are sealed from where they were left. */
  async #tryAgain(): Promise<void> {
    const due = this.#aside.due();
    if (due.length === 0) return;
    await this.#inFlight;
    const heads = await this.#store.heads(due);
    const able = due.filter((tenant) => {
      const head = heads.find((each) => each.tenant === tenant);
      const why = head && whyNot(head);
      if (why === undefined) this.#aside.delete(tenant);
      else this.#aside.add(tenant, head?.chain, why);
      return why === undefined;
    });
    if (able.length === 0) return;
    this.#heads.clear();
    const { high, gaps } = await this.#store.unsettled(this.#finder.low);
    this.#finder = new Finder(high, gaps);
  }

  async #keepLease(): Promise<void> {
    if (performance.now() - this.#renewedAt < this.#options.leaseMs / 3) return;
    if (!(await this.#store.renew(this.#lease, this.#options.leaseMs))) {
      throw new AuditError('AUDIT_LEASE_LOST', 'another sealer has taken over');
    }
    this.#renewedAt = performance.now();
  }

  /** Beside the work: a sequence that was set back fails every audited write until it is raised. */
  #mendPositions(): void {
    if (performance.now() - this.#mendedAt < MEND_EVERY_MS) return;
    this.#mendedAt = performance.now();
    this.#store.mendPositions().then(
      (mended) => {
        if (!mended) return;
        this.#overlookedAt = Number.NEGATIVE_INFINITY; // positions that were given up may have been handed out again
        this.#options.onError?.(
          new AuditError(
            'AUDIT_SEQUENCE_BEHIND',
            'the sequence of positions was behind the rows of the log (a restore, or somebody set it back), and has been raised: audited writes failed meanwhile',
          ),
        );
      },
      () => undefined, // asked again in a moment
    );
  }

  #forgetKeys(): void {
    if (performance.now() - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = performance.now();
    this.#store.forgetKeys(KEYS_KEPT_DAYS).catch(() => undefined); // asked again in a minute
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

/** Whether an error says something of what was sent, rather than of the connection or the server. */
function isOfTheBatch(error: unknown): boolean {
  const { cause, code } = error as { cause?: { code?: unknown }; code?: unknown };
  const state = isAuditError(error, 'AUDIT_LEASE_LOST') ? cause?.code : code;
  return typeof state === 'string' && /^(?:22|23|54|AUD02$)/.test(state);
}
