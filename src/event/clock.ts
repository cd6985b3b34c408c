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

/**
 * A wall clock in microseconds out of one that has milliseconds and one that never goes back but drifts from it. What it says lies
 * within the millisecond of the wall clock, follows its steps, and goes back only where that does: what a process does one after
 * the other must not seem to have happened the other way round.
 */
export function microsecondClock(wallMs: () => number, monotonicMs: () => number): () => Micros {
  let offset = 0;
  return () => {
    const wall = wallMs() * 1000;
    const monotonic = monotonicMs() * 1000;
    const fine = Math.round(monotonic + offset);
    const at = Math.min(Math.max(fine, wall), wall + 999);
    if (at !== fine) offset = at - monotonic;
    return at;
  };
}

// Captured at import: a test that installs fake timers must not stop the clock of the log.
const performance = globalThis.performance;
const monotonicMs = (): number => performance.now();

export const systemClock: Clock = { now: microsecondClock(Date.now, monotonicMs), monotonic: monotonicMs };

export const systemRandom: RandomBytes = (size) => randomBytes(size);

/** RFC 3339 UTC with exactly six fraction digits and `Z`. @throws RangeError before 1970 and after `MAX_MICROS` */
export function formatMicros(at: Micros): string {
  if (!Number.isSafeInteger(at) || at < 0) throw new RangeError(`not a time in microseconds: ${at}`);
  const of = Math.trunc(at / 1_000_000);
  // Times come one after the other, thousands of them in the same second.
  if (of !== second.of) second = { of, text: new Date(of * 1000).toISOString().slice(0, -4) }; // …SS.
  return `${second.text}${String(at % 1_000_000).padStart(6, '0')}Z`;
}

let second = { of: 0, text: '1970-01-01T00:00:00.' };

/** RFC 3339 UTC with exactly three fraction digits and `Z`; `at` in milliseconds. */
export function formatMillis(at: number): string {
  return new Date(at).toISOString();
}
