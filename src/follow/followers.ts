import { AuditError } from '../event/errors.js';
import type { FollowerState, FollowerStore } from '../store/follow.port.js';
import { Follower, type FollowingState } from './follower.js';
import { checkFollow, type FollowHandler, type FollowOptions } from './options.js';
import type { ReadFollowed } from './read-entries.js';

/** A follower that this process runs, or waits to run. */
export interface Following {
  readonly name: string;
  readonly state: FollowingState;
  /** Begins no further batch; resolves when the last is handled, or after `graceMs` (default 5,000). */
  stop(graceMs?: number): Promise<void>;
}

/** Entries that are counted to say how far a follower is behind. */
const MOST_COUNTED = 10_000;

/** The followers of one audit. The store is made with the first of them. */
export class Followers {
  readonly #open: () => FollowerStore;
  readonly #read: ReadFollowed;
  readonly #onError: (error: unknown) => void;
  readonly #running = new Map<string, Follower>();
  #store: FollowerStore | undefined;
  #asking: Promise<readonly FollowerState[]> | undefined;
  #isClosed = false;

  constructor(open: () => FollowerStore, { read, onError }: { read: ReadFollowed; onError: (error: unknown) => void }) {
    this.#open = open;
    this.#read = read;
    this.#onError = onError;
  }

  /** @throws AuditError `AUDIT_OPTIONS_INVALID`, `AUDIT_CLOSED` */
  follow(name: string, handler: FollowHandler, options?: FollowOptions): Following {
    const checked = checkFollow(name, handler, options);
    if (this.#isClosed) throw new AuditError('AUDIT_CLOSED', 'the audit is closed, and follows nothing any more');
    if (this.#running.has(name))
      throw new AuditError('AUDIT_OPTIONS_INVALID', `this process has a follower ${name} already: name another one`);
    const follower = new Follower(this.#stored(), checked, { read: this.#read, onError: this.#onError });
    this.#running.set(name, follower);
    follower.start();
    const running = this.#running;
    return {
      name,
      get state() {
        return follower.state;
      },
      async stop(graceMs) {
        await follower.stop(graceMs);
        if (running.get(name) === follower) running.delete(name);
      },
    };
  }

  get isFollowing(): boolean {
    return this.#running.size > 0;
  }

  /** How those are that this process knows of. One question at a time, whoever asks. */
  async states(): Promise<readonly FollowerState[]> {
    if (!this.isFollowing) return [];
    this.#asking ??= this.#stored()
      .states(MOST_COUNTED)
      .finally(() => (this.#asking = undefined));
    return (await this.#asking).filter(({ name }) => this.#running.has(name));
  }

  /** Of all followers of this log: entries sealed from then on are still wanted by one of them. `undefined`: there are none. */
  async keepUntil(): Promise<Date | undefined> {
    const all = (await this.#stored().states(1)).map(({ keepMs }) => keepMs);
    return all.length === 0 ? undefined : new Date(Math.floor(Math.min(...all)));
  }

  async stop(graceMs: number): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.values()].map((follower) => follower.stop(graceMs)));
  }

  #stored(): FollowerStore {
    return (this.#store ??= this.#open());
  }
}
