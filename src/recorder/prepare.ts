import { types } from 'node:util';
import { actorSection, type ActorSection } from '../context/actor-section.js';
import { currentContext, type AuditContext } from '../context/context.js';
import { ACTION_RULE, isAction } from '../event/action.js';
import { admitted } from '../event/admit.js';
import { MAX_MICROS, systemClock, type Clock } from '../event/clock.js';
import { withoutValues } from '../event/error-message.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { projected, resourceId } from '../event/identity.js';
import { idWithoutSecrets } from '../event/secret-id.js';
import { LIMITS } from '../event/limits.js';
import { plainJson } from '../event/plain-json.js';
import type { SecretName } from '../event/redaction.js';
import { OUTCOMES, SEVERITIES, type AuditEvent, type ErrorFact } from '../event/types.js';
import type { ContentRow } from '../store/content.port.js';
import type { RecordOptions } from './port.js';

export interface PrepareOptions extends Omit<RecordOptions, 'context'> {
  /** `null`: none, whoever asks. @defaultValue the context of the caller */
  readonly context?: AuditContext | null | undefined;
  /** The bytes of the `actor` section, where they had to be made earlier. @defaultValue those of the context, now */
  readonly section?: string | undefined;
  /** There are conditions with marks for their values in it, which stay readable under a secret name. @defaultValue false */
  readonly shapes?: boolean | undefined;
}

/**
 * The door: validates an event, redacts it, and joins it with its context. Nothing of the caller's is kept by reference,
 * so what he changes afterwards does not change the log.
 *
 * @throws AuditError `AUDIT_EVENT_INVALID`, `AUDIT_NOT_PLAIN_JSON` or `AUDIT_EVENT_TOO_LARGE`, naming the member
 */
export function prepare(
  given: AuditEvent,
  isSecret: SecretName,
  options: PrepareOptions = {},
  clock: Clock = systemClock,
): ContentRow {
  const context = options.context === null ? undefined : (options.context ?? currentContext());
  const event = admitted(given, options.actions, options);
  check(event);
  const id = idWithoutSecrets(event.resource?.id, options.parameters, isSecret);
  const redacted: string[] = [];
  if (id !== resourceId(event.resource?.id)) redacted.push('resource.id');
  let truncated = false;
  const json = (name: 'details' | 'old' | 'new'): string | undefined => {
    const value = event[name];
    if (value === undefined) return undefined;
    try {
      const plain = plainJson(value, name, isSecret, LIMITS.detailsBytes, options.shapes);
      redacted.push(...plain.redacted);
      return plain.json;
    } catch (error) {
      if (options.oversized !== 'truncate' || !isAuditError(error, 'AUDIT_EVENT_TOO_LARGE')) throw error;
      truncated = true;
      return JSON.stringify({ truncated: `more than ${LIMITS.detailsBytes} bytes` });
    }
  };
  const error = event.error ? boundedError(event.error, isSecret) : undefined;
  if (error?.redacted) redacted.push('error.message');
  const members: [string, string | undefined][] = [
    ['details', json('details')],
    ['error', error && JSON.stringify(error.fact)],
    ['new', json('new')],
    ['old', json('old')],
    ['reason', event.reason === undefined ? undefined : JSON.stringify(event.reason)],
    ['redacted', redacted.length > 0 ? JSON.stringify(redacted) : undefined],
  ];
  const data = members.filter(([, value]) => value !== undefined).map(([name, value]) => `"${name}":${value}`);
  const flags = [
    context === undefined && event.actor === undefined ? 'no-context' : '',
    redacted.length > 0 ? 'redacted' : '',
    truncated ? 'truncated' : '',
    options.gap === true ? 'gap' : '',
  ];
  const section = options.section ?? sectionOf(event, context);
  return {
    source: options.source ?? 'record',
    at: event.occurredAt ? event.occurredAt.getTime() * 1000 : clock.now(),
    group: context?.root.group ?? null,
    tenant: projected((JSON.parse(section) as ActorSection).tenant),
    eventKey: event.eventId ?? null,
    model: event.resource?.type ?? null,
    resourceId: id ?? null,
    header: JSON.stringify({
      action: event.action,
      outcome: event.outcome ?? 'success',
      severity: event.severity,
      durationMs: event.durationMs,
    }),
    actor: section,
    data: data.length > 0 ? `{${data.join(',')}}` : null,
    flags: flags.filter((flag) => flag !== '').join(',') || null,
  };
}

/** The `actor` section of an event at this moment. Total. */
export function sectionOf({ actor, tenant }: Pick<AuditEvent, 'actor' | 'tenant'>, context?: AuditContext): string {
  const nobody = context === undefined ? { id: `process:${process.pid}`, type: 'system' } : undefined;
  return actorSection(context, { actor: actor ?? nobody, tenant });
}

function check(event: AuditEvent): void {
  if (typeof event !== 'object' || event === null) throw invalid('event', 'must be an object with at least an action');
  if (!isAction(event.action)) throw invalid('action', ACTION_RULE);
  if (event.outcome !== undefined && !OUTCOMES.includes(event.outcome))
    throw invalid('outcome', `must be one of ${OUTCOMES.join(', ')}`);
  if (event.severity !== undefined && !SEVERITIES.includes(event.severity))
    throw invalid('severity', `must be one of ${SEVERITIES.join(', ')}`);
  if (event.durationMs !== undefined && !(Number.isSafeInteger(event.durationMs) && event.durationMs >= 0)) {
    throw invalid('durationMs', 'must be a whole number of milliseconds, 0 or more');
  }
  if (event.occurredAt !== undefined) {
    const at = types.isDate(event.occurredAt) ? event.occurredAt.getTime() : Number.NaN;
    if (!(at >= 0 && at * 1000 <= MAX_MICROS))
      throw invalid('occurredAt', 'must be a Date between the years 1970 and 2255');
  }
  for (const member of ['details', 'old', 'new'] as const) {
    const value: unknown = event[member];
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw invalid(member, 'must be an object');
    }
  }
  if (event.error !== undefined && typeof (event.error as Partial<ErrorFact> | null)?.name !== 'string') {
    throw invalid('error', 'must be { name, code?, message? }; an Error is one');
  }
  text('resource.type', event.resource?.type, LIMITS.typeLength, event.resource !== undefined);
  text('tenant', event.tenant, LIMITS.tenantLength);
  text('reason', event.reason, LIMITS.reasonLength);
  text('eventId', event.eventId, LIMITS.eventIdLength);
  const key: unknown = event.resource?.id ?? '';
  if (!(Array.isArray(key) ? key.length > 0 && key.every((part) => isKeyPart(part)) : isKeyPart(key))) {
    throw invalid(
      'resource.id',
      'must be text, a number, bigint, boolean or Date, or a list of them for a composite key',
    );
  }
  text('resource.id', resourceId(event.resource?.id), LIMITS.detailsBytes);
}

/** Anything else has no text of its own: an object would be logged as `[object Object]`. */
function isKeyPart(part: unknown): boolean {
  if (types.isDate(part)) return Number.isFinite(part.getTime());
  return typeof part === 'string' || typeof part === 'bigint' || typeof part === 'boolean' || Number.isFinite(part);
}

function text(name: string, value: unknown, limit: number, required = false): void {
  if (value === undefined && !required) return;
  if (
    typeof value !== 'string' ||
    value.length === 0 ||
    value.length > limit ||
    !value.isWellFormed() ||
    value.includes('\0')
  ) {
    throw invalid(name, `must be well-formed text of 1-${limit} characters without NUL`);
  }
}

function boundedError(error: ErrorFact, isSecret: SecretName): { fact: ErrorFact; redacted: boolean } {
  const cut = (value: string): string => String(value).slice(0, LIMITS.errorMessageLength).toWellFormed();
  const frames =
    error.frames === undefined ? undefined : withoutValues(String(error.frames), isSecret, LIMITS.errorFramesLength);
  const message = error.message === undefined ? undefined : withoutValues(String(error.message), isSecret);
  return {
    fact: {
      name: cut(error.name),
      ...(error.code === undefined ? {} : { code: cut(error.code) }),
      ...(message === undefined ? {} : { message: message.text }),
      ...(frames === undefined ? {} : { frames: frames.text }),
    },
    redacted: message?.redacted === true || frames?.redacted === true,
  };
}

function invalid(member: string, rule: string): AuditError {
  return new AuditError('AUDIT_EVENT_INVALID', `${member} ${rule}`, { member });
}
