import { leafHash, NO_PREVIOUS } from '../chain/hashing.js';
import { isOrigin, leafOf } from '../chain/leaf.js';
import { AuditError } from '../event/errors.js';
import { formatMillis } from '../event/clock.js';
import type { StoredLeaf } from '../store/proof.port.js';

/** Nothing is shown of a log that does not agree with itself. */
export function inconsistent(what: string, facts: Readonly<Record<string, unknown>>, cause?: unknown): AuditError {
  return new AuditError(
    'AUDIT_LOG_INCONSISTENT',
    `the log does not agree with itself: ${what}. Nothing is made of it; run "nestjs-prisma-audit verify", which says what was changed`,
    facts,
    cause,
  );
}

/** The bytes of an entry, which must have the hash that is stored. @throws AuditError `AUDIT_LOG_INCONSISTENT` */
export function bytesOfLeaf(origin: string, { seq, sealedAt, hash, prev, body }: StoredLeaf): Buffer {
  const before = seq === 0 ? NO_PREVIOUS : prev;
  if (body === undefined || before === undefined || !isOrigin(origin) || !(Math.abs(sealedAt) <= 8.64e15))
    throw inconsistent(`entry ${seq} of a chain is none`, { seq });
  const leaf = Buffer.from(leafOf({ origin, seq, sealedAt: formatMillis(sealedAt), prev: before }, body));
  if (leafHash(leaf) !== hash)
    throw inconsistent(`entry ${seq} of ${origin} does not have the hash that is stored`, { origin, seq });
  return leaf;
}
