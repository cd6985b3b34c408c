import { randomUUID } from 'node:crypto';
import { ActionBook } from '../event/action-book.js';
import { within } from '../event/deadline.js';
import { AuditError, isAuditError, unfailing } from '../event/errors.js';
import { secretNames, type SecretName } from '../event/redaction.js';
import type { AuditEvent } from '../event/types.js';
import { wakeSealer } from '../event/wake.js';
import type { ContentRow, ContentStore } from '../store/content.port.js';
import type { Receipt, Recorder, RecordOptions } from './port.js';
import { prepare } from './prepare.js';

export interface QueueOptions {
  /** How long an event waits for company at most. Milliseconds, default 50. */
  readonly flushIntervalMs?: number;
  /** Events in one insert at most. Default 500. */
  readonly maxBatch?: number;
  /** Events that may wait in memory while the database is away. Default 10,000; beyond, `record()` throws `AUDIT_QUEUE_FULL` and the event is counted as lost. */
  readonly maxQueue?: number;
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
  /** Events accepted by `record()` that will never be written, or refused because the queue was full. */
  readonly lost: number;
  readonly failedAttempts: number;
}

// Captured at import: fake timers must not hold events back.
const { setTimeout, clearTimeout } = globalThis;
const MAX_RETRY_MS = 5_000;

/**
 * Group commit: events wait a moment for others and are written together, in their order, one batch at a time. A batch
 * that failed is repeated under the same name until it is written, so that a commit whose answer was lost counts once.
 */
export class QueueRecorder implements Recorder {
  readonly #store: ContentStore;
  readonly #options: Required<QueueOptions>;
  #queue: ContentRow[] = [];
  #sending = 0;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;
  #failedAttempts = 0;
  #closed = false;
  #giveUpAt = Number.POSITIVE_INFINITY;
  #retryNow: () => void = () => undefined;

  constructor(store: ContentStore, options: QueueOptions = {}) {
    this.#store = store;
    this.#options = {
      flushIntervalMs: options.flushIntervalMs ?? 50,
      maxBatch: options.maxBatch ?? 500,
      maxQueue: options.maxQueue ?? 10_000,
      isSecret: options.isSecret ?? secretNames(),
      oversized: options.oversized ?? 'refuse',
      actions: options.actions ?? new ActionBook(),
      onError: unfailing(options.onError),
    };
  }

  get facts(): QueueFacts {
    return { waiting: this.#queue.length + this.#sending, lost: this.#lost, failedAttempts: this.#failedAttempts };
  }

  record(event: AuditEvent, options?: RecordOptions): Receipt {
    if (this.#closed)
      throw new AuditError('AUDIT_CLOSED', 'the recorder is closed: record before the application shuts down');
    const { oversized, actions } = this.#options;
    const row = prepare(event, this.#options.isSecret, { oversized, actions, ...options });
    if (this.#queue.length + this.#sending >= this.#options.maxQueue) {
      this.#lost += 1;
      throw new AuditError(
        'AUDIT_QUEUE_FULL',
        `${this.#options.maxQueue} events wait for the database: the event is lost. Is the database reachable? maxQueue sets the bound`,
        { lost: this.#lost },
      );
    }
    this.#queue.push(row);
    if (!this.#running) {
      if (this.#queue.length >= this.#options.maxBatch) this.#run();
      else this.#timer ??= setTimeout(() => this.#run(), this.#options.flushIntervalMs);
    }
    return {
      reached: async (durability) => {
        if (durability !== 'async') await this.drain();
        return durability === 'async' ? 'async' : 'committed';
      },
    };
  }

  async drain(): Promise<void> {
    this.#retryNow();
    if (this.#queue.length > 0) this.#run();
    await this.#running;
  }

  /** Writes what waits, for at most `deadlineMs`; what is left then is counted as lost. Resolves with the number lost. */
  async close(deadlineMs: number): Promise<number> {
    this.#closed = true;
    this.#giveUpAt = performance.now() + deadlineMs;
    // The writer itself gives up at the deadline; beyond it only an attempt that gets no answer at all.
    await within(deadlineMs + 250, this.drain());
    return this.#lost + this.facts.waiting;
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#writeAll().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#run(); // came in between the last look and now
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const rows = this.#queue.splice(0, this.#options.maxBatch);
      this.#sending = rows.length;
      await this.#write(rows);
      this.#sending = 0;
      wakeSealer();
    }
  }

  async #write(rows: readonly ContentRow[]): Promise<void> {
    const batch = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#store.append(batch, rows);
      } catch (error) {
        this.#failedAttempts += 1;
        this.#options.onError(error);
        if (isAuditError(error, 'AUDIT_EVENT_INVALID') && rows.length > 1) {
          // One row that the database refuses must not hold up the others.
          const half = Math.ceil(rows.length / 2);
          await this.#write(rows.slice(0, half));
          return await this.#write(rows.slice(half));
        }
        if (isAuditError(error, 'AUDIT_EVENT_INVALID') || performance.now() >= this.#giveUpAt) {
          this.#lost += rows.length;
          return;
        }
        await this.#pause(Math.min(50 * 2 ** attempt, MAX_RETRY_MS, Math.max(0, this.#giveUpAt - performance.now())));
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
