import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  formatMicros,
  formatMillis,
  MAX_MICROS,
  microsecondClock,
  systemClock,
  systemRandom,
} from '../../src/event/clock.js';

describe('a moment as text', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
    [10, '1970-01-01T00:00:00.000010Z'],
    [999, '1970-01-01T00:00:00.000999Z'],
    [1_000, '1970-01-01T00:00:00.001000Z'],
    [999_999, '1970-01-01T00:00:00.999999Z'],
    [86_399_999_999, '1970-01-01T23:59:59.999999Z'],
    [951_827_696_000_100, '2000-02-29T12:34:56.000100Z'],
    [4_102_444_799_999_999, '2099-12-31T23:59:59.999999Z'],
    [MAX_MICROS, '2255-06-05T23:47:34.740991Z'],
  ])('%d µs', (at, text) => {
    expect(formatMicros(at)).toBe(text);
  });

  it('has six fraction digits, sorts like the number, and loses nothing', () => {
    const micros = fc.integer({ min: 0, max: MAX_MICROS });
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        const [x, y] = [formatMicros(a), formatMicros(b)];
        expect(x).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        expect(x < y).toBe(a < b);
        expect(BigInt(Date.parse(`${x.slice(0, 23)}Z`)) * 1000n + BigInt(x.slice(23, 26))).toBe(BigInt(a));
      }),
    );
  });

  it.each([-1, 0.5, MAX_MICROS + 1, Number.NaN, Number.POSITIVE_INFINITY, 253_402_300_799_000_000])(
    'refuses %d rather than write something near it',
    (at) => {
      expect(() => formatMicros(at)).toThrow(RangeError);
    },
  );

  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1, '1970-01-01T00:00:00.001Z'],
    [1_767_225_600_010, '2026-01-01T00:00:00.010Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  ])('%d ms has three fraction digits', (at, text) => {
    expect(formatMillis(at)).toBe(text);
  });
});

describe('a clock of microseconds', () => {
  /** What both clocks have at a moment, in microseconds. */
  const at = { wall: 0, monotonic: 0 };
  const clock = (): (() => number) =>
    microsecondClock(
      () => Math.trunc(at.wall / 1000),
      () => at.monotonic / 1000,
    );
  const start = 1_767_225_600_000_000;

  it('stays in the millisecond of the wall clock, and never goes back, however the other drifts', () => {
    // Far more than clocks do, and often within one millisecond: else few of the programs would come to its ends.
    const wait = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 400 }) }, fc.constant(10_000_000));
    const steps = fc.array(wait, { minLength: 10, maxLength: 60 });
    const drift = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(steps, drift, fc.integer({ min: 0, max: 999 }), (waits, wrong, sub) => {
        const now = clock();
        Object.assign(at, { wall: start + sub, monotonic: 12_345.678 });
        let last = 0;
        for (const micros of waits) {
          at.wall += micros;
          at.monotonic += micros * (1 + wrong);
          const said = now();
          expect(Number.isSafeInteger(said)).toBe(true);
          expect(said).toBeGreaterThanOrEqual(last);
          expect(Math.trunc(said / 1000)).toBe(Math.trunc(at.wall / 1000));
          last = said;
        }
      }),
    );
  });

  it('tells microseconds apart, after the other clock has drifted for days too', () => {
    const now = clock();
    Object.assign(at, { wall: start, monotonic: 0 });
    now();
    Object.assign(at, { wall: start + 3 * 86_400_000_000, monotonic: 3 * 86_400_000_000 + 4_000_000 });
    now();
    const said = Array.from({ length: 50 }, () => {
      at.wall += 10_137; // each time in another part of a millisecond
      at.monotonic += 10_137;
      const first = now();
      at.wall += 40;
      at.monotonic += 40;
      return now() - first;
    });
    expect(said.every((micros) => micros >= 0 && micros <= 40)).toBe(true);
    expect(said.slice(-25).filter((micros) => micros === 40).length).toBeGreaterThan(15);
  });

  it('follows a wall clock that is set, forwards and back', () => {
    const now = clock();
    Object.assign(at, { wall: start, monotonic: 0 });
    for (const step of [3_600_000_000, -7_200_000_000, 1_500, -1_500]) {
      at.wall += step;
      at.monotonic += 10;
      expect(Math.trunc(now() / 1000)).toBe(Math.trunc(at.wall / 1000));
    }
  });
});

describe('the system clock', () => {
  it('is the wall clock, in microseconds', () => {
    const before = Date.now();
    const now = systemClock.now();
    const after = Date.now();
    expect(Number.isSafeInteger(now)).toBe(true);
    expect(now).toBeGreaterThanOrEqual(before * 1000 - 1000);
    expect(now).toBeLessThanOrEqual(after * 1000 + 1999);
  });

  it('goes on while a test holds the time still', () => {
    jest.useFakeTimers({ now: 0 });
    try {
      expect(Date.now()).toBe(0);
      expect(systemClock.now()).toBeGreaterThan(1_700_000_000_000_000);
      const then = systemClock.monotonic();
      for (let i = 0; i < 1e6 && systemClock.monotonic() === then; i += 1);
      expect(systemClock.monotonic()).toBeGreaterThan(then);
    } finally {
      jest.useRealTimers();
    }
  });

  it('never goes back by its monotonic hand', () => {
    const ticks = Array.from({ length: 1000 }, () => systemClock.monotonic());
    expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
  });
});

it('system randomness has the size asked for and does not repeat', () => {
  expect(systemRandom(0)).toHaveLength(0);
  expect(systemRandom(16)).toHaveLength(16);
  expect(Buffer.from(systemRandom(16)).equals(systemRandom(16))).toBe(false);
});
