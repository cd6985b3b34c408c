import type { Micros } from '../../event/clock.js';

/** A trusted checkpoint that is what the registry was at its size. */
export interface Agreed {
  readonly size: number;
  readonly sealedAt: Micros;
  /** Milliseconds; when an anchor stored it first, if it knows. */
  readonly storedAt: number | undefined;
}

/** Greatest first. @param from sources from this one on */
export function agreedSizes(agreed: ReadonlyMap<number, Agreed>, from = 0): readonly Agreed[] {
  return [...agreed].flatMap(([source, each]) => (source < from ? [] : [each])).toSorted((a, b) => b.size - a.size);
}
