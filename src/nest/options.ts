import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { AuditOptions } from '../compose/options.js';
import type { RequestContextOptions } from '../http/request-context.js';

export interface AuditModuleOptions extends AuditOptions, RequestContextOptions {}

/** Options of this module beside those of `createAudit()`. */
export const MODULE_OPTION_NAMES: readonly (keyof RequestContextOptions)[] = ['actor', 'tenant', 'session'];

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<AuditModuleOptions>({
  moduleName: 'Audit',
})
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, extras) => ({ ...definition, global: extras.isGlobal }))
  .build();
