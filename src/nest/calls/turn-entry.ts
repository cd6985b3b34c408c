import type { AuditContext } from '../../context/context.js';
import type { ActionBook } from '../../event/action-book.js';
import { isAction } from '../../event/action.js';
import { AuditError } from '../../event/errors.js';
import type { Durability, Outcome } from '../../event/types.js';
import type { AuditedRoute } from '../../http/audited-options.js';
import { withDefinition } from '../../http/definition.js';
import { atTheEnd } from '../../http/exchange.js';
import type { RequestPolicy } from '../../http/policy.js';
import { recordWhole } from '../../http/record-whole.js';
import { callEvent } from '../../http/request-event.js';
import type { RequestRecord } from '../../http/request-record.js';
import type { Receipt, Recorder } from '../../recorder/port.js';
import type { Mark } from '../audited-mark.js';
import type { HandlerCall } from './request-of.js';

export interface EntrySettings {
  readonly recorder: Recorder & { readonly actions?: ActionBook };
  readonly policy: RequestPolicy;
  readonly durability?: Durability | undefined;
  readonly onFailure?: 'spool' | 'fail' | undefined;
  readonly onError: (error: unknown) => void;
}

/** A call that has ended and leaves an entry. */
export interface EndedCall {
  readonly route: AuditedRoute;
  readonly call: HandlerCall;
  readonly record: RequestRecord;
  readonly context: AuditContext;
  readonly durability: Durability;
  readonly outcome: Outcome;
  /** Beside what the transport says. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the entry of a call is called; none if it leaves none. */
export function routeOf(
  call: HandlerCall,
  { audited, skipped }: Mark,
  settings: EntrySettings,
): AuditedRoute | undefined {
  const { policy, recorder } = settings;
  if (skipped) return undefined;
  const isCovered = call.root !== undefined && policy.covers(call.root.writes ? 'POST' : 'GET');
  if (!audited && !isCovered) return undefined;
  const route: AuditedRoute = { action: actionOf(call), ...audited };
  return withDefinition(audited?.action === undefined ? { ...route, derived: true } : route, recorder.actions);
}

/** A message has no route: what handles it says what it is. */
function actionOf({ controller, handler }: HandlerCall): string {
  const name = `${controller.name}.${handler.name}`;
  return isAction(name) ? name : 'call';
}

export function durabilityOf({ durability, action }: AuditedRoute, settings: EntrySettings): Durability {
  return durability ?? settings.recorder.actions?.find(action)?.durability ?? settings.durability ?? 'async';
}

/** Writes the entry, and does not wait for it. Total. */
export function leaveEntry(settings: EntrySettings, ended: EndedCall): Receipt | 'unwanted' | undefined {
  const { recorder, onError } = settings;
  const { route, call, record, durability, outcome } = ended;
  try {
    const details = { call: { ...call.about, ...ended.details } };
    const event = callEvent(record, route, call.request, { outcome, details });
    if (!event) return 'unwanted'; // its `when` says so
    const context = atTheEnd(ended.context, record);
    const parameters = call.request.params;
    const given = { context, source: 'request', derived: route.derived, durability, parameters } as const;
    return recordWhole(recorder, event, given, onError);
  } catch (problem) {
    onError(problem);
    return undefined;
  }
}

/**
 * Resolves when the entry has come as far as the call says.
 * @throws AuditError when it did not come so far, or there was no room for it, unless the module says that it need not
 */
export async function leaveDurably(settings: EntrySettings, ended: EndedCall): Promise<void> {
  const receipt = leaveEntry(settings, ended);
  if (receipt === 'unwanted') return;
  try {
    if (!receipt) throw new AuditError('AUDIT_NOT_DURABLE', `there was no room for the entry of ${ended.route.action}`);
    await receipt.reached(ended.durability);
  } catch (error) {
    settings.onError(error);
    if (settings.onFailure !== 'spool') throw error;
  }
}
