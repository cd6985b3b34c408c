import type { ActionBook } from '../event/action-book.js';
import type { SecretName } from '../event/redaction.js';
import type { Durability } from '../event/types.js';
import type { Disk } from './spool/disk.js';
import type { SpoolOptions } from './spool/spool-outlet.js';

export interface QueueOptions {
  /** How long an event waits for company at most. Milliseconds, default 50. */
  readonly flushIntervalMs?: number;
  /** Events in one insert at most. Default 500. */
  readonly maxBatch?: number;
  /** Events that may wait in memory while the database is away. Default 10,000; beyond, `record()` throws `AUDIT_QUEUE_FULL` and the event is counted as lost. */
  readonly maxQueue?: number;
  /** The same in bytes, about. Default 64 MiB. */
  readonly maxQueueBytes?: number;
  /** Of events whose call and action say nothing. Default `async`. */
  readonly durability?: Durability;
  /** How long `reached()` waits. Milliseconds, default 5,000. */
  readonly durabilityTimeoutMs?: number;
  /** Where events go while the database is away. Default: they wait in memory. */
  readonly spool?: SpoolOptions | undefined;
  /** Of the spool. For tests. */
  readonly disk?: Disk | undefined;
  readonly isSecret?: SecretName;
  /** See `RecordOptions`. */
  readonly oversized?: 'refuse' | 'truncate';
  /** What events are checked against. Default: nothing. */
  readonly actions?: ActionBook;
  /** Told of every failed attempt to write, and of every event lost. */
  readonly onError?: (error: unknown) => void;
}

export interface QueueFacts {
  /** Events in memory. */
  readonly waiting: number;
  /** Events accepted by `record()` that will never be written, or refused because queue or spool was full. */
  readonly lost: number;
  readonly failedAttempts: number;
  /** Events in the spool of this process, on disk; absent where there is none. */
  readonly spooled?: number;
  /** Size of that spool. */
  readonly spoolBytes?: number;
  /** Events left out because the spool was full; the log says so in an entry flagged `gap`. */
  readonly shed: number;
}

/** What became of the events when the recorder was closed. */
export interface CloseFacts {
  /** Will never be written, of all that was recorded. */
  readonly lost: number;
  /** On disk, to be written by the next process that opens the spool. */
  readonly spooled: number;
}
