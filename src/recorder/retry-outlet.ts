import type { ContentStore } from '../store/content.port.js';
import { writeBatch, type Batch } from './batch.js';
import type { Outlet, OutletEvents } from './outlet.js';
import { HeldEvents } from './held-events.js';
import { Pause } from './pause.js';

const MAX_RETRY_MS = 5_000;

/** The database alone: a batch that failed stays in memory and is repeated under the same name until it is written. */
export class RetryOutlet implements Outlet {
  readonly #store: ContentStore;
  readonly #events: OutletEvents;
  readonly #pause = new Pause();
  readonly #held: HeldEvents;
  #gaveUp = false;

  readonly ready = Promise.resolve();
  readonly facts = {};

  constructor(store: ContentStore, events: OutletEvents) {
    this.#store = store;
    this.#events = events;
    this.#held = new HeldEvents(store, events);
  }

  get held(): number {
    return this.#held.count;
  }

  async put(batch: Batch): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const held = await writeBatch(this.#store, batch, (error, lost) => {
          this.#events.onFailure(error);
          this.#events.onLost(lost);
        });
        return this.#held.add(held);
      } catch (error) {
        this.#events.onFailure(error);
        if (this.#gaveUp) {
          const lost = batch.events.filter(({ progress }) => progress.stage === 'waiting');
          for (const { progress } of lost) progress.settle('lost', error);
          return this.#events.onLost(lost.length);
        }
        await this.#pause.wait(Math.min(50 * 2 ** attempt, MAX_RETRY_MS));
      }
    }
  }

  refuses(): undefined {
    return undefined;
  }

  retryNow(): void {
    this.#pause.end();
    this.#held.retryNow();
  }

  makeRoom(): void {
    // There is nowhere else.
  }

  settled(): Promise<void> {
    return this.#held.settled();
  }

  rest(): Promise<void> {
    return this.#held.settled();
  }

  giveUp(): void {
    this.#gaveUp = true;
    this.#pause.end();
    this.#held.giveUp();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
