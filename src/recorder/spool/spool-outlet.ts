import { AuditError } from '../../event/errors.js';
import { wakeSealer } from '../../event/wake.js';
import type { ContentRow, ContentStore } from '../../store/content.port.js';
import { writeBatch, type Batch, type Taken } from '../batch.js';
import { flagged, type Gap } from '../gap.js';
import type { Outlet, OutletEvents } from '../outlet.js';
import { Pause } from '../pause.js';
import { Progress } from '../progress.js';
import { attempt, type Attempt } from './attempt.js';
import type { Disk } from './disk.js';
import { Spool, spoolFull } from './spool.js';

export interface SpoolOptions {
  /** On a local disk, of this machine alone; made with mode 0700. Several processes may name the same. */
  readonly directory: string;
  /** Size of what one process keeps there. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * At that size, or when the disk is full: `record()` throws `AUDIT_SPOOL_FULL`, or the event is left out, counted, and the
   * log says so in an entry `audit.shed`, flagged `gap`. @defaultValue `'fail'`
   */
  readonly atBound?: 'fail' | 'shed' | undefined;
}

export interface SpoolEvents extends OutletEvents {
  /** The log misses something. */
  readonly onGap: (gap: Gap) => void;
  /** There is room again, or nothing on disk any more. */
  readonly onRelief: () => void;
}

const MAX_RETRY_MS = 2_000;
const FULL_RETRY_MS = 500;
const HELD_RETRY_MS = 100;
const ADOPT_EVERY_MS = 30_000;

// Captured at import: fake timers must not hold events back.
const { setInterval, clearInterval } = globalThis;

/**
 * The database with a disk beside it. A batch whose first attempt fails goes to the disk, and so does everything after it,
 * until what is on disk has been written, in its order. Then the database alone again.
 */
export class SpoolOutlet implements Outlet {
  readonly #store: ContentStore;
  readonly #spool: Spool;
  readonly #events: SpoolEvents;
  readonly #maxBytes: number;
  readonly #attemptMs: number;
  readonly #pause = new Pause();
  readonly #fullPause = new Pause();
  readonly ready: Promise<void>;
  readonly #opened: Promise<void>;
  /** Something is on disk, so that nothing may go to the database before it. */
  #spooling = false;
  #appending: Promise<void> | undefined;
  #replaying: Promise<void> | undefined;
  #attempt: Attempt | undefined;
  #full: string | undefined;
  #atBound = false;
  #gaveUp = false;
  #onReplayFailure: () => void = () => undefined;
  readonly #adopting: NodeJS.Timeout;

  /** @throws AuditError `AUDIT_SPOOL_UNUSABLE` */
  constructor(store: ContentStore, options: SpoolOptions, attemptMs: number, events: SpoolEvents, disk?: Disk) {
    this.#store = store;
    this.#events = events;
    this.#attemptMs = attemptMs;
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#spool = new Spool(
      {
        directory: options.directory,
        maxBytes: this.#maxBytes,
        onDamage: (damage) => this.#damaged(damage),
        onUnfit: (file, why) =>
          events.onFailure(
            new AuditError(
              'AUDIT_SPOOL_DAMAGED',
              `${JSON.stringify(file)} has a name of the spool, and is left alone: ${why}. Look who put it there, and take it away`,
              { file },
            ),
          ),
      },
      disk,
    );
    this.ready = this.#spool.open();
    this.#opened = this.ready.then(
      () => this.#afterAdoption(),
      (error: unknown) => events.onFailure(error),
    );
    this.#adopting = setInterval(() => this.#adoptMore(), ADOPT_EVERY_MS);
    this.#adopting.unref();
  }

  get facts(): { spooled: number; spoolBytes: number } {
    return { spooled: this.#spool.rows, spoolBytes: this.#spool.bytes };
  }

  async put(batch: Batch): Promise<void> {
    await this.#opened;
    let left: Batch | undefined = batch;
    if (!this.#spooling && !this.#gaveUp) left = await this.#try(batch);
    if (left) await (this.#appending = this.#keep(left).finally(() => (this.#appending = undefined)));
  }

  refuses(waitingBytes: number): string | undefined {
    if (this.#full !== undefined) return this.#full;
    const { bytes } = this.#spool;
    // Once at the bound, until there is some room: not one gap after the other.
    const bound = this.#atBound ? this.#maxBytes * 0.8 : this.#maxBytes;
    this.#atBound = this.#spooling && bytes + waitingBytes > bound;
    return this.#atBound ? spoolFull(bytes, this.#maxBytes).message : undefined;
  }

  retryNow(): void {
    this.#pause.end();
    this.#fullPause.end();
  }

  makeRoom(): void {
    this.#attempt?.abandon();
  }

  async settled(): Promise<void> {
    await this.#opened;
    while (this.#replaying && !this.#gaveUp) await this.#replaying;
  }

  async rest(): Promise<void> {
    await this.#opened;
    if (!this.#replaying) return;
    const failed = new Promise<void>((resolve) => (this.#onReplayFailure = resolve));
    this.retryNow();
    await Promise.race([this.settled(), failed]);
  }

  giveUp(): void {
    this.#gaveUp = true;
    this.#attempt?.abandon();
    this.retryNow();
  }

  async close(): Promise<void> {
    clearInterval(this.#adopting);
    await this.#opened;
    await this.#spool.close();
  }

  /** On disk, all of them. */
  readonly held = 0;

  /** What the database does not have now: all of it, or what another transaction holds. An attempt without an answer counts as failed: its name makes a second one harmless. */
  async #try(batch: Batch): Promise<Batch | undefined> {
    let held: readonly Taken[] = [];
    const writing = writeBatch(this.#store, batch, this.#onRefused).then((left) => void (held = left));
    this.#attempt = attempt(this.#attemptMs, writing);
    try {
      await this.#attempt.done;
      return held.length > 0 ? { name: batch.name, events: held } : undefined;
    } catch (error) {
      this.#events.onFailure(error);
      return batch;
    } finally {
      this.#attempt = undefined;
    }
  }

  /** On disk; where that is full, in memory until there is room on disk or the database is back. */
  async #keep(given: Batch): Promise<void> {
    this.#spooling = true;
    for (let batch = given; ;) {
      const left = batch.events.filter(({ progress }) => progress.stage === 'waiting');
      if (left.length === 0) break; // an attempt that was taken for failed has been answered
      try {
        // Whole, so that the name stands for the same events as in the attempt that failed.
        await this.#spool.append(
          batch.name,
          batch.events.map(({ row }) => row),
        );
        for (const { progress } of left) progress.settle('spooled');
        break;
      } catch (error) {
        if (this.#full === undefined) this.#events.onFailure(error);
        this.#full = error instanceof Error ? error.message : String(error);
        const unwritten = this.#spool.isEmpty ? await this.#try(batch) : batch;
        if (!unwritten) break;
        batch = unwritten;
        if (this.#gaveUp) {
          for (const { progress } of left) progress.settle('lost', error);
          this.#events.onLost(left.length);
          break;
        }
        await this.#fullPause.wait(FULL_RETRY_MS);
      }
    }
    if (this.#full !== undefined) {
      this.#full = undefined;
      this.#events.onRelief();
    }
    this.#replay();
  }

  #replay(): void {
    if (this.#replaying || this.#gaveUp) return;
    this.#replaying = this.#replayAll().finally(() => {
      this.#replaying = undefined;
      if (this.#spooling) this.#replay(); // something was taken over between the last look and now
    });
  }

  async #replayAll(): Promise<void> {
    for (let failures = 0; !this.#gaveUp;) {
      try {
        const frame = await this.#spool.oldest();
        if (frame) {
          const events = frame.rows.map((row) => ({
            row: { ...row, flags: flagged(row.flags, 'replayed') },
            bytes: 0,
            progress: new Progress(), // who waited for it was told that it is spooled
          }));
          const held = await writeBatch(this.#store, { name: frame.batch, events }, this.#onRefused);
          if (held.length > 0) {
            // Behind everything else, so that nothing waits for them; there before they are taken out here.
            const rows = held.map((taken) => frame.rows[events.findIndex((each) => each === taken)] as ContentRow);
            await this.#spool.append(frame.batch, rows);
            this.#onReplayFailure();
            await this.#pause.wait(HELD_RETRY_MS);
          }
          await this.#spool.drop();
          this.#fullPause.end();
          wakeSealer();
          failures = 0;
        } else if (this.#appending) {
          await this.#appending;
        } else if (this.#spool.isEmpty) {
          this.#spooling = false;
          this.#events.onRelief();
          return;
        }
      } catch (error) {
        this.#events.onFailure(error);
        this.#onReplayFailure();
        failures += 1;
        await this.#pause.wait(Math.min(50 * 2 ** failures, MAX_RETRY_MS));
      }
    }
  }

  readonly #onRefused = (error: unknown, lost: number): void => {
    this.#events.onFailure(error);
    this.#events.onLost(lost);
  };

  #afterAdoption(): void {
    if (this.#spool.isEmpty) return;
    this.#spooling = true;
    this.#replay();
  }

  #adoptMore(): void {
    this.#spool.adopt().then(
      () => this.#afterAdoption(),
      (error: unknown) => this.#events.onFailure(error),
    );
  }

  #damaged({ file, bytes, torn, id }: { file: string; bytes: number; torn: boolean; id: string }): void {
    const what = torn ? 'the end of a file of the spool is cut off or damaged' : 'a file of the spool is damaged';
    this.#events.onFailure(
      new AuditError('AUDIT_SPOOL_DAMAGED', `${what}: ${bytes} bytes are kept in ${file}`, { file, bytes, torn }),
    );
    this.#events.onGap({ action: 'audit.spool.damaged', details: { bytes, torn, id }, eventId: `spool-damage-${id}` });
  }
}
