import { REGISTRY } from '../chain/registry.js';
import type { RegistryResult } from './registry/check-registry.js';
import type { Level } from './report.js';
import type { VerifyState } from './state.js';

/**
 * How much is proved against somebody who owns the database: that the log agrees with itself (L0), that a key outside of it signed it
 * (L1), that anchors have that (L2), and that it goes on from what this auditor saw himself (L3).
 */
export function levelOf(evidence: RegistryResult | undefined, since: VerifyState | undefined, content: boolean): Level {
  // Headers alone are not compared with what the registry told of them.
  if (!content || evidence === undefined || evidence.signedSize === 0) return 'L0';
  if (evidence.anchoredSize === 0) return 'L1';
  return since?.chains.some(({ chain }) => chain === REGISTRY.chain) === true ? 'L3' : 'L2';
}
