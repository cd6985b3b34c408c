import type { ActionBook } from '../event/action-book.js';
import { AuditError } from '../event/errors.js';
import { DURABILITIES } from '../event/types.js';
import { visible } from '../event/visible.js';
import type { ExchangeOptions } from './exchange.js';
import type { Recorder } from '../recorder/port.js';
import { checkPolicy, POLICY_OPTIONS, type RequestPolicyOptions } from './policy-options.js';
import { checkTrustedProxy } from './trusted-proxy.js';

/** What `createAudit()` gives, as far as requests are concerned. */
export type RequestRecorder = Recorder & { readonly actions?: ActionBook };

/** Options of `auditExpress()` and `auditFastify()`. */
export interface HttpAuditOptions
  extends Omit<ExchangeOptions, 'routeFor' | 'onError' | 'actions' | 'errorOf'>, RequestPolicyOptions {
  /** Told of what could not be recorded. @defaultValue a warning of the process (`process.emitWarning`) */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const FUNCTIONS = ['actor', 'tenant', 'session', 'onError'] as const;
const KNOWN: readonly string[] = [...FUNCTIONS, 'durability', 'onFailure', 'trustedProxy', ...POLICY_OPTIONS];

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead. @param where the function that was called */
export function checkHttpOptions(
  where: string,
  options: HttpAuditOptions,
): Omit<ExchangeOptions, 'routeFor'> & RequestPolicyOptions {
  const invalid = (text: string): never => {
    throw new AuditError('AUDIT_OPTIONS_INVALID', `${where}: ${text}`);
  };
  for (const name of Object.keys(options))
    if (!KNOWN.includes(name)) invalid(`there is no option ${name}; there are ${KNOWN.join(', ')}`);
  for (const name of FUNCTIONS) {
    const given: unknown = options[name];
    if (given !== undefined && typeof given !== 'function') invalid(`${name} must be a function: ${name}: (…) => …`);
  }
  checkPolicy(options);
  if (options.trustedProxy !== undefined) checkTrustedProxy(options.trustedProxy);
  const { durability, onFailure } = options;
  if (durability !== undefined && !DURABILITIES.includes(durability))
    invalid(`durability must be one of ${DURABILITIES.join(', ')}`);
  if (onFailure !== undefined && onFailure !== 'spool' && onFailure !== 'fail')
    invalid("onFailure must be 'spool' or 'fail'");
  return { ...options, onError: options.onError ?? warn };
}

function warn(error: unknown): void {
  process.emitWarning(visible(error instanceof Error ? error.message : String(error)), 'AuditWarning');
}
