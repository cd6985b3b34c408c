import { REGISTRY } from '../chain/registry.js';
import type { RegistryResult } from './registry/check-registry.js';
import { AuditError } from '../event/errors.js';
import type { Policy } from './policy.js';
import { LEVELS, type Level } from './report.js';
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

/**
 * What was taken on trust must have been compared with what this policy names: what was signed of it is not compared again.
 * @throws AuditError `AUDIT_STATE_INVALID`
 */
export function requireLevel({ level }: VerifyState, { anchors, keys }: Policy): void {
  const least = anchors.length > 0 ? 'L2' : keys.length > 0 ? 'L1' : 'L0';
  if (LEVELS.indexOf(level) >= LEVELS.indexOf(least)) return;
  throw new AuditError('AUDIT_STATE_INVALID', `line 1 of the state has the level ${level}: that run did not compare with what this policy names. Verify all of it once with the policy, and save anew`, { line: 1 }); // prettier-ignore
}
