// Captured at import: fake timers must not hang a shutdown.
const { setTimeout, clearTimeout, performance } = globalThis;

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

/**
 * A list that somebody else gives, as long as it goes on: one that hangs, or that never ends, would hang whoever reads it.
 * @param silenceMs how long the next item may take
 * @param wholeMs how long all of them may, with what the reader does in between; absent: as long as they like
 * @throws an error that says so, beside what the list throws
 */
export async function* heard<T>(
  list: AsyncIterable<T>,
  silenceMs: number,
  wholeMs = Number.POSITIVE_INFINITY,
): AsyncGenerator<T> {
  const items = list[Symbol.asyncIterator]();
  const since = performance.now();
  let isOver = false;
  try {
    for (;;) {
      const next = await within(silenceMs, items.next());
      if (next === undefined) throw new Error(`nothing came for ${silenceMs} ms`);
      isOver = next.done === true;
      if (next.done === true) return;
      if (performance.now() - since > wholeMs) throw new Error(`its list has no end within ${wholeMs} ms`);
      yield next.value;
    }
  } finally {
    // Not waited for: one that hangs never returns.
    if (!isOver) void Promise.resolve(items.return?.()).catch(() => undefined);
  }
}
