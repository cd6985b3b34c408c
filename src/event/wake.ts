/**
 * "Something was committed": the wrapped driver adapter, a pool of `auditPool()` and the recorder say it, a sealer in the same process hears it
 * and need not wait for its next poll. A hint only: losing one costs latency, never an entry.
 * One registry for the process, under `Symbol.for`, since the ESM and the CJS build can both be loaded.
 */
const KEY = Symbol.for('nestjs-prisma-audit.wake');
type Registry = { [KEY]?: Set<WakeListener> };

/** @param awaited somebody does nothing until it is sealed */
export type WakeListener = (awaited?: boolean) => void;

const listeners: Set<WakeListener> = ((globalThis as Registry)[KEY] ??= new Set());

/** @param awaited the caller waits for what was committed to be sealed. @defaultValue false */
export function wakeSealer(awaited = false): void {
  for (const listener of listeners) listener(awaited);
}

/** Returns the way to stop listening. */
export function onWake(listener: WakeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
