/**
 * "Something was committed": the wrapped driver adapter and the recorder say it, a sealer in the same process hears it
 * and need not wait for its next poll. A hint only: losing one costs latency, never an entry.
 * One registry for the process, under `Symbol.for`, since the ESM and the CJS build can both be loaded.
 */
const KEY = Symbol.for('nestjs-prisma-audit.wake');
type Registry = { [KEY]?: Set<() => void> };

const listeners: Set<() => void> = ((globalThis as Registry)[KEY] ??= new Set());

export function wakeSealer(): void {
  for (const listener of listeners) listener();
}

/** Returns the way to stop listening. */
export function onWake(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
