/** Where an event is. All but `waiting` are final for whoever asks: what is on disk is safe, and will be committed. */
export type Stage = 'waiting' | 'committed' | 'spooled' | 'lost';

/** How far one event came. Holds nothing of the event, so that a receipt which somebody keeps costs no memory. */
export class Progress {
  #stage: Stage = 'waiting';
  #cause: unknown;
  #listeners: (() => void)[] = [];

  get stage(): Stage {
    return this.#stage;
  }

  /** Why it is lost. */
  get cause(): unknown {
    return this.#cause;
  }

  /** The first call counts. */
  settle(stage: Exclude<Stage, 'waiting'>, cause?: unknown): void {
    if (this.#stage !== 'waiting') return;
    this.#stage = stage;
    this.#cause = cause;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  /** Resolves when it waits no longer. */
  settled(): Promise<void> {
    if (this.#stage !== 'waiting') return Promise.resolve();
    return new Promise((resolve) => this.#listeners.push(resolve));
  }
}
