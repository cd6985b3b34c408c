import { currentContext, newContext, type AuditContext } from '../../context/context.js';
import { requestContext, type RequestContextOptions } from '../../http/request-context.js';
import { recordOf } from '../../http/request-record.js';
import { enqueuerOf } from './jobs.js';
import { isGuarded, type CallKind } from './kinds.js';
import type { HandlerCall } from './request-of.js';

/**
 * A field of a request, an event, a command and a method that is called belong to the unit of work of their caller. A message, a
 * job and a cron job are one of their own, unless the transport itself said who acts (`runAs`): what was at work when its
 * connection was made is at work no longer.
 */
export function turnContext(settings: RequestContextOptions, call: HandlerCall): AuditContext {
  const turn = {};
  const outer = currentContext();
  if (outer && !beginsWork(call.kind)) return { ...outer, turn };
  if (isGuarded(call.kind)) return { ...requestContext(call.request, settings), turn };
  const { actor, tenant } = settings;
  const system = { type: 'system', id: `${call.controller.name}.${call.handler.name}` };
  const enqueued = call.kind === 'job' ? enqueuerOf(call.request['job']) : undefined;
  const fields = {
    actor: () => attempt(() => actor?.(call.request)) || { ...system, onBehalfOf: enqueued?.id },
    tenant: () => attempt(() => tenant?.(call.request)) ?? enqueued?.tenant,
  };
  return { ...newContext(fields), turn };
}

/** Whether a call of this kind begins a unit of work of its own, here and now. */
export function beginsWork(kind: CallKind): boolean {
  const context = currentContext();
  if (context === undefined) return true;
  if (kind === 'event' || kind === 'cqrs' || kind === 'call') return false;
  const record = recordOf(context);
  return record !== undefined && (kind !== 'graphql' || record.closed === true);
}

/** A function that is made for requests may not know what to do without a user. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
