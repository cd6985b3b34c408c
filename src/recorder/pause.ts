// Captured at import: fake timers must not hold events back.
const { setTimeout, clearTimeout } = globalThis;

/** The wait between attempts, which can be cut short. */
export class Pause {
  #end: () => void = () => undefined;

  /** Resolves after `ms` milliseconds, or when `end()` is called. */
  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.#end();
  }
}
