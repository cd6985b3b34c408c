// Captured at import: fake timers must not hold events back.
const { setTimeout, clearTimeout } = globalThis;

export interface Attempt {
  /** As the work, or rejects when it was abandoned or took too long; the work then goes on unobserved. */
  readonly done: Promise<void>;
  abandon(): void;
}

export function attempt(ms: number, work: Promise<void>): Attempt {
  let abandon: () => void = () => undefined;
  const given = new Promise<void>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`the database has not answered within ${ms} ms`)), ms);
    abandon = () => reject(new Error('the database has not answered in time'));
    void work.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  });
  return { done: Promise.race([work, given]), abandon };
}
