import { ACCESS_EVENTS, ACCESS_POINT, plateKey, type AccessEventKind } from './access.js';
import { AuditError } from './errors.js';
import { LIMITS } from './limits.js';
import { nearest } from './nearest.js';
import type { AuditEvent } from './types.js';

/** A vehicle, by its plate as it was read. */
export interface AccessVehicle {
  /** 1–32 characters. It is found whatever its letters, spaces and dashes are like. */
  readonly plate: string;
  /** 1–64 characters: a country's code. */
  readonly country?: string | undefined;
  /** 1–64 characters: `car`, `truck`. */
  readonly kind?: string | undefined;
}

/** Somebody, or a vehicle, at a door, a gate or a barrier. */
export interface AccessEvent extends Pick<
  AuditEvent,
  'actor' | 'tenant' | 'reason' | 'severity' | 'occurredAt' | 'eventId'
> {
  /** Which door, gate or barrier: 1–256 characters. It is the id of the resource, of type `AccessPoint`. */
  readonly point: string;
  /** The action is `access.<event>`; `denied` has that outcome. */
  readonly event: AccessEventKind;
  readonly direction?: 'in' | 'out' | undefined;
  /** By what it was opened: `card`, `plate`, `face`, `guard`. 1–64 characters. */
  readonly method?: string | undefined;
  /** Id of whom it was, as the application has it: 1–256 characters. The *actor* is who or what says so. */
  readonly subject?: string | undefined;
  /** A plate alone, or with more. */
  readonly vehicle?: string | AccessVehicle | undefined;
  /** How sure whatever recognised it was: 0 to 1. */
  readonly confidence?: number | undefined;
  /** Where the picture or recording is: an address (http or https) without a password in it, up to 2,048 characters. */
  readonly evidenceUrl?: string | undefined;
  /** Id of who let it in, or asked for it: 1–256 characters. */
  readonly authorizedBy?: string | undefined;
}

const OF_EVENT = ['actor', 'tenant', 'reason', 'severity', 'occurredAt', 'eventId'] as const;
const OF_ACCESS = ['point', 'event', 'direction', 'method', 'subject', 'vehicle', 'confidence', 'evidenceUrl', 'authorizedBy'] as const; // prettier-ignore
const MEMBERS: readonly string[] = [...OF_ACCESS, ...OF_EVENT];
const OF_VEHICLE: readonly string[] = ['plate', 'country', 'kind'];

/**
 * An access as an event.
 * @throws AuditError `AUDIT_EVENT_INVALID` naming the member and what it must be
 */
export function accessEvent(access: AccessEvent): AuditEvent {
  if (typeof access !== 'object' || access === null)
    throw invalid('access', 'must be an object with at least point and event');
  refuseUnknown(access, MEMBERS, '');
  const { point, event, direction, method, subject, vehicle, confidence, evidenceUrl, authorizedBy } = access;
  text('point', point, LIMITS.actorIdLength, true);
  if (!ACCESS_EVENTS.includes(event)) throw invalid('event', `must be one of ${ACCESS_EVENTS.join(', ')}`);
  if (direction !== undefined && direction !== 'in' && direction !== 'out')
    throw invalid('direction', 'must be in or out');
  text('method', method, 64);
  text('subject', subject, LIMITS.actorIdLength);
  text('authorizedBy', authorizedBy, LIMITS.actorIdLength);
  if (confidence !== undefined && !(typeof confidence === 'number' && confidence >= 0 && confidence <= 1))
    throw invalid('confidence', 'must be a number from 0 to 1');
  text('evidenceUrl', evidenceUrl, 2_048);
  if (evidenceUrl !== undefined && !isAddress(evidenceUrl))
    throw invalid('evidenceUrl', 'must be an http or https address without user name and password');
  const details = { direction, method, subject, vehicle: vehicleOf(vehicle), confidence, evidenceUrl, authorizedBy };
  return {
    ...given(access),
    action: `access.${event}`,
    outcome: event === 'denied' ? 'denied' : 'success',
    resource: { type: ACCESS_POINT, id: point },
    details: defined(details),
  };
}

function vehicleOf(vehicle: AccessEvent['vehicle']): AccessVehicle | undefined {
  if (vehicle === undefined) return undefined;
  const named = typeof vehicle === 'string' ? { plate: vehicle } : vehicle;
  if (typeof named !== 'object' || named === null) throw invalid('vehicle', 'must be a plate, or { plate, country?, kind? }'); // prettier-ignore
  refuseUnknown(named, OF_VEHICLE, 'vehicle.');
  const { plate, country, kind } = named;
  text('vehicle.plate', plate, 32, true);
  if (plateKey(plate) === '') throw invalid('vehicle.plate', 'must have more than spaces and dashes');
  text('vehicle.country', country, 64);
  text('vehicle.kind', kind, 64);
  return defined({ plate, country, kind });
}

/** Members of the event that an access may have too; checked where every event is. */
function given(access: AccessEvent): Partial<AuditEvent> {
  return defined(Object.fromEntries(OF_EVENT.map((name) => [name, access[name]])));
}

function defined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T; // of those that are there
}

function refuseUnknown(of: object, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(of).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  throw invalid(`${prefix}${unknown.slice(0, 64)}`, `is no member of an access${near === undefined ? '' : `; did you mean ${prefix}${near}?`}`); // prettier-ignore
}

function isAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.password === '';
}

function text(name: string, value: unknown, limit: number, required = false): void {
  if (value === undefined && !required) return;
  const isText = typeof value === 'string' && value.length >= 1 && value.length <= limit;
  if (!isText || !value.isWellFormed() || value.includes('\0'))
    throw invalid(name, `must be well-formed text of 1-${limit} characters without NUL`);
}

function invalid(member: string, rule: string): AuditError {
  return new AuditError('AUDIT_EVENT_INVALID', `${member} ${rule}`, { member });
}
