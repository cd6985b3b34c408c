import { formatVkey, type Vkey } from '../chain/vkey.js';
import { REGISTRY } from '../chain/registry.js';
import { checkEvidence, type CheckedEvidence } from '../checkpoint/check-evidence.js';
import { checkKeys } from '../checkpoint/handover.js';
import type { Signer } from '../checkpoint/port.js';
import { messageOf } from '../event/cause.js';
import type { Check } from '../event/check.js';
import { within } from '../event/deadline.js';
import { isAuditError } from '../event/errors.js';
import { postgresCheckpointStore, type KnownAnchors, type Pool } from '../store/postgres/index.js';
import { withPool, type Environment } from './environment.js';

/** A signer may be on another continent. Milliseconds. */
const KEY_MS = 10_000;

/** `evidence` of the configuration, for a command that neither signs nor anchors: what is wrong with it is said, and stops nothing. */
export function configuredEvidence(evidence: unknown): {
  readonly signer: Signer | undefined;
  readonly anchors: KnownAnchors;
  readonly checks: readonly Check[];
} {
  let checked: CheckedEvidence;
  let checks: readonly Check[] = [];
  try {
    checked = checkEvidence(evidence);
  } catch (error) {
    if (!isAuditError(error)) throw error;
    checks = [{ name: 'evidence.config', state: 'warn', message: `nobody could sign with this configuration: ${error.message}` }]; // prettier-ignore
    checked = { signer: undefined, required: false, anchors: [], tickMs: 60_000, heartbeatMs: 600_000 };
  }
  const { signer, required, anchors, tickMs, heartbeatMs } = checked;
  const areLocal = anchors.length > 0 && anchors.every(({ isLocal }) => isLocal === true);
  const isToBeSigned = signer !== undefined || required;
  return { signer, checks, anchors: { tickMs, heartbeatMs, areLocal, isToBeSigned } };
}

/** What would sign here: the vkeys, or why there are none. A machine that only looks need not have the key. */
export async function keyHere(
  signer: Signer | undefined,
  origin: string,
): Promise<{ readonly says: string; readonly vkeys: readonly Vkey[] }> {
  if (signer === undefined) return { says: 'none is configured', vkeys: [] };
  try {
    const vkeys = await within(KEY_MS, signer.vkeys(`${origin}/${REGISTRY.name}`));
    if (vkeys === undefined) return { says: `the signer did not answer for ${KEY_MS} ms`, vkeys: [] };
    return { says: vkeys.map((each) => formatVkey(each)).join(', '), vkeys };
  } catch (error) {
    return { says: `not readable here: ${messageOf(error)}`, vkeys: [] };
  }
}

/** Of the keys that have signed. Where this role may not read the registry the sealer's is asked; where there is none, nothing is known. */
export async function checkKeysOf(env: Environment, pool: Pool, vkeys: readonly Vkey[]): Promise<readonly Check[]> {
  const ask = (by: Pool): Promise<readonly Check[]> => checkKeys(postgresCheckpointStore(by, env.schema), vkeys);
  try {
    return await ask(pool);
  } catch (error) {
    const databaseUrl = process.env['AUDIT_SEALER_DATABASE_URL'];
    if (!isAuditError(error, 'AUDIT_PRIVILEGE_MISSING') || !databaseUrl) return [];
    return await withPool({ ...env, databaseUrl }, 'doctor', ask).catch(() => []);
  }
}
