import { AuditError } from '../event/errors.js';
import type { FollowedRow, FollowerLease, FollowerStore, FollowReading } from '../store/follow.port.js';
import { reasonOf } from './attempt.js';
import { Delivery } from './delivery.js';
import { AttemptFailed, HandOver } from './hand-over.js';
import type { CheckedFollow } from './options.js';
import { pause } from './pause.js';
import type { ReadFollowed } from './read-entries.js';

const { performance } = globalThis;
const REPLAY_EVERY_MS = 1_000;

export interface TermParts {
  readonly read: ReadFollowed;
  /** No further batch is begun. */
  readonly stopping: AbortSignal;
  /** The handler is to end too: the lease is lost, or time is up. */
  readonly ending: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** What one process does with a follower while it holds the lease. Everything it keeps in memory is true only as long as every step commits: the first that does not ends it. */
export class Term {
  readonly #store: FollowerStore;
  readonly #lease: FollowerLease;
  readonly #options: CheckedFollow;
  readonly #parts: TermParts;
  readonly #hand: HandOver;
  readonly #delivery: Delivery;
  #replayedAt = Number.NEGATIVE_INFINITY;

  constructor(store: FollowerStore, lease: FollowerLease, options: CheckedFollow, parts: TermParts) {
    this.#store = store;
    this.#lease = lease;
    this.#options = options;
    this.#parts = parts;
    this.#hand = new HandOver(store, lease, options, parts);
    this.#delivery = new Delivery(store, lease, options, { ...parts, hand: this.#hand });
  }

  get place(): HandOver['place'] {
    return this.#hand.place;
  }

  /** Resolves when it is to stop. */
  async run(): Promise<void> {
    const { stopping, ending } = this.#parts;
    while (!stopping.aborted) {
      if (ending.aborted) throw ending.reason;
      await this.#replay();
      const { rows } = await this.#gather();
      if (rows.length === 0) await pause(this.#options.pollMs, stopping);
      else await this.#delivery.deliver(rows);
    }
  }

  /** A batch that is not full is given time to become so. The next is read when the last was handled: what waits, waits in the database. */
  async #gather(): Promise<FollowReading> {
    const { batch } = this.#options;
    const first = await this.#look();
    if (first.rows.length === 0 || !first.complete || batch.waitMs === 0) return first;
    await pause(batch.waitMs, this.#parts.stopping);
    return await this.#look();
  }

  async #look(): Promise<FollowReading> {
    const reading = await this.#store.read(this.#hand.place, this.#options.batch);
    if (reading.lost) throw lostPlace(this.#options.name);
    return reading;
  }

  async #replay(): Promise<void> {
    if (performance.now() - this.#replayedAt < REPLAY_EVERY_MS) return;
    this.#replayedAt = performance.now();
    for (const row of await this.#store.toReplay(this.#options.name, this.#options.batch)) {
      if (this.#parts.stopping.aborted) return;
      await this.#replayOne(row);
    }
  }

  async #replayOne(row: FollowedRow): Promise<void> {
    try {
      await this.#hand.replay(row);
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error;
      await this.#store.replayed(this.#lease, row.at, reasonOf(error.cause));
    }
  }
}

function lostPlace(name: string): AuditError {
  return new AuditError(
    'AUDIT_FOLLOWER_CURSOR',
    `follower ${name}: the entry behind which it stands is not in the log any more: the database was restored, or somebody changed it`,
    { follower: name },
  );
}
