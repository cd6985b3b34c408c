import type { CapturedFields } from '../chain/captured.js';
import type { Digest } from '../chain/hashing.js';
import type { ToldSize } from '../chain/registry.js';
import type { Micros } from '../event/clock.js';

/** A chain as its row describes it. Nothing of it is believed: all of it is recomputed. */
export interface ChainRecord {
  readonly chain: number;
  readonly origin: string;
  readonly tenant: string;
  readonly size: number;
  readonly hash: Digest;
  readonly frontier: string;
}

/** The captured row behind an entry: what it was derived from, and its sections with their salts (32 hex digits). */
export interface ContentRecord extends Omit<CapturedFields, 'commitActor' | 'commitData' | 'access'> {
  readonly saltActor: string | null;
  readonly data: string | null;
  readonly saltData: string | null;
}

export interface EntryRecord {
  readonly chain: number;
  readonly seq: number;
  readonly pos: number;
  readonly sealedAt: Micros;
  readonly occurredAt: Micros;
  readonly id: string;
  readonly hash: Digest;
  readonly tenant: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly outcome: string;
  readonly requestId: string | null;
  readonly group: string | null;
  /** `null` in an entry that was sealed before there was this column. */
  readonly source: string | null;
  readonly actorEmail: string | null;
  readonly address: string | null;
  readonly plate: string | null;
  readonly subject: string | null;
  readonly body: string;
  /** `null`: there is no content row at this position. `undefined`: it was not asked for. */
  readonly content: ContentRecord | null | undefined;
}

export interface EntriesOptions {
  readonly content?: boolean;
  readonly since?: ReadonlyMap<number, number>;
}

/** `data` is `undefined` where it is longer than a sealer writes. */
export interface ControlRecord {
  readonly seq: number;
  readonly action: string;
  readonly data: string | undefined;
}

/** What stands beside the registry, in the same snapshot as the rest. Nothing of it is believed. */
export interface EvidenceSource {
  /** Signed checkpoints of the registry, ascending by size. */
  checkpoints(): AsyncIterable<readonly { readonly size: number; readonly note: string }[]>;
  /** How far the registry is said to have told of each chain, ascending. */
  heads(): AsyncIterable<readonly ToldSize[]>;
  /** Entries of the registry that hand over a key or declare a restore, ascending. */
  controls(): AsyncIterable<readonly ControlRecord[]>;
  /** Whether this server only follows another. */
  isStandby(): Promise<boolean>;
}

/** What the verifier reads. Implementations MUST show one snapshot to all calls, and MUST NOT keep more than some pages in memory. */
export interface LogSource {
  /** Entries by the rows of the chains; a bound for a progress bar. */
  size(): Promise<number>;
  /** All rows of chains, in the order of their numbers. */
  chains(): AsyncIterable<readonly ChainRecord[]>;
  /**
   * Every row that a reader can be shown as an entry, whatever its chain and number are, in the order of both.
   * @param options `content: false`: without their content; `since`: of these chains what is before a number need not come
   */
  entries(options?: EntriesOptions): AsyncIterable<readonly EntryRecord[]>;
  /** The same rows, counted in another way than they are read: not by the index that leads to them. */
  count(): Promise<number>;
  /** From which position on entries have `source`, `actorEmail` and `address`; 0 where that is not said: all of them, then. */
  projectedFrom(): Promise<number>;
  /** Positions that more than one entry claims, and ids that more than one has: the first ten of each. */
  doubles(): Promise<{ readonly positions: readonly number[]; readonly ids: readonly string[] }>;
  /** Content older than `ageMs` without an entry: how many, and the first positions. */
  unsealed(ageMs: number): Promise<{ readonly count: number; readonly positions: readonly number[] }>;
  /** The latest time of a change of each of these transactions; `MAX_MICROS` where one has a time that no body can hold. */
  latestChanges(xids: readonly string[]): Promise<ReadonlyMap<string, Micros>>;
  /** Absent: what is read has no registry. */
  readonly evidence?: EvidenceSource | undefined;
}
