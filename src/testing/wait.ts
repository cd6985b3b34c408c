// Node's own, taken at import: fake timers replace those of globalThis, and would hold a test up for ever.
import { setTimeout } from 'node:timers';

const EVERY_MS = 5;

/**
 * Looks until there is something to see, for about `ms`. Counts its looks rather than read a clock, since a test may have
 * stopped the clock.
 */
export async function until<T>(ms: number, look: () => T | undefined): Promise<T | undefined> {
  for (let left = Math.ceil(ms / EVERY_MS); ; left -= 1) {
    const seen = look();
    if (seen !== undefined || left <= 0) return seen;
    await new Promise<void>((resolve) => void setTimeout(resolve, EVERY_MS));
  }
}
