import { isAuditError } from '../event/errors.js';
import type {
  FollowedPlace,
  FollowedRow,
  FollowerLease,
  FollowerMove,
  FollowerStore,
  SetAsideEntry,
} from '../store/follow.port.js';
import { attempt, type Refused } from './attempt.js';
import type { CheckedFollow } from './options.js';
import { backOff, pause } from './pause.js';
import type { ReadFollowed } from './read-entries.js';

/** An attempt that failed, as against a follower that cannot go on. */
export class AttemptFailed extends Error {
  constructor(cause: unknown) {
    super('the handler failed', { cause });
  }
}

/** Moves that are repeated before the term is given up: the handler has done its work, and would get it again. */
const MOVES = 5;

/** Gives entries to the handler and moves the cursor behind them: together, or one after the other. */
export class HandOver {
  readonly #store: FollowerStore;
  readonly #lease: FollowerLease;
  readonly #options: CheckedFollow;
  readonly #read: ReadFollowed;
  readonly #ending: AbortSignal;
  #place: FollowedPlace | undefined;

  constructor(
    store: FollowerStore,
    lease: FollowerLease,
    options: CheckedFollow,
    { read, ending }: { read: ReadFollowed; ending: AbortSignal },
  ) {
    this.#store = store;
    this.#lease = lease;
    this.#options = options;
    this.#read = read;
    this.#ending = ending;
    this.#place = lease.place;
  }

  /** Where the cursor is. */
  get place(): FollowedPlace | undefined {
    return this.#place;
  }

  /**
   * @param rows whose last is where the cursor goes
   * @param wanted those of them that the handler gets
   * @throws AttemptFailed, and what ends a term
   */
  async deliver(rows: readonly FollowedRow[], wanted: readonly FollowedRow[]): Promise<void> {
    const last = rows.at(-1) as FollowedRow; // callers have some
    if (wanted.length === 0) return await this.#move(rows, []);
    if (!this.#options.exactlyOnce) {
      const refused = await this.#attempt(wanted, undefined, false);
      return await this.#move(rows, asideOf(wanted, refused));
    }
    await this.#together(async (tx) => {
      const refused = await this.#attempt(wanted, tx, false);
      return { move: { from: this.#place, to: last.at, count: rows.length, aside: asideOf(wanted, refused) } };
    });
    this.#place = last.at;
  }

  /** Whether the handler takes it. Where that counts once, what it has written is rolled back. */
  async probe(row: FollowedRow): Promise<boolean> {
    try {
      if (this.#options.exactlyOnce)
        await this.#together(async (tx) => {
          await this.#attempt([row], tx, false);
          return undefined; // rolled back
        });
      else await this.#attempt([row], undefined, false);
      return true;
    } catch (error) {
      if (error instanceof AttemptFailed) return false;
      throw error;
    }
  }

  async setAside(row: FollowedRow, tries: number, reason: string): Promise<void> {
    await this.#move([row], [{ chain: row.at.chain, seq: row.at.seq, tries, reason }]);
  }

  /** @throws AttemptFailed */
  async replay(row: FollowedRow): Promise<void> {
    if (this.#options.exactlyOnce)
      return await this.#together(async (tx) => {
        refuseAgain(row, await this.#attempt([row], tx, true));
        return { replayed: row.at };
      });
    refuseAgain(row, await this.#attempt([row], undefined, true));
    await this.#store.replayed(this.#lease, row.at, undefined);
  }

  async #attempt(
    rows: readonly FollowedRow[],
    tx: Parameters<Parameters<FollowerStore['together']>[2]>[0] | undefined,
    replayed: boolean,
  ): Promise<Refused> {
    if (this.#ending.aborted) throw this.#ending.reason;
    const entries = await this.#read(rows);
    const { handler, timeoutMs } = this.#options;
    try {
      return await attempt(handler, entries, { timeoutMs, ending: this.#ending, tx, replayed });
    } catch (error) {
      // That it ends when it is told to is no failure.
      throw this.#ending.aborted ? this.#ending.reason : new AttemptFailed(error);
    }
  }

  /** What the database refuses at the end of the handler's transaction is a failure of it, too. */
  async #together(work: Parameters<FollowerStore['together']>[2]): Promise<void> {
    try {
      await this.#store.together(this.#lease, this.#options.leaseMs, work);
    } catch (error) {
      throw isAuditError(error) || error instanceof AttemptFailed || this.#ending.aborted
        ? error
        : new AttemptFailed(error);
    }
  }

  async #move(rows: readonly FollowedRow[], aside: readonly SetAsideEntry[]): Promise<void> {
    const to = (rows.at(-1) as FollowedRow).at; // callers have some
    const move: FollowerMove = { from: this.#place, to, count: rows.length, aside };
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#store.move(this.#lease, this.#options.leaseMs, move);
        break;
      } catch (error) {
        const isFinal = isAuditError(error, 'AUDIT_LEASE_LOST') || isAuditError(error, 'AUDIT_FOLLOWER_CURSOR');
        if (isFinal || tries >= MOVES || this.#ending.aborted) throw error;
        await pause(backOff(tries, this.#options.retry), this.#ending);
      }
    }
    this.#place = to;
  }
}

function asideOf(rows: readonly FollowedRow[], refused: Refused): readonly SetAsideEntry[] {
  return rows.flatMap(({ at: { chain, seq }, stored: { id } }) => {
    const reason = refused.get(id);
    return reason === undefined ? [] : [{ chain, seq, tries: 1, reason }];
  });
}

function refuseAgain({ stored }: FollowedRow, refused: Refused): void {
  const reason = refused.get(stored.id);
  if (reason !== undefined) throw new AttemptFailed(new Error(reason));
}
