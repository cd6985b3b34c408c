// Captured at import, so that a test's fake timers do not stop a follower.
const { setTimeout, clearTimeout } = globalThis;

/** Resolves after `ms` milliseconds, or when the signal is aborted. It keeps the process: one that only follows goes on. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

/**
 * The wait before an attempt, after so many that failed in a row: between half of it and all, so that the followers of many processes do not come back to a target
 * that recovers in one moment.
 */
export function backOff(failures: number, { minMs, maxMs }: { minMs: number; maxMs: number }): number {
  const most = Math.min(minMs * 2 ** Math.min(failures - 1, 30), maxMs);
  return most / 2 + Math.random() * (most / 2);
}
