import { within } from '../event/deadline.js';
import { AuditError } from '../event/errors.js';
import { whyOf } from './anchors/unavailable.js';
import type { Anchor } from './port.js';

type Put = Parameters<Anchor['put']>[0];

const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 300_000;

// Captured at import, so that a test's fake timers do not stop the log.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Hands checkpoints to one anchor, one at a time. What waits is the newest alone: it proves all before it. An anchor that is away is asked
 * again after a second, then half as often each time, up to five minutes; a newer checkpoint does not make it sooner.
 */
export class AnchorQueue {
  readonly #anchor: Anchor;
  readonly #kept: (size: number) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #patienceMs: number;
  #next: Put | undefined;
  #why = 'it has not answered yet';
  #working: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;

  /**
   * @param kept told of what the anchor has
   * @param patienceMs what it has not taken by then it has not taken: one that hangs is asked again
   */
  constructor(
    anchor: Anchor,
    kept: (size: number) => Promise<void>,
    onError: (error: unknown) => void,
    patienceMs: number,
  ) {
    this.#patienceMs = patienceMs;
    this.#anchor = anchor;
    this.#kept = kept;
    this.#onError = onError;
  }

  /** What it has not taken, and why, for people; `undefined`: it has all. */
  get lacks(): string | undefined {
    return (
      this.#next && `the anchor ${this.#anchor.name} has not the checkpoint of size ${this.#next.size}: ${this.#why}`
    );
  }

  put(checkpoint: Put): void {
    this.#next = checkpoint;
    if (this.#working === undefined && this.#timer === undefined) this.#work();
  }

  /** Resolves when nothing is on its way: what waits for an anchor that is away is asked for once more. */
  async settled(): Promise<void> {
    if (this.#timer !== undefined) this.#work();
    await this.#working;
  }

  #work(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#working ??= this.#all().finally(() => (this.#working = undefined));
  }

  async #all(): Promise<void> {
    while (this.#next !== undefined) {
      const checkpoint = this.#next;
      try {
        const isTaken = await within(
          this.#patienceMs,
          this.#anchor.put(checkpoint).then(() => true),
        );
        if (isTaken !== true) throw new Error(`it did not answer for ${this.#patienceMs} ms`);
        this.#waitMs = FIRST_WAIT_MS;
        if (this.#next === checkpoint) this.#next = undefined;
        await this.#kept(checkpoint.size).catch(() => undefined); // the next one says so too
      } catch (error) {
        this.#why = whyOf(error);
        this.#onError(new AuditError('AUDIT_ANCHOR_FAILED', `the anchor ${this.#anchor.name} did not take the checkpoint of size ${checkpoint.size} (${this.#why}); sealing goes on, and it is tried again`, { anchor: this.#anchor.name, size: checkpoint.size }, error)); // prettier-ignore
        this.#timer = setTimeout(() => this.#work(), this.#waitMs * (0.5 + Math.random())).unref();
        this.#waitMs = Math.min(this.#waitMs * 2, LAST_WAIT_MS);
        return;
      }
    }
  }
}
