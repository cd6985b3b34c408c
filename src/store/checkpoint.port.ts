import type { Digest } from '../chain/hashing.js';
import type { Lease } from './log.port.js';

/** What keeps signed checkpoints of the registry in the database itself. */
export interface CheckpointStore {
  /** The one with the greatest size. */
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
  /** Data sections of the registry's entries of this kind, oldest first, at most so many. */
  entries(kind: 'restore.declared' | 'key.rotated', limit: number): Promise<readonly string[]>;
}
