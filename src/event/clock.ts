import { randomBytes } from 'node:crypto';

/** Microseconds since 1970-01-01T00:00:00Z. */
export type Micros = number;

/** The last moment that is a safe integer: 2255-06-05T23:47:34.740991Z. */
export const MAX_MICROS: Micros = Number.MAX_SAFE_INTEGER;

/** Time and randomness, so that tests can hold both still. */
export interface Clock {
  /** Wall clock. */
  now(): Micros;
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonic(): number;
}

export type RandomBytes = (size: number) => Uint8Array;

// Captured at import: a test that installs fake timers must not stop the clock of the log.
const performance = globalThis.performance;
const timeOrigin = performance.timeOrigin;
const DateNow = Date.now;

export const systemClock: Clock = {
  now() {
    // Date.now() follows steps of the system clock, performance.now() has the microseconds; where they disagree by
    // more than a millisecond the wall clock wins.
    const wall = DateNow() * 1000;
    const fine = Math.trunc((timeOrigin + performance.now()) * 1000);
    return Math.abs(fine - wall) <= 1000 ? fine : wall;
  },
  monotonic: () => performance.now(),
};

export const systemRandom: RandomBytes = (size) => randomBytes(size);

/** RFC 3339 UTC with exactly six fraction digits and `Z`. @throws RangeError before 1970 and after `MAX_MICROS` */
export function formatMicros(at: Micros): string {
  if (!Number.isSafeInteger(at) || at < 0) throw new RangeError(`not a time in microseconds: ${at}`);
  const iso = new Date(Math.trunc(at / 1000)).toISOString(); // …SS.mmmZ
  return `${iso.slice(0, -1)}${String(at % 1000).padStart(3, '0')}Z`;
}

/** RFC 3339 UTC with exactly three fraction digits and `Z`; `at` in milliseconds. */
export function formatMillis(at: number): string {
  return new Date(at).toISOString();
}
