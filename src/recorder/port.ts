import type { AuditEvent } from '../event/types.js';
import type { AuditContext } from '../context/context.js';

export { recordStatement, type ContentRow } from '../store/content.port.js';
export { prepare } from './prepare.js';

/** Takes events of the application and of requests. */
export interface Recorder {
  /**
   * Takes the event in and returns; it is written with others within `flushIntervalMs`.
   * @throws AuditError when the event itself is wrong (`AUDIT_EVENT_INVALID`, `AUDIT_NOT_PLAIN_JSON`,
   *   `AUDIT_EVENT_TOO_LARGE`), the queue is full (`AUDIT_QUEUE_FULL`) or the recorder is closed (`AUDIT_CLOSED`).
   */
  record(event: AuditEvent, options?: RecordOptions): void;
  /** Resolves when everything recorded so far is committed to `content`. Not sealed yet. */
  drain(): Promise<void>;
}

export interface RecordOptions {
  /** @defaultValue the context of the caller */
  readonly context?: AuditContext | undefined;
  /**
   * What becomes of `details`, `old` or `new` beyond the limit: the event is refused, or the member is replaced by a mark
   * and the entry flagged `truncated`. @defaultValue `'refuse'`
   */
  readonly oversized?: 'refuse' | 'truncate' | undefined;
  /** @defaultValue 'record' */
  readonly source?: 'record' | 'request' | 'read';
}
