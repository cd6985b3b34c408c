import { AuditError } from '../event/errors.js';
import type { CheckpointStore } from '../store/checkpoint.port.js';
import type { CheckedEvidence } from './check-evidence.js';
import { Keeper, type KeeperOptions } from './keeper.js';
import type { CheckpointKeeper } from './port.js';

/** Who signs in this process; `undefined` where nobody does, and the log stays at L0. */
export function keeperOf(
  store: CheckpointStore,
  { signer, ...evidence }: CheckedEvidence,
  options: Pick<KeeperOptions, 'declareRestore' | 'onRestore' | 'onError'>,
): CheckpointKeeper | undefined {
  if (signer !== undefined) return new Keeper(store, { ...evidence, ...options, signer });
  if (!evidence.required) return undefined;
  let isTold = false;
  const keyless = new AuditError('AUDIT_SIGNER_UNAVAILABLE', 'evidence.signer is required, and this process has no key: it never leads. Set AUDIT_SIGNING_KEY_FILE where the log is to be sealed, and seal: false elsewhere'); // prettier-ignore
  return {
    ...evidence,
    keptOut: keyless.message,
    mayLead: () => {
      if (!isTold) options.onError?.(keyless);
      isTold = true;
      return Promise.resolve(false);
    },
    begin: () => undefined,
    announcements: () => [],
    take: () => undefined,
    settled: () => Promise.resolve(),
  };
}
