import type { AuditEvent } from '../event/types.js';
import type { Receipt, Recorder } from '../recorder/port.js';

/**
 * Records the event; if what the application added to it is refused, records it with as much as is accepted, and says why.
 * Nothing comes back when there is no room for any.
 */
export function recordWhole(
  recorder: Recorder,
  event: AuditEvent,
  options: Parameters<Recorder['record']>[1],
  onError: (error: unknown) => void,
): Receipt | undefined {
  try {
    return recorder.record(event, options);
  } catch (error) {
    onError(error);
    if (isFull(error)) return undefined;
    const refused = error instanceof Error ? error.message.slice(0, 500) : String(error);
    const less: AuditEvent = {
      ...event,
      details: { refused, http: event.details?.['http'], call: event.details?.['call'] },
    };
    const values = ['old', 'new'] as const;
    for (const left of [[], values]) {
      try {
        return recorder.record(without(less, left), options);
      } catch {
        // It was not the details, or not they alone.
      }
    }
    return recorder.record(without(less, [...values, 'resource', 'severity', 'reason']), options);
  }
}

/** @param names of members that may be absent */
function without(event: AuditEvent, names: readonly Exclude<keyof AuditEvent, 'action'>[]): AuditEvent {
  const members = Object.entries(event).filter(([name]) => !(names as readonly string[]).includes(name));
  return Object.fromEntries(members) as unknown as AuditEvent; // only what may be absent is
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['AUDIT_QUEUE_FULL', 'AUDIT_SPOOL_FULL', 'AUDIT_CLOSED'].includes(String(error.code))
  );
}
