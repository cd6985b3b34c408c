import { randomUUID } from 'node:crypto';
import { ActionBook } from '../event/action-book.js';
import { within } from '../event/deadline.js';
import { AuditError, isAuditError, unfailing } from '../event/errors.js';
import { secretNames } from '../event/redaction.js';
import type { AuditEvent, Durability } from '../event/types.js';
import { wakeSealer } from '../event/wake.js';
import type { ContentRow, ContentStore } from '../store/content.port.js';
import { weigh, type Batch, type Taken } from './batch.js';
import type { Outlet } from './outlet.js';
import type { Receipt, Recorder, RecordOptions } from './port.js';
import { prepare } from './prepare.js';
import { gapRow, Shed, type Gap } from './gap.js';
import { Progress } from './progress.js';
import type { CloseFacts, QueueFacts, QueueOptions } from './queue-options.js';
import { receiptOf } from './receipt.js';
import { RetryOutlet } from './retry-outlet.js';
import { SealedWatch } from './sealed-watch.js';
import { whyRefused } from './why-refused.js';
import { SpoolOutlet, type SpoolEvents } from './spool/spool-outlet.js';

/** A batch is full at this size, whatever the number of its events. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** An attempt of the database without an answer by then is taken for failed, where there is a spool. */
const MAX_ATTEMPT_MS = 2_000;

// Captured at import: fake timers must not hold events back.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** Group commit: events wait a moment for others and are written together, in their order, one batch at a time. */
export class QueueRecorder implements Recorder {
  readonly #options: Required<Omit<QueueOptions, 'spool' | 'disk'>> & Pick<QueueOptions, 'spool'>;
  readonly #outlet: Outlet;
  readonly #sealed: SealedWatch;
  #queue: Taken[] = [];
  /** Of the queue and the batch under way. */
  #bytes = 0;
  #sending = 0;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hurried = false;
  #lost = 0;
  #failedAttempts = 0;
  readonly #shed = new Shed();
  #closed = false;

  /** Since when the database takes nothing, and why. */
  #failing: { readonly since: number; readonly why: string } | undefined;

  constructor(content: ContentStore, options: QueueOptions = {}) {
    const store = this.#watched(content);
    this.#options = {
      flushIntervalMs: options.flushIntervalMs ?? 50,
      maxBatch: options.maxBatch ?? 500,
      maxQueue: options.maxQueue ?? 10_000,
      maxQueueBytes: options.maxQueueBytes ?? 64 * 1024 * 1024,
      durability: options.durability ?? 'async',
      durabilityTimeoutMs: options.durabilityTimeoutMs ?? 5_000,
      isSecret: options.isSecret ?? secretNames(),
      oversized: options.oversized ?? 'refuse',
      actions: options.actions ?? new ActionBook(),
      onError: unfailing(options.onError),
      spool: options.spool,
    };
    this.#sealed = new SealedWatch(store, this.#options.durabilityTimeoutMs);
    const events: SpoolEvents = {
      onFailure: (error) => {
        this.#failedAttempts += 1;
        this.#options.onError(error);
      },
      onLost: (count) => (this.#lost += count),
      onGap: (gap) => this.gap(gap),
      onRelief: () => this.#tellShed(),
    };
    const attemptMs = Math.min(MAX_ATTEMPT_MS, this.#options.durabilityTimeoutMs / 2);
    this.#outlet = options.spool
      ? new SpoolOutlet(store, options.spool, attemptMs, events, options.disk)
      : new RetryOutlet(store, events);
  }

  /**
   * Resolves when it can be used as configured; it takes events before that.
   * @throws AuditError `AUDIT_SPOOL_UNUSABLE`
   */
  ready(): Promise<void> {
    return this.#outlet.ready;
  }

  get facts(): QueueFacts {
    return {
      waiting: this.#waiting,
      lost: this.#lost,
      failedAttempts: this.#failedAttempts,
      ...this.#outlet.facts,
      shed: this.#shed.total,
    };
  }

  /** For how long the database has taken nothing of what waits, in milliseconds, and why; `undefined` if it does. */
  get failing(): { readonly forMs: number; readonly why: string } | undefined {
    if (!this.#failing) return undefined;
    return { forMs: performance.now() - this.#failing.since, why: this.#failing.why };
  }

  #watched(store: ContentStore): ContentStore {
    return {
      ...store,
      append: async (...batch) => {
        try {
          await store.append(...batch);
          this.#failing = undefined;
        } catch (error) {
          if (!isAuditError(error, 'AUDIT_EVENT_INVALID') && !isAuditError(error, 'AUDIT_EVENT_HELD'))
            this.#failing = { since: this.#failing?.since ?? performance.now(), why: whyRefused(error) };
          throw error;
        }
      },
    };
  }

  get #waiting(): number {
    return this.#queue.length + this.#sending + this.#outlet.held;
  }

  record(event: AuditEvent, options?: RecordOptions): Receipt {
    this.#open();
    const { oversized, actions } = this.#options;
    const row = prepare(event, this.#options.isSecret, { oversized, actions, ...options });
    return this.take(row, options?.durability ?? actions.find(event.action)?.durability ?? this.#options.durability);
  }

  /** As `record()`, what the door has made already. */
  take(row: ContentRow, durability: Durability): Receipt {
    this.#open();
    const receipt = (progress: Progress): Receipt =>
      receiptOf(progress, {
        durability,
        timeoutMs: this.#options.durabilityTimeoutMs,
        hurry: () => this.#hurry(),
        sealed: () => this.#sealed.all(),
      });
    const refused = this.#refusal();
    if (refused) {
      if (refused.code === 'AUDIT_SPOOL_FULL' && this.#options.spool?.atBound === 'shed') {
        this.#shed.one();
        const shed = new Progress();
        shed.settle('lost', refused);
        return receipt(shed);
      }
      this.#lost += 1;
      throw refused;
    }
    this.#tellShed();
    const progress = this.#push(row, durability);
    return receipt(progress);
  }

  /** Says of an event that the log does not have, and nobody else can be told. */
  lose(error: unknown): void {
    this.#lost += 1;
    this.#options.onError(error);
  }

  /** Says that events are missing. */
  gap(gap: Gap): void {
    this.#push(gapRow(gap));
  }

  #open(): void {
    if (this.#closed)
      throw new AuditError('AUDIT_CLOSED', 'the recorder is closed: record before the application shuts down');
  }

  drain(): Promise<void> {
    return this.#empty(() => this.#outlet.settled());
  }

  /**
   * Writes what waits, for at most `deadlineMs`. Takes nothing more from now on.
   * Resolves with what became of the events, at the latest a moment after the deadline.
   */
  async close(deadlineMs: number): Promise<CloseFacts> {
    this.#closed = true;
    this.#tellShed();
    await within(deadlineMs, this.#rest());
    this.#outlet.giveUp();
    // Beyond the deadline only an attempt that gets no answer at all, or a disk.
    await within(250, this.#rest());
    const { spooled = 0 } = this.#outlet.facts;
    await within(250, this.#outlet.close());
    return { lost: this.#lost + this.#waiting, spooled };
  }

  #rest(): Promise<void> {
    return this.#empty(() => this.#outlet.rest());
  }

  async #empty(outlet: () => Promise<void>): Promise<void> {
    do {
      this.#outlet.retryNow();
      if (this.#queue.length > 0) this.#run();
      await this.#running;
      await outlet();
    } while (this.#waiting > 0);
  }

  #refusal(): AuditError | undefined {
    const { maxQueue, maxQueueBytes } = this.#options;
    if (this.#waiting >= maxQueue / 2 || this.#bytes >= maxQueueBytes / 2) this.#outlet.makeRoom();
    if (this.#waiting >= maxQueue || this.#bytes >= maxQueueBytes) {
      return new AuditError(
        'AUDIT_QUEUE_FULL',
        `${this.#waiting} events (${this.#bytes} bytes) wait for the database: the event is lost. Is the database reachable? maxQueue and maxQueueBytes set the bound`,
        { lost: this.#lost + 1 },
      );
    }
    const full = this.#outlet.refuses(this.#bytes);
    return full === undefined
      ? undefined
      : new AuditError('AUDIT_SPOOL_FULL', `the event is lost: ${full}`, { lost: this.#lost + 1 });
  }

  #push(row: ContentRow, durability: Durability = 'async'): Progress {
    const taken = { row, bytes: weigh(row), progress: new Progress() };
    this.#queue.push(taken);
    this.#bytes += taken.bytes;
    if (!this.#running) {
      if (this.#queue.length >= this.#options.maxBatch) this.#run();
      else if (durability === 'async') this.#timer ??= setTimeout(() => this.#run(), this.#options.flushIntervalMs);
      else this.#hurry();
    }
    return taken.progress;
  }

  #tellShed(): void {
    const gap = this.#shed.take();
    if (gap) this.gap(gap);
  }

  /** Somebody waits: what is there is written at the end of this turn of the event loop, with what else comes in it. */
  #hurry(): void {
    if (this.#running || this.#hurried) return;
    this.#hurried = true;
    setImmediate(() => {
      this.#hurried = false;
      if (this.#queue.length > 0) this.#run();
    });
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
      const batch = this.#take();
      this.#sending = batch.events.length;
      await this.#outlet.put(batch);
      this.#sending = 0;
      for (const { bytes } of batch.events) this.#bytes -= bytes;
      wakeSealer();
    }
  }

  #take(): Batch {
    let count = 0;
    for (let bytes = 0; count < this.#options.maxBatch && bytes < BATCH_BYTES; count += 1) {
      const next = this.#queue[count];
      if (!next) break;
      bytes += next.bytes;
    }
    return { name: randomUUID(), events: this.#queue.splice(0, count) };
  }
}
