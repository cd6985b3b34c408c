import type { CheckedEvidence } from './check-evidence.js';

/**
 * What becomes of signatures here, in words: anchors that a configuration names and this process was not given are missed by nobody
 * but whoever reads this.
 */
export function signingOf({ signer, anchors }: CheckedEvidence): {
  readonly says: string;
  readonly level: 'L0' | 'L1' | 'L2';
} {
  if (signer === undefined) {
    const says = 'the log is sealed at level L0: nobody signs it, so its owner could rewrite all of it (docs/anchors.md; "nestjs-prisma-audit keygen" makes a key)'; // prettier-ignore
    return { says, level: 'L0' };
  }
  if (anchors.length === 0)
    return { says: 'the log is signed, and no checkpoint goes elsewhere: its owner could cut it off', level: 'L1' };
  return { says: `the log is signed; checkpoints go to ${anchors.map(({ name }) => name).join(', ')}`, level: 'L2' };
}
