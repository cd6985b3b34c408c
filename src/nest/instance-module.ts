import type { DynamicModule, NestInterceptor, Provider } from '@nestjs/common';
import { APP_INTERCEPTOR, ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { Audit } from '../compose/create-audit.js';
import { requestPolicy, type RequestPolicy } from '../http/policy.js';
import { AuditInterceptor } from './audit.interceptor.js';
import { AuditLog } from './audit-log.js';
import { AuditService } from './audit.service.js';
import { CallSurface } from './calls/call-surface.js';
import { FieldErrors } from './calls/field-errors.js';
import { AuditHealthIndicator } from './health-indicator.js';
import { HttpSurface } from './http-surface.js';
import { getAuditToken, INSTANCE, recordsRequests, type Instance } from './instances.js';
import { checkModuleOptions, MODULE_OPTIONS_TOKEN, REQUEST_POLICY, type AuditModuleOptions } from './options.js';
import { RouteTable } from './route-table.js';

const PASSES: NestInterceptor = { intercept: (_execution, next) => next.handle() };

/**
 * The parts of one audit, in a module of its own. Only its service is exported: under the class for the default one, under its
 * own token for one with a name, so that neither is injected in place of the other.
 */
export function instanceModule(definition: DynamicModule, name: string | undefined): DynamicModule {
  const instance: Instance = { name };
  const service: Provider =
    name === undefined
      ? AuditService
      : {
          provide: getAuditToken(name),
          inject: [Audit, AuditLog],
          useFactory: (audit: Audit, log: AuditLog) => new AuditService(audit, log),
        };
  return {
    ...definition,
    providers: [...(definition.providers ?? []), { provide: INSTANCE, useValue: instance }, ...PARTS, service, ...(name === undefined ? [AuditHealthIndicator] : [])],
    exports: [...(definition.exports ?? []), getAuditToken(name), ...(name === undefined ? [AuditHealthIndicator] : [])],
  }; // prettier-ignore
}

const PARTS: Provider[] = [
  {
    provide: AuditLog,
    inject: [MODULE_OPTIONS_TOKEN, INSTANCE],
    useFactory: (options: AuditModuleOptions, { name }: Instance) => new AuditLog(name, options),
  },
  {
    provide: Audit,
    inject: [MODULE_OPTIONS_TOKEN, INSTANCE, AuditLog, ModulesContainer],
    useFactory: (options: AuditModuleOptions, instance: Instance, log: AuditLog, modules: ModulesContainer) => {
      recordsRequests(instance, modules); // a mistake is found before anything is opened
      return new Audit(checkModuleOptions(options, log.tell, instance.name));
    },
  },
  {
    provide: REQUEST_POLICY,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: AuditModuleOptions) => requestPolicy(options),
  },
  {
    // A factory that is waited for: all is in its place before the application goes on.
    provide: CallSurface,
    inject: [MODULE_OPTIONS_TOKEN, INSTANCE, ModulesContainer, Audit, AuditLog, REQUEST_POLICY, ApplicationConfig],
    useFactory: async (
      options: AuditModuleOptions,
      instance: Instance,
      modules: ModulesContainer,
      recorder: Audit,
      { tell: onError }: AuditLog,
      policy: RequestPolicy,
      config: ApplicationConfig,
    ) => {
      const { actor, tenant, session, trustedProxy, durability, onFailure } = options;
      const surface = new CallSurface(
        { actor, tenant, session, trustedProxy, durability, onFailure, recorder, policy, onError },
        modules,
        config,
      );
      if (recordsRequests(instance, modules)) await surface.attach();
      return surface;
    },
  },
  FieldErrors,
  MetadataScanner,
  RouteTable,
  HttpSurface,
  AuditInterceptor,
  {
    provide: APP_INTERCEPTOR,
    inject: [INSTANCE, ModulesContainer, AuditInterceptor],
    useFactory: (instance: Instance, modules: ModulesContainer, interceptor: AuditInterceptor) =>
      recordsRequests(instance, modules) ? interceptor : PASSES,
  },
];
