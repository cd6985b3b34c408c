import { messageOf } from '../../event/cause.js';
import { heard } from '../../event/deadline.js';
import { isAuditError } from '../../event/errors.js';
import type { Anchor, AnchoredNote } from '../../checkpoint/port.js';

/** An anchor as it is read. */
export type NamedAnchor = Pick<Anchor, 'name' | 'list'>;

/** Larger than any note; what an anchor gives is anybody's. */
const MAX_NOTE = 200_000;
/** Two of one a minute for nearly twenty years: what has more never ends. */
const MAX_NOTES = 20_000_000;
/** An anchor that says nothing for so long is away. */
const SILENCE_MS = 120_000;

/** Reads all anchors, one after the other. One that cannot be read, or not to its end, is told of; what it gave before is used. */
export async function readAnchors(
  anchors: readonly NamedAnchor[],
  origin: string,
  told: {
    readonly note: (anchor: number, note: AnchoredNote) => void;
    readonly away: (anchor: number, why: string) => void;
  },
  silenceMs = SILENCE_MS,
): Promise<void> {
  for (const [i, anchor] of anchors.entries()) {
    if (anchor.list === undefined) {
      told.away(i, 'it cannot be read from here');
      continue;
    }
    try {
      let count = 0;
      for await (const each of heard(anchor.list(origin), silenceMs)) {
        count += 1;
        if (count > MAX_NOTES) throw new Error(`its list has more than ${MAX_NOTES} checkpoints`);
        if (each.note.length <= MAX_NOTE) told.note(i, each);
        else told.note(i, { note: '' });
      }
    } catch (error) {
      const why = isAuditError(error, 'AUDIT_ANCHOR_UNAVAILABLE') ? error.facts['why'] : undefined; // without its name
      told.away(i, typeof why === 'string' ? why : messageOf(error));
    }
  }
}
