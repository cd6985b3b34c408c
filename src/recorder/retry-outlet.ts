import type { ContentStore } from '../store/content.port.js';
import { writeBatch, type Batch } from './batch.js';
import type { Outlet, OutletEvents } from './outlet.js';
import { Pause } from './pause.js';

const MAX_RETRY_MS = 5_000;

/** The database alone: a batch that failed stays in memory and is repeated under the same name until it is written. */
export class RetryOutlet implements Outlet {
  readonly #store: ContentStore;
  readonly #events: OutletEvents;
  readonly #pause = new Pause();
  #gaveUp = false;

  readonly ready = Promise.resolve();
  readonly facts = {};

  constructor(store: ContentStore, events: OutletEvents) {
    this.#store = store;
    this.#events = events;
  }

  async put(batch: Batch): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await writeBatch(this.#store, batch, (error, lost) => {
          this.#events.onFailure(error);
          this.#events.onLost(lost);
        });
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
  }

  makeRoom(): void {
    // There is nowhere else.
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  rest(): Promise<void> {
    return Promise.resolve();
  }

  giveUp(): void {
    this.#gaveUp = true;
    this.#pause.end();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
