import type { StoredEntry } from './entry.port.js';

/** Where an entry stands in the order in which followers see the log. */
export interface FollowedPlace {
  /** Microseconds. */
  readonly at: number;
  readonly chain: number;
  readonly seq: number;
}

/** A sealed entry, with what its hash is made of. */
export interface FollowedRow {
  readonly at: FollowedPlace;
  readonly stored: StoredEntry;
  /** Of the entry before it in its chain; `null`: it is the first, or there is none. */
  readonly previous: { readonly id: string; readonly hash: string } | null;
  /** Bytes of it, about. */
  readonly bytes: number;
}

/** Why a follower must not go on: its row was changed by hand, or the log does not have what it says was handled. */
export type CursorTrouble = 'edited' | 'ahead';

/** A lease on a follower, and where the follower was when it was taken. */
export interface FollowerLease {
  readonly name: string;
  readonly holder: string;
  readonly epoch: number;
  readonly place: FollowedPlace | undefined;
  readonly trouble: CursorTrouble | undefined;
}

export interface FollowReading {
  /** In the order of their places, none left out. */
  readonly rows: readonly FollowedRow[];
  /** False: there may be more. There is a row then. */
  readonly complete: boolean;
  /** The entry at the place that was read from is not there any more, or is another. */
  readonly lost: boolean;
}

export interface SetAsideEntry {
  readonly chain: number;
  readonly seq: number;
  readonly tries: number;
  readonly reason: string;
}

/** One step of a cursor. */
export interface FollowerMove {
  readonly from: FollowedPlace | undefined;
  readonly to: FollowedPlace;
  /** Entries between the two, the last included. */
  readonly count: number;
  readonly aside: readonly SetAsideEntry[];
}

/** What is committed with what a handler has written: a step of the cursor, or that an entry which was set aside was handled. */
export type FollowerStep = { readonly move: FollowerMove } | { readonly replayed: FollowedPlace };

/** What a handler may do within the transaction that moves its cursor; `query` of a client of `pg`. */
export interface FollowTransaction {
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what his rows are, as with pg
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<{ rows: R[] }>;
}

/** How a follower is: of all processes together. */
export interface FollowerState {
  readonly name: string;
  /** Some process runs it. */
  readonly alive: boolean;
  /** Attempts in a row that failed, and how long ago the last one did (milliseconds). */
  readonly failures: number;
  readonly failingMs: number | null;
  /** Since it moved last, in milliseconds. */
  readonly movedMs: number;
  /** Entries that were set aside, and those of them that wait to be replayed. */
  readonly dead: number;
  readonly replay: number;
  /** Entries that wait for it; `atLeast`: there may be more. */
  readonly lag: number;
  readonly atLeast: boolean;
  /** Since the oldest of them was sealed, in milliseconds; `null`: none waits. */
  readonly lagMs: number | null;
  /** Entries sealed from then on are still wanted (milliseconds since the epoch). */
  readonly keepMs: number;
  readonly trouble: CursorTrouble | undefined;
}

/**
 * Followers of the sealed log. Every statement but those of `together` stands alone, so that it works behind a transaction pooler.
 *
 * @throws AuditError `AUDIT_SCHEMA_MISSING`, `AUDIT_PRIVILEGE_MISSING`, `AUDIT_NOT_WRITABLE`, `AUDIT_CONNECTION_LOST`;
 *   `AUDIT_LEASE_LOST` where another process has taken over, `AUDIT_FOLLOWER_CURSOR` where the cursor is not where it was left
 */
export interface FollowerStore {
  /** Nothing: another process has it. Makes the follower where there is none. */
  acquire(name: string, holder: string, leaseMs: number, from: 'start' | 'now'): Promise<FollowerLease | undefined>;
  renew(lease: FollowerLease, leaseMs: number): Promise<boolean>;
  release(lease: FollowerLease): Promise<void>;
  /** MUST leave out no entry between `after` and its last row, now or later. */
  read(after: FollowedPlace | undefined, limit: { entries: number; bytes: number }): Promise<FollowReading>;
  /** MUST move only from where the cursor is, under the lease; both or neither with what is set aside. */
  move(lease: FollowerLease, leaseMs: number, move: FollowerMove): Promise<void>;
  /** Runs `work` in a transaction. It commits with the step that `work` gives; where that is nothing, or it throws, it rolls back. */
  together(
    lease: FollowerLease,
    leaseMs: number,
    work: (tx: FollowTransaction) => Promise<FollowerStep | undefined>,
  ): Promise<void>;
  failed(lease: FollowerLease, reason: string): Promise<boolean>;
  /** Entries that were set aside and are to be replayed, oldest first. */
  toReplay(name: string, limit: { entries: number; bytes: number }): Promise<readonly FollowedRow[]>;
  /** @param reason absent: it was handled */
  replayed(lease: FollowerLease, place: FollowedPlace, reason: string | undefined): Promise<void>;
  /** Of all followers; counts `most` entries of each at most. */
  states(most: number): Promise<readonly FollowerState[]>;
}
