import { formatMillis } from '../../event/clock.js';
import type { Policy } from '../policy.js';
import type { Note } from '../report.js';
import type { Agreed } from './agreed.js';

/** Clocks of two machines differ by this much. */
const AHEAD_MS = 300_000;

/**
 * Whether anchors have what the policy asks of them.
 * @param last the greatest checkpoint that as many anchors have as the policy asks for
 * @param agreed how many have any
 * @param now milliseconds, by the clock of whoever verifies
 */
export function checkAnchors(
  policy: Policy | undefined,
  last: Agreed | undefined,
  agreed: number,
  now: number,
  note: Note,
): void {
  const { quorum = 0, maxAnchorAge } = policy ?? {};
  if (quorum === 0) return;
  if (last === undefined) {
    note('ANCHOR_MISSING', `${agreed} anchors agree with this registry by a checkpoint that a key of the policy signed, and the policy asks for ${quorum}`); // prettier-ignore
    return;
  }
  // Stored at a time that is still to come: that clock says nothing.
  const { storedAt = Number.POSITIVE_INFINITY } = last;
  const at = storedAt <= now + AHEAD_MS ? storedAt : last.sealedAt / 1000;
  const age = Math.floor((now - at) / 1000);
  if (maxAnchorAge !== undefined && age > maxAnchorAge)
    note('ANCHOR_STALE', `the newest anchored checkpoint is ${age} seconds old (${formatMillis(Math.floor(at))}), and the policy allows ${maxAnchorAge}`); // prettier-ignore
}
