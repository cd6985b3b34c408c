import { wakeSealer } from '../event/wake.js';
import type { ContentStore } from '../store/content.port.js';

// Captured at import: fake timers must not hold anybody up.
const { setTimeout, setImmediate } = globalThis;
const MAX_WAIT_MS = 50;

/** Waits until what is committed has its entries, in one question for all who ask at the same moment. */
export class SealedWatch {
  readonly #store: Pick<ContentStore, 'position' | 'unsealed'>;
  readonly #patienceMs: number;
  #next: Promise<void> | undefined;

  /** @param patienceMs nobody waits longer than that, so neither does a question */
  constructor(store: Pick<ContentStore, 'position' | 'unsealed'>, patienceMs: number) {
    this.#store = store;
    this.#patienceMs = patienceMs;
  }

  /** Resolves when everything that is committed by now is sealed. May never resolve: the caller MUST have a deadline. */
  all(): Promise<void> {
    return (this.#next ??= this.#watch());
  }

  async #watch(): Promise<void> {
    const until = performance.now() + this.#patienceMs;
    await new Promise((resolve) => setImmediate(resolve)); // for company
    this.#next = undefined; // who asks from now on may have committed after the position that is read next
    let position: number | undefined;
    for (let wait = 2; performance.now() < until; wait = Math.min(wait * 2, MAX_WAIT_MS)) {
      try {
        position ??= await this.#store.position();
        wakeSealer(true);
        if ((await this.#store.unsealed(position)) === 0) return;
      } catch {
        // The database is away for a moment: who waits has a deadline.
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    await new Promise(() => undefined);
  }
}
