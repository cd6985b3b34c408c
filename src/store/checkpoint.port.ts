import type { Digest } from '../chain/hashing.js';
import type { Lease } from './log.port.js';
import type { StoredLeaf } from './proof.port.js';

/** An entry of the registry that is no `heads`; nothing of it is believed. */
export interface StoredControl extends Omit<StoredLeaf, 'id' | 'hash' | 'prev'> {
  /** Its data section, and the salt (32 hex digits). */
  readonly data: string;
  readonly salt: string | undefined;
}

/** What keeps signed checkpoints of the registry in the database itself. */
export interface CheckpointStore {
  /** The one with the greatest size. A note that is longer than any is none, and the empty text. */
  last(): Promise<{ readonly size: number; readonly note: string } | undefined>;
  /** MUST refuse, with `AUDIT_LEASE_LOST`, one whose lease was taken over, and any that is not greater than the last. */
  save(
    lease: Lease,
    checkpoint: { readonly size: number; readonly note: string; readonly host: string },
  ): Promise<void>;
  /** An anchor has it. */
  anchored(size: number): Promise<void>;
  /** Entry hashes of the registry from `from` up to `to`, without `to`, in their order: as many as there are. */
  hashes(from: number, to: number): AsyncIterable<Digest>;
  /**
   * All entries of the registry of this kind, ascending by number, from 0 on; without those whose data section is longer than a sealer
   * writes. MUST hold a bounded part of them. @param below their numbers are less; absent: however many there are
   */
  controls(kind: 'restore.declared' | 'key.rotated', below?: number): AsyncIterable<StoredControl>;
}
