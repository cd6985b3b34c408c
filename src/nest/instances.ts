import { Inject, type InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { checkName } from '../compose/options.js';
import { AuditError } from '../event/errors.js';
import { AuditService } from './audit.service.js';

/** In each audit module: its own name, known before anything is made. A string: both module formats can be loaded. */
export const INSTANCE = 'nestjs-prisma-audit:instance';

/** What the module of one audit is told of itself. */
export interface Instance {
  /** Absent: the default one. */
  readonly name: string | undefined;
}

/**
 * The token under which the service of an audit is injected.
 * @param name as given to `forRoot({ name })`; absent for the default one, whose token is the class `AuditService`
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function getAuditToken(name?: string): InjectionToken<AuditService> {
  return name === undefined ? AuditService : `nestjs-prisma-audit:service:${checkName(name)}`;
}

/** Injects the `AuditService` of the audit of that name. */
export function InjectAudit(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getAuditToken(name));
}

/**
 * Whether this audit records the requests: the default one does; where there is none, the only one there is.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when two audits have the same name or none, or when all of several have names
 */
export function recordsRequests(me: Instance, modules: ModulesContainer): boolean {
  const names = Array.from(
    modules.values(),
    ({ providers }) => providers.get(INSTANCE)?.instance as Instance | undefined,
  ) // ours
    .filter((instance) => instance !== undefined)
    .map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (names.filter((name) => name === undefined).length > 1)
    throw invalid("AuditModule.forRoot() is there twice without a name: import the same module, or give one a name: forRoot({ name: 'billing', … })"); // prettier-ignore
  if (twice !== undefined)
    throw invalid(`there are two audits with the name ${JSON.stringify(twice)}: give one another`);
  if (names.length > 1 && !names.includes(undefined))
    throw invalid(`of the audits ${names.join(', ')} none would record requests: leave out the name of the one that does`); // prettier-ignore
  return me.name === undefined || names.length === 1;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
