import { AuditError } from '../event/errors.js';
import type { FollowedRow, FollowerLease, FollowerStore } from '../store/follow.port.js';
import { reasonOf } from './attempt.js';
import { AttemptFailed, type HandOver } from './hand-over.js';
import type { CheckedFollow } from './options.js';
import { backOff, pause } from './pause.js';

/** A batch that failed is cut down in few steps to the entry at fault; from there it grows again. */
const CUT = 8;
/** Entries that are looked at to tell an entry that cannot be taken from a target that is away. */
const OTHERS = 5;

/** The registry's chain. */
const REGISTRY = 0;

/**
 * Delivers what was read, in its order, until all of it is handled or set aside.
 *
 * An entry is set aside only when others pass: whether a handler throws because of the entry, or because its target is away, nobody can tell from what it throws.
 * As long as none of those behind it passes either, it is tried again.
 */
export class Delivery {
  readonly #store: FollowerStore;
  readonly #lease: FollowerLease;
  readonly #options: CheckedFollow;
  readonly #hand: HandOver;
  readonly #stopping: AbortSignal;
  readonly #onError: (error: unknown) => void;
  /** What was delivered ahead of its turn, to see that others pass: by id. */
  readonly #ahead = new Set<string>();
  #size: number;
  /** Attempts in a row that failed, and those of them that were at one entry. */
  #failures = 0;
  #tries = 0;

  constructor(
    store: FollowerStore,
    lease: FollowerLease,
    options: CheckedFollow,
    { hand, stopping, onError }: { hand: HandOver; stopping: AbortSignal; onError: (error: unknown) => void },
  ) {
    this.#store = store;
    this.#lease = lease;
    this.#options = options;
    this.#hand = hand;
    this.#stopping = stopping;
    this.#onError = onError;
    this.#size = options.batch.entries;
  }

  async deliver(rows: readonly FollowedRow[]): Promise<void> {
    for (let rest = rows; rest.length > 0 && !this.#stopping.aborted;) {
      const part = rest.slice(0, this.#size);
      const wanted = part.filter((row) => this.#isFollowed(row) && !this.#ahead.has(row.stored.id));
      try {
        await this.#hand.deliver(part, wanted);
        rest = this.#passed(rest, part);
      } catch (error) {
        if (!(error instanceof AttemptFailed)) throw error;
        const reason = reasonOf(error.cause);
        await this.#failed(part, reason);
        if (part.length === 1 && (await this.#othersPass(rest))) {
          await this.#tryLast(part, reason);
          rest = this.#passed(rest, part);
          continue;
        }
        this.#size = Math.max(1, Math.floor(part.length / CUT));
        await pause(backOff(this.#failures, this.#options.retry), this.#stopping);
      }
    }
  }

  #isFollowed({ at }: FollowedRow): boolean {
    return at.chain !== REGISTRY || this.#options.registry;
  }

  #passed(rest: readonly FollowedRow[], part: readonly FollowedRow[]): readonly FollowedRow[] {
    for (const { stored } of part) this.#ahead.delete(stored.id);
    this.#failures = 0;
    this.#tries = 0;
    this.#size = Math.min(this.#size * 4, this.#options.batch.entries);
    return rest.slice(part.length);
  }

  async #failed(part: readonly FollowedRow[], reason: string): Promise<void> {
    this.#failures += 1;
    if (part.length === 1) this.#tries += 1;
    const { name } = this.#options;
    this.#onError(
      new AuditError(
        'AUDIT_FOLLOWER_FAILED',
        `follower ${name}: attempt ${this.#failures} at ${part.length === 1 ? `entry ${part[0]?.stored.id}` : `${part.length} entries`} failed: ${reason}`,
        { follower: name, failures: this.#failures },
      ),
    );
    if (!(await this.#store.failed(this.#lease, reason)))
      throw new AuditError('AUDIT_LEASE_LOST', 'another process follows now');
  }

  /**
   * Whether the first of these has been tried often enough, and another one passes now. Those of other chains are asked first: what passes is delivered before its
   * turn, and within a chain order is kept. One of its own chain is delivered once more in its turn.
   */
  async #othersPass(rest: readonly FollowedRow[]): Promise<boolean> {
    const [first, ...behind] = rest;
    if (first === undefined || this.#tries < this.#options.attempts) return false;
    const known = behind.filter((row) => this.#isFollowed(row));
    const others = known.length > 0 ? known : await this.#readBehind(first);
    for (const row of this.#candidates(first, others).slice(0, OTHERS)) {
      if (this.#stopping.aborted) return false;
      if (!(await this.#hand.probe(row))) continue;
      // Where each entry counts once, what the probe wrote is gone.
      if (!this.#options.exactlyOnce && row.at.chain !== first.at.chain) this.#ahead.add(row.stored.id);
      return true;
    }
    return false;
  }

  /** Of each other chain the next that was not delivered; then those of its own, and last what has passed before. */
  #candidates(first: FollowedRow, others: readonly FollowedRow[]): readonly FollowedRow[] {
    const next = new Map<number, FollowedRow>();
    for (const row of others)
      if (row.at.chain !== first.at.chain && !next.has(row.at.chain) && !this.#ahead.has(row.stored.id))
        next.set(row.at.chain, row);
    const own = others.filter(({ at }) => at.chain === first.at.chain);
    return [...next.values(), ...own, ...others.filter(({ stored }) => this.#ahead.has(stored.id))];
  }

  /** The target may have come back in between. */
  async #tryLast(part: readonly FollowedRow[], reason: string): Promise<void> {
    const [row] = part as [FollowedRow]; // of one
    try {
      await this.#hand.deliver(part, part);
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error;
      await this.#hand.setAside(row, this.#tries + 1, reason);
      this.#tellAside(row, reason);
    }
  }

  async #readBehind({ at }: FollowedRow): Promise<readonly FollowedRow[]> {
    const { rows } = await this.#store.read(at, { ...this.#options.batch, entries: OTHERS * 4 });
    return rows.filter((row) => this.#isFollowed(row));
  }

  #tellAside({ stored }: FollowedRow, reason: string): void {
    const { name } = this.#options;
    this.#onError(
      new AuditError(
        'AUDIT_FOLLOWER_SET_ASIDE',
        `follower ${name} has set entry ${stored.id} aside after ${this.#tries + 1} attempts, and goes on behind it: ${reason}; "nestjs-prisma-audit follow dead-letters ${name}"`,
        { follower: name, id: stored.id },
      ),
    );
  }
}
