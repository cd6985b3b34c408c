import type { CheckedEvidence } from './check-evidence.js';

/**
 * What is to become of signatures here, in words, as it is configured: no key and no anchor has been tried yet. Anchors that a configuration
 * names and this process was not given are missed by nobody but whoever reads this.
 */
export function signingOf({ signer, required, anchors }: CheckedEvidence): {
  readonly says: string;
  /** That can be reached with it. */
  readonly level: 'L0' | 'L1' | 'L2';
} {
  if (signer === undefined) {
    const says = required
      ? 'the log is to be signed by another process: a signer is required, and this one has no key, so it never seals (AUDIT_SIGNING_KEY_FILE)'
      : 'the log is to be sealed at level L0: nobody signs it, so its owner could rewrite all of it (docs/anchors.md; "nestjs-prisma-audit keygen" makes a key)'; // prettier-ignore
    return { says, level: 'L0' };
  }
  const must = required ? ' (this process seals only if its signer answers)' : '';
  if (anchors.length === 0)
    return { says: `the log is to be signed${must}, and no checkpoint to go elsewhere: its owner could cut it off`, level: 'L1' }; // prettier-ignore
  return { says: `the log is to be signed${must}; checkpoints are to go to ${anchors.map(({ name }) => name).join(', ')}`, level: 'L2' }; // prettier-ignore
}
