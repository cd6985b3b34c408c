import type { CapturedFields } from '../chain/captured.js';
import type { Digest } from '../chain/hashing.js';
import type { RegistryKind, ToldSize } from '../chain/registry.js';
import type { Micros } from '../event/clock.js';

/** A row of `content` as the sealer reads it: everything but the `data` section, which stays where it is if it is not of an access. */
export interface CapturedRow extends CapturedFields {
  readonly pos: number;
}

/** Positions `from` … `to`, both included. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

/** What one snapshot of the database showed. */
export interface Reading {
  /** Ascending by position. */
  readonly rows: readonly CapturedRow[];
  /** False: there may be more behind the last row, which the bounds of a reading have left out. There is a row then. */
  readonly complete: boolean;
  /** Every transaction with a smaller id had ended when the snapshot was taken (`pg_snapshot_xmin`). */
  readonly horizon: bigint;
  /** The database's clock. */
  readonly now: Micros;
}

export interface Lease {
  readonly epoch: number;
  readonly holder: string;
  readonly origin: string;
  readonly incarnation: string;
  /** All positions up to here are settled: sealed, or never to be filled. */
  readonly low: number;
  /** Milliseconds. */
  readonly lastSealedAt: number;
}

export interface ChainHead {
  readonly chain: number;
  readonly origin: string;
  readonly tenant: string;
  readonly size: number;
  readonly hash: Digest;
  /** As stored: see `encodeFrontier`. */
  readonly frontier: string;
  /** There are entries where its next one belongs. A chain that has entries and no row comes so too, with the size -1. */
  readonly beyond?: boolean | undefined;
}

/** A chain opened by a batch, with the control row that its first entry seals. */
export interface OpenedChain {
  readonly chain: number;
  readonly origin: string;
  readonly tenant: string;
  readonly pos: number;
  readonly at: Micros;
  readonly actor: string;
  readonly data: string;
  readonly saltActor: string;
  readonly saltData: string;
}

export interface SealedEntry {
  readonly chain: number;
  readonly seq: number;
  readonly pos: number;
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
  readonly source: string;
  readonly actorEmail: string | null;
  readonly address: string | null;
  readonly plate: string | null;
  readonly subject: string | null;
  readonly body: string;
}

export interface Batch {
  /** Milliseconds; greater than that of any batch before. */
  readonly sealedAt: number;
  readonly low: number;
  readonly opened: readonly OpenedChain[];
  /** Each chain that grows: the head the batch was built on, and the head it makes. */
  readonly moved: readonly { readonly from: ChainHead; readonly to: ChainHead }[];
  readonly entries: readonly SealedEntry[];
}

/** A control row of the registry, and the entry that seals it. */
export interface RegistryEntry {
  readonly kind: RegistryKind | 'chain.open';
  readonly pos: number;
  readonly at: Micros;
  readonly data: string;
  readonly saltActor: string;
  readonly saltData: string;
  readonly id: string;
  readonly hash: Digest;
  readonly body: string;
}

export interface RegistryBatch {
  /** As in `Batch`. */
  readonly sealedAt: number;
  /** The head it was built on; of size 0 when the registry is opened by it. */
  readonly from: ChainHead;
  readonly to: ChainHead;
  readonly entries: readonly RegistryEntry[];
  /** What its `heads` tell, ascending by chain. */
  readonly told: readonly ToldSize[];
}

/**
 * What the sealer needs of a database. Leadership is advisory: `seal` MUST refuse, with `AUDIT_LEASE_LOST`, a batch whose
 * lease was taken over or whose chains are not at the heads it was built on, and MUST write all of a batch or nothing.
 */
export interface SealerStore {
  /** The lease, or `undefined` while somebody else holds it. Raises the epoch, so that an earlier holder is fenced off. */
  acquire(holder: string, leaseMs: number): Promise<Lease | undefined>;
  /** False when the lease was taken over. */
  renew(lease: Lease, leaseMs: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  /** The greatest sealed position (at least `low`), and every range between `low` and it that has no entry. */
  unsettled(low: number): Promise<{ readonly high: number; readonly gaps: readonly PositionRange[] }>;
  /** Rows at or below `low` without an entry. There must be none; a full anti-join, so ask rarely. */
  overlooked(low: number): Promise<readonly PositionRange[]>;
  /**
   * At most `limit` rows, and as many as fit into what a process can hold. MUST read gaps and tail in one snapshot: with two, a later
   * change of a record can be sealed before an earlier one. MUST give no row beyond the position handed out last.
   */
  read(gaps: readonly PositionRange[], high: number, limit: number): Promise<Reading>;
  /** A transaction id greater than that of every transaction that has taken a position before the call. */
  bound(): Promise<bigint>;
  heads(tenants: readonly string[]): Promise<readonly ChainHead[]>;
  /** Positions for control rows, and the first free chain number. */
  reserve(count: number): Promise<{ readonly positions: readonly number[]; readonly chain: number }>;
  seal(lease: Lease, leaseMs: number, batch: Batch): Promise<void>;
  /** The same for the registry: rows, entries and what is told of, all or nothing. */
  sealRegistry(lease: Lease, leaseMs: number, batch: RegistryBatch): Promise<void>;
  /** Chains that have grown since the registry told of them last, ascending: looks at every chain. */
  untold(limit: number): Promise<readonly ChainHead[]>;
  /** Raises the sequence of positions to what is there, if it is behind. MUST never lower it. Whether it was. */
  mendPositions(): Promise<boolean>;
  /** Forgets some keys of events and batches that are older than that many days. Resolves with how many. */
  forgetKeys(days: number): Promise<number>;
  /**
   * Compares the capture triggers with what they were at the last look, writes a control row `coverage.changed` if they differ,
   * and resolves with the number of differences. MUST be safe to call by several at once.
   */
  watchCoverage(): Promise<number>;
}
