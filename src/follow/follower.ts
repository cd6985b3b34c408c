import { randomUUID } from 'node:crypto';
import { within } from '../event/deadline.js';
import { AuditError, isAuditError, unfailing } from '../event/errors.js';
import type { FollowedPlace, FollowerLease, FollowerStore } from '../store/follow.port.js';
import { sayWhereToGoOn, whyStopped } from '../event/say-follower.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { CheckedFollow } from './options.js';
import { backOff, pause } from './pause.js';
import type { ReadFollowed } from './read-entries.js';
import { Term } from './term.js';

export type FollowingState = 'waiting' | 'following' | 'stopped';

/** Looks again at a cursor that it must not go on from: somebody has to say what is to become of it. */
const TROUBLE_MS = 15_000;
/** After its signal was aborted a handler has so long to end. */
const LAST_MS = 500;

/** Runs one follower. Start it in as many processes as there are: one runs it, the others wait for its lease to run out. */
export class Follower {
  readonly #store: FollowerStore;
  readonly #options: CheckedFollow;
  readonly #read: ReadFollowed;
  readonly #onError: (error: unknown) => void;
  readonly #holder = `${process.pid}-${randomUUID()}`;
  readonly #stopping = new AbortController();
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #state: FollowingState = 'stopped';
  #failures = 0;
  /** The furthest place that was seen. */
  #seen: FollowedPlace | undefined;

  constructor(
    store: FollowerStore,
    options: CheckedFollow,
    { read, onError }: { read: ReadFollowed; onError: (error: unknown) => void },
  ) {
    this.#store = store;
    this.#options = options;
    this.#read = read;
    this.#onError = unfailing(onError);
  }

  get name(): string {
    return this.#options.name;
  }

  /** What this process does: it follows, or waits for another that does. */
  get state(): FollowingState {
    return this.#state;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Begins no further batch, and resolves when the last is handled, or after `graceMs` (default 5,000): its handler's signal is aborted then, and
   * what it has not done is delivered again.
   */
  async stop(graceMs = 5_000): Promise<void> {
    this.#stopping.abort();
    if (this.#running === undefined) return;
    const ended = this.#running.then(() => true);
    if (await within(graceMs, ended)) return;
    this.#ending.abort(new AuditError('AUDIT_CLOSED', 'this process ends'));
    await within(LAST_MS, ended);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#state = 'waiting';
      let wait = 0;
      try {
        const { name, leaseMs, from } = this.#options;
        const lease = await this.#store.acquire(name, this.#holder, leaseMs, from);
        if (lease === undefined) wait = leaseMs / 3;
        else wait = await this.#serve(lease);
      } catch (error) {
        this.#failures += 1;
        this.#onError(error);
        wait = backOff(this.#failures, { minMs: 200, maxMs: 10_000 });
      }
      if (wait > 0) await pause(wait * (0.8 + Math.random() * 0.4), signal);
    }
    this.#state = 'stopped';
  }

  /** Resolves with how long to wait before the next look. */
  async #serve(lease: FollowerLease): Promise<number> {
    try {
      if (lease.trouble !== undefined) {
        this.#onError(troubled(lease));
        return TROUBLE_MS;
      }
      this.#compare(lease.place);
      this.#state = 'following';
      await this.#follow(lease);
      this.#failures = 0;
      return 0;
    } finally {
      if (!this.#ending.signal.aborted) await this.#store.release(lease).catch(() => undefined); // it runs out
    }
  }

  async #follow(lease: FollowerLease): Promise<void> {
    const keeper = new LeaseKeeper(this.#store, lease, this.#options.leaseMs);
    const ending = new AbortController();
    const end = ({ target }: Event): void => ending.abort((target as AbortSignal).reason); // both are signals
    for (const signal of [keeper.lost, this.#ending.signal]) signal.addEventListener('abort', end, { once: true });
    const term = new Term(this.#store, lease, this.#options, {
      read: this.#read,
      stopping: this.#stopping.signal,
      ending: ending.signal,
      onError: this.#onError,
    });
    try {
      await term.run();
    } catch (error) {
      // That another has taken over is what a lease is for.
      if (!isAuditError(error, 'AUDIT_LEASE_LOST')) throw error;
    } finally {
      keeper.stop();
      this.#ending.signal.removeEventListener('abort', end);
      if (term.place !== undefined) this.#seen = term.place;
    }
  }

  /** A cursor never goes back by itself. */
  #compare(place: FollowedPlace | undefined): void {
    const seen = this.#seen;
    if (seen !== undefined && isBefore(place, seen))
      this.#onError(
        new AuditError(
          'AUDIT_FOLLOWER_CURSOR',
          `follower ${this.name}: its cursor was set back, by hand or with a restored database: what was sealed since is delivered again, or was lost with the restore`,
          { follower: this.name },
        ),
      );
    this.#seen = place;
  }
}

function isBefore(one: FollowedPlace | undefined, other: FollowedPlace): boolean {
  if (one === undefined) return true;
  return (one.at - other.at || one.chain - other.chain || one.seq - other.seq) < 0;
}

function troubled({ name, trouble }: FollowerLease): AuditError {
  return new AuditError('AUDIT_FOLLOWER_CURSOR', `${whyStopped({ name, trouble })}; ${sayWhereToGoOn(name)}`, {
    follower: name,
    trouble,
  });
}
