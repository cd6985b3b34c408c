import { onWake } from '../event/wake.js';

// Captured at import, so that a test's fake timers do not stop the log.
const { setTimeout, clearTimeout } = globalThis;
const performance = globalThis.performance;

/** When to look again: listens for commits of this process, and for those who wait for one to be sealed. */
export class Pace {
  /** When the first commit since the last look was heard. */
  #committedAt: number | undefined;
  #awaited = false;
  #heard: () => void = () => undefined;
  /** Ends the listening. */
  readonly stop: () => void;

  constructor() {
    this.stop = onWake((awaited = false) => {
      if (awaited) this.hurry();
      else if (this.#committedAt === undefined) {
        this.#committedAt = performance.now();
        this.#heard();
      }
    });
  }

  /** What is heard from now on may not be seen by the look that begins. */
  look(): void {
    this.#committedAt = undefined;
    this.#awaited = false;
  }

  hurry(): void {
    this.#awaited = true;
    this.#heard();
  }

  /**
   * Resolves after `longestMs`; `gatherMs` after a commit, so that the burst that it began comes in; and at once where somebody
   * waits. What was heard since the last look counts.
   */
  async wait(longestMs: number, gatherMs: number): Promise<void> {
    const latest = performance.now() + longestMs;
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.#heard = () => {
        clearTimeout(timer);
        // Without a timer: it would keep nothing alive, and a process that waits for its sealer to stop would end before it has.
        if (this.#awaited) return resolve();
        const until = Math.min(latest, (this.#committedAt ?? latest) + gatherMs);
        // Not kept alive: a script that has nothing else to do ends, and another process seals what it left.
        timer = setTimeout(resolve, Math.max(until - performance.now(), 0)).unref();
      };
      this.#heard();
    });
    this.#heard = () => undefined;
  }
}
