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
    const { resource, severity, ...rest } = event;
    const refused = error instanceof Error ? error.message.slice(0, 500) : String(error);
    const bare: AuditEvent = { ...rest, details: { refused, http: event.details?.['http'] } };
    try {
      return recorder.record(
        { ...bare, ...(resource ? { resource } : {}), ...(severity ? { severity } : {}) },
        options,
      );
    } catch {
      return recorder.record(bare, options);
    }
  }
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'AUDIT_QUEUE_FULL' || error.code === 'AUDIT_CLOSED')
  );
}
