import { ConfigurableModuleBuilder } from '@nestjs/common';
import { checkOptions, type AuditOptions, type CheckedOptions } from '../compose/options.js';
import { AuditError } from '../event/errors.js';
import { checkPolicy, POLICY_OPTIONS, type RequestPolicyOptions } from '../http/policy-options.js';
import type { RequestContextOptions } from '../http/request-context.js';
import { checkTrustedProxy } from '../http/trusted-proxy.js';

export interface AuditModuleOptions extends AuditOptions, RequestContextOptions, RequestPolicyOptions {}

/** Options of this module beside those of `createAudit()`. */
const RESOLVERS: readonly ('actor' | 'tenant' | 'session')[] = ['actor', 'tenant', 'session'];

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkModuleOptions(options: AuditModuleOptions, onError: (error: unknown) => void): CheckedOptions {
  const checked = checkOptions({ ...options, onError: options?.onError ?? onError }, [
    ...RESOLVERS,
    ...POLICY_OPTIONS,
    'trustedProxy',
  ]);
  checkPolicy(options);
  if (options.trustedProxy !== undefined) checkTrustedProxy(options.trustedProxy);
  for (const name of RESOLVERS) {
    const resolver: unknown = options[name];
    if (resolver !== undefined && typeof resolver !== 'function')
      throw new AuditError('AUDIT_OPTIONS_INVALID', `${name} must be a function of the request: ${name}: (req) => …`);
  }
  return checked;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<AuditModuleOptions>({
  moduleName: 'Audit',
})
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, extras) => ({ ...definition, global: extras.isGlobal }))
  .build();

/** What `requestPolicy()` made of the options. */
export const REQUEST_POLICY = Symbol('nestjs-prisma-audit:request-policy');
