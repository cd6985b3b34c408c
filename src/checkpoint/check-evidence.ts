import type { Anchor, Signer } from './port.js';

export interface CheckedEvidence {
  readonly signer: Signer | undefined;
  readonly required: boolean;
  readonly anchors: readonly Anchor[];
  readonly tickMs: number;
  readonly heartbeatMs: number;
}
