import type { Batch } from './batch.js';

/** What an outlet tells the queue. */
export interface OutletEvents {
  /** An attempt to write failed. */
  readonly onFailure: (error: unknown) => void;
  /** Events that will never be written. */
  readonly onLost: (count: number) => void;
}

/**
 * Where batches leave memory: the database alone (`Retry`), or the database with a disk beside it (`SpoolOutlet`). The queue
 * puts one batch at a time.
 */
export interface Outlet {
  /** Rejects when it cannot be used at all; batches then go to the database alone. */
  readonly ready: Promise<void>;
  /**
   * Resolves when nobody behind it waits for the batch: each of its events is committed, spooled or lost, or waits apart for the end of
   * a transaction that holds its `eventId`. MUST NOT reject.
   */
  put(batch: Batch): Promise<void>;
  /** Why another event cannot be taken in although memory has room; `undefined` if it can. */
  refuses(waitingBytes: number): string | undefined;
  /** Somebody waits for it: a pause between attempts ends now. */
  retryNow(): void;
  /** Memory is short: an attempt that has no answer yet is left to itself, where the batch is safe elsewhere. */
  makeRoom(): void;
  /** Resolves when everything that was put is committed (or lost), not only spooled. */
  settled(): Promise<void>;
  /** Resolves when everything that was put is committed, or on disk while the database is found to be still away. */
  rest(): Promise<void>;
  /** From now on nothing is waited for: what is put is written at once, spooled or lost. */
  giveUp(): void;
  /** Lets go of files. What is spooled stays. */
  close(): Promise<void>;
  /** Events in memory that wait apart. */
  readonly held: number;
  /** What is on disk; nothing where there is no disk. */
  readonly facts: { readonly spooled?: number; readonly spoolBytes?: number };
}
