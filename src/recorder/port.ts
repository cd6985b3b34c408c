import type { ActionBook } from '../event/action-book.js';
import type { AuditEvent, Durability } from '../event/types.js';
import type { AuditContext } from '../context/context.js';

export { recordStatement, type ContentRow } from '../store/content.port.js';
export { prepare } from './prepare.js';

/** How far an event came: `spooled` is on this machine's disk, and will be committed when the database is back. */
export type Reached = Durability | 'spooled';

/** What is known of one event that was taken in. */
export interface Receipt {
  /**
   * Resolves when the event has come as far as `durability` says, with how far it came: `spooled` where the database is away
   * and a spool has it. `async` resolves at once. Callers MAY ignore it; nothing is created before it is asked for, and a
   * rejection that nobody handles does not end the process.
   * @throws AuditError `AUDIT_NOT_DURABLE` when it cannot come so far, or not in time
   */
  reached(durability: Durability): Promise<Reached>;
}

/** Takes events of the application and of requests. */
export interface Recorder {
  /**
   * Takes the event in and returns; it is written with others within `flushIntervalMs`.
   * @throws AuditError when the event itself is wrong (`AUDIT_EVENT_INVALID`, `AUDIT_NOT_PLAIN_JSON`,
   *   `AUDIT_EVENT_TOO_LARGE`), the queue is full (`AUDIT_QUEUE_FULL`) or the recorder is closed (`AUDIT_CLOSED`).
   */
  record(event: AuditEvent, options?: RecordOptions): Receipt;
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
  /** What the event's action is checked against. @defaultValue nothing */
  readonly actions?: ActionBook | undefined;
  /** The action is made out of method and route, so it is in no catalogue, and need not be. @defaultValue false */
  readonly derived?: boolean | undefined;
  /** @defaultValue 'record' */
  readonly source?: 'record' | 'request' | 'read';
}
