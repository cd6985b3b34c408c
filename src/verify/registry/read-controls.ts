import type { Note } from '../report.js';
import type { ControlRecord, EvidenceSource } from '../source.js';
import { parseHandover, type Handover } from './keys.js';
import { parseRestore, type Restore } from './restores.js';

/** What the registry says beside its heads, ascending by number. */
export interface Controls {
  readonly restores: readonly Restore[];
  readonly handovers: readonly Handover[];
}

/** Reads them page by page; what cannot be understood is said, and counts for nothing. */
export async function readControls(source: Pick<EvidenceSource, 'controls'>, note: Note): Promise<Controls> {
  const restores: Restore[] = [];
  const handovers: Handover[] = [];
  for await (const page of source.controls())
    for (const control of page) {
      if (control.action === 'restore.declared') {
        if (control.data === undefined) note('HEADS_WRONG', `entry ${control.seq} declares a restore with a section that is longer than a sealer writes: it leaves nothing behind`, { seq: control.seq }); // prettier-ignore
        restores.push(parseRestore({ seq: control.seq, data: control.data ?? '' }));
      } else if (control.action === 'key.rotated') {
        const handover = handedOver(control);
        if (handover === undefined)
          note('KEY_HANDOVER_FORGED', `entry ${control.seq} says that a key was handed over, and it was not`, { seq: control.seq }); // prettier-ignore
        else handovers.push(handover);
      }
    }
  return { restores, handovers };
}

function handedOver({ seq, data = '' }: ControlRecord): Handover | undefined {
  const handover = parseHandover(seq, data);
  return handover?.proof === 'forged' ? undefined : handover;
}
