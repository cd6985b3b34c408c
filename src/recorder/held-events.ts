import { randomUUID } from 'node:crypto';
import type { ContentStore } from '../store/content.port.js';
import { writeBatch, type Taken } from './batch.js';
import type { OutletEvents } from './outlet.js';
import { Pause } from './pause.js';

const RETRY_MS = 250;

/**
 * Events whose `eventId` an open transaction holds: whether they are written is decided when that one ends. They wait here, and
 * nobody waits for them.
 */
export class HeldEvents {
  readonly #store: ContentStore;
  readonly #events: OutletEvents;
  readonly #pause = new Pause();
  #waiting: Taken[] = [];
  #running: Promise<void> | undefined;
  #gaveUp = false;

  constructor(store: ContentStore, events: OutletEvents) {
    this.#store = store;
    this.#events = events;
  }

  get count(): number {
    return this.#waiting.length;
  }

  add(held: readonly Taken[]): void {
    if (held.length === 0) return;
    this.#waiting.push(...held);
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  retryNow(): void {
    this.#pause.end();
  }

  giveUp(): void {
    this.#gaveUp = true;
    this.#pause.end();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      for (const taken of this.#waiting) {
        try {
          // Its own key says whether it is there already, so the name of its batch does not matter.
          const held = await writeBatch(this.#store, { name: randomUUID(), events: [taken] }, (error, lost) => {
            this.#events.onFailure(error);
            this.#events.onLost(lost);
          });
          if (held.length === 0) this.#waiting = this.#waiting.filter((each) => each !== taken);
        } catch (error) {
          this.#events.onFailure(error);
          break; // the database is away
        }
      }
      if (this.#gaveUp) {
        for (const { progress } of this.#waiting) progress.settle('lost');
        this.#events.onLost(this.#waiting.length);
        this.#waiting = [];
      }
      if (this.#waiting.length > 0) await this.#pause.wait(RETRY_MS);
    }
  }
}
