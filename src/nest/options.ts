import { ConfigurableModuleBuilder } from '@nestjs/common';
import { checkOptions, type AuditOptions, type CheckedOptions } from '../compose/options.js';
import { AuditError } from '../event/errors.js';
import { checkPolicy, POLICY_OPTIONS, type RequestPolicyOptions } from '../http/policy-options.js';
import type { RequestContextOptions } from '../http/request-context.js';
import { checkTrustedProxy } from '../http/trusted-proxy.js';

/** The name stands beside `useFactory` in `forRootAsync`: Nest must know it before there are options. */
export interface AuditModuleOptions extends Omit<AuditOptions, 'name'>, RequestContextOptions, RequestPolicyOptions {}

/** Options of this module beside those of `createAudit()`. */
const RESOLVERS: readonly ('actor' | 'tenant' | 'session')[] = ['actor', 'tenant', 'session'];

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkModuleOptions(
  options: AuditModuleOptions,
  onError: (error: unknown) => void,
  name?: string,
): CheckedOptions {
  if (options && 'name' in options)
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'name stands beside the factory: forRootAsync({ name, useFactory })');
  const checked = checkOptions({ ...options, name, onError: options?.onError ?? onError }, [
    ...RESOLVERS,
    ...POLICY_OPTIONS,
    'trustedProxy',
  ]);
  checkPolicy(options);
  if (options.trustedProxy !== undefined) checkTrustedProxy(options.trustedProxy);
  for (const member of RESOLVERS) {
    const resolver: unknown = options[member];
    if (resolver !== undefined && typeof resolver !== 'function')
      throw new AuditError(
        'AUDIT_OPTIONS_INVALID',
        `${member} must be a function of the request: ${member}: (req) => …`,
      );
  }
  return checked;
}

/** What is known when the module is defined, so before there are options: whether it is global, and its name if it is not the default. */
const EXTRAS: { isGlobal: boolean; name: string | undefined } = { isGlobal: true, name: undefined };

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<AuditModuleOptions>({
    moduleName: 'Audit',
  })
    .setClassMethodName('forRoot')
    .setExtras(EXTRAS, (definition, extras) => ({ ...definition, global: extras.isGlobal }))
    .build();

/** What `requestPolicy()` made of the options. */
export const REQUEST_POLICY = Symbol('nestjs-prisma-audit:request-policy');
