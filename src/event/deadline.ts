// Captured at import: fake timers must not hang a shutdown.
const { setTimeout, clearTimeout } = globalThis;

/** The result of `work`, or `undefined` when it takes longer than `ms` milliseconds; it then goes on unobserved. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  work.catch(() => undefined); // what fails after the deadline has nobody to tell
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
