import type { ActionBook } from '../event/action-book.js';
import type { AuditEvent, Durability } from '../event/types.js';
import type { AuditContext } from '../context/context.js';

export { recordStatement, type ContentRow } from '../store/content.port.js';
export { prepare } from './prepare.js';

/** How far an event came: `spooled` is on this machine's disk, and will be committed when the database is back. */
export type Reached = Durability | 'spooled';

/** What is known of one event that was taken in. */
export interface Receipt {
  /** What the call asked for: its option, else that of its action, else that of the module. */
  readonly durability?: Durability;
  /**
   * Resolves when the event has come as far as `durability` says, with how far it came: `spooled` where the database is away
   * and a spool has it. `async` resolves at once; `committed` waits for the batch of this event and no other. Callers MAY
   * ignore it; nothing is created before it is asked for, and a rejection that nobody handles does not end the process.
   * @param durability @defaultValue what the call asked for
   * @throws AuditError `AUDIT_NOT_DURABLE` when it cannot come so far, or not within `durabilityTimeoutMs`; unless the message
   *   says that it is lost, the event stays queued
   */
  reached(durability?: Durability): Promise<Reached>;
}

/** Takes events of the application and of requests. */
export interface Recorder {
  /**
   * Takes the event in and returns; it is written with others within `flushIntervalMs`.
   * @throws AuditError when the event itself is wrong (`AUDIT_EVENT_INVALID`, `AUDIT_NOT_PLAIN_JSON`,
   *   `AUDIT_EVENT_TOO_LARGE`), the queue is full (`AUDIT_QUEUE_FULL`), the spool is (`AUDIT_SPOOL_FULL`, unless it sheds) or
   *   the recorder is closed (`AUDIT_CLOSED`).
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
  /** Those of the route, by name: what one with a secret name holds is no resource's id. @defaultValue none */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** The event stands for something of which not all is known: its entry is flagged `gap`. @defaultValue false */
  readonly gap?: boolean | undefined;
  /**
   * How far the event has to come before a caller that waits for it goes on. With more than `async` it is written at once,
   * with what is there, instead of after `flushIntervalMs`. @defaultValue that of the action, else of the module
   */
  readonly durability?: Durability | undefined;
}
