import { NO_PREVIOUS } from '../chain/hashing.js';
import { leafOf } from '../chain/leaf.js';
import type { AuditEntry } from '../query/read-entry.js';
import type { FollowedRow } from '../store/follow.port.js';

/** A sealed entry as a follower gets it. */
export interface FollowedEntry {
  /** `entry.id` is the same at each delivery: a target that knows ids keeps each entry once. */
  readonly entry: AuditEntry;
  readonly sealed: {
    /** The text that `entry.hash` is made of (RFC 6962: SHA-256 of a zero byte and it); `''` where the log does not have all of it any more. */
    readonly leaf: string;
    /** Hash of the entry before it in its chain, 64 zeros for the first; and its id, if there is one. */
    readonly prev: string;
    readonly previousId?: string;
  };
  /** Its place in the order in which the log is followed: first by the time of sealing, then by chain, then by number. */
  readonly place: { readonly sealedAt: Date; readonly chain: number; readonly seq: number };
}

/** Total: an entry that was tampered with is delivered too. */
export function followedEntry({ at, stored, previous }: FollowedRow, entry: AuditEntry): FollowedEntry {
  const isFirst = at.seq === 0;
  const { sealedAt } = entry;
  const prev = previous?.hash ?? NO_PREVIOUS;
  const isWhole =
    stored.origin !== null &&
    stored.body !== null &&
    (isFirst || previous !== null) &&
    !Number.isNaN(sealedAt.getTime());
  return {
    entry,
    sealed: {
      leaf: isWhole
        ? leafOf(
            { origin: stored.origin ?? '', seq: at.seq, sealedAt: sealedAt.toISOString(), prev },
            stored.body ?? '',
          )
        : '',
      prev,
      ...(previous === null ? {} : { previousId: previous.id }),
    },
    place: { sealedAt, chain: at.chain, seq: at.seq },
  };
}
