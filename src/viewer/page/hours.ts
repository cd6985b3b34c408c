/** A bar of the chart: what was sealed from `at` on, for `step` milliseconds. */
export interface Bar {
  readonly at: number;
  readonly count: number;
  readonly failed: number;
}

const HOUR = 3_600_000;

/** Hours of one bar, so that there are not more than the eye can tell apart. */
export const stepOf = (hours: number): number => (hours <= 168 ? 1 : hours <= 24 * 31 ? 6 : 24) * HOUR;

/**
 * All bars up to now, the oldest first; hours without entries are in the answer left out, and here nothing.
 * @param hours how far back
 */
export function barsOf(
  found: readonly { readonly at: string; readonly count: number; readonly failed: number }[],
  hours: number,
  now: number,
): readonly Bar[] {
  const step = stepOf(hours);
  const last = Math.floor(now / step) * step;
  const first = Math.floor((now - hours * HOUR) / HOUR + 1) * HOUR;
  const bars = new Map<number, { at: number; count: number; failed: number }>();
  for (let at = Math.floor(first / step) * step; at <= last; at += step) bars.set(at, { at, count: 0, failed: 0 });
  for (const { at, count, failed } of found) {
    const bar = bars.get(Math.floor(Date.parse(at) / step) * step);
    if (bar === undefined) continue;
    bar.count += count;
    bar.failed += failed;
  }
  return [...bars.values()];
}

/** The top of the scale: the next round number whose half is one too. */
export function topOf(bars: readonly Bar[]): number {
  const most = Math.max(4, ...bars.map(({ count }) => count));
  const size = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 6, 8, 10].map((times) => times * size).find((top) => top >= most) ?? most;
}
