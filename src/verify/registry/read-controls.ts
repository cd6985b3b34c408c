import type { Note } from '../report.js';
import type { ControlRecord, EvidenceSource } from '../source.js';
import { parseHandover, type Handover } from './keys.js';
import type { Restores } from './restores.js';

/**
 * Reads page by page what the registry says beside its heads; what cannot be understood is said, and counts for nothing.
 * @param restores gets those that were declared @returns handovers, ascending by number
 */
export async function readControls(
  source: Pick<EvidenceSource, 'controls'>,
  restores: Restores,
  note: Note,
): Promise<readonly Handover[]> {
  const handovers: Handover[] = [];
  for await (const page of source.controls())
    for (const control of page) {
      if (control.action === 'restore.declared') {
        const isWhole = restores.add(control.seq, control.data ?? '') && control.data !== undefined;
        if (!isWhole) note('HEADS_WRONG', `entry ${control.seq} declares a restore and names more than a sealer writes: what it says of that counts for nothing`, { seq: control.seq }); // prettier-ignore
      } else if (control.action === 'key.rotated') {
        const handover = handedOver(control);
        if (handover === undefined)
          note('KEY_HANDOVER_FORGED', `entry ${control.seq} says that a key was handed over, and it was not`, { seq: control.seq }); // prettier-ignore
        else handovers.push(handover);
      }
    }
  return handovers;
}

function handedOver({ seq, data = '' }: ControlRecord): Handover | undefined {
  const handover = parseHandover(seq, data);
  return handover?.proof === 'forged' ? undefined : handover;
}
