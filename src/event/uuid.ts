import { systemRandom, type Micros, type RandomBytes } from './clock.js';

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const COUNTER_MAX = 0xfffff;
const LANES_KEPT = 2048;

interface Moment {
  readonly at: Micros;
  readonly counter: number;
}

/**
 * Mints UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, 12 bits of sub-millisecond time (§6.2, method 3),
 * then a 20-bit counter (method 1) and 42 random bits.
 *
 * Ids of one minter with the same `lane` never go down, even if `at` does: entries of one database transaction are
 * minted in the order of their statements, among those of others, and a wall clock may be set back in the middle of it.
 * A lane is forgotten when 2,048 others or more have come since.
 */
export function uuidV7Minter(random: RandomBytes = systemRandom): (at: Micros, lane?: string) => string {
  let lanes = new Map<string, Moment>();
  let olderLanes = lanes;
  let last: Moment = { at: -1, counter: 0 };
  let pool = random(0);
  let used = 0;
  return (at, lane) => {
    const floor = lane === undefined ? undefined : (lanes.get(lane) ?? olderLanes.get(lane));
    if (floor !== undefined && at < floor.at) at = floor.at;
    let counter = at === last.at ? last.counter + 1 : 0;
    if (floor?.at === at) counter = Math.max(counter, floor.counter + 1);
    if (counter > COUNTER_MAX) {
      counter = 0;
      at += 1;
    }
    last = { at, counter };
    if (lane !== undefined) {
      // Two generations, so that forgetting costs nothing.
      if (lanes.size >= LANES_KEPT && !lanes.has(lane)) [olderLanes, lanes] = [lanes, new Map()];
      lanes.set(lane, last);
    }
    if (used + 6 > pool.length) {
      pool = random(6 * 256);
      used = 0;
    }
    const bytes = layout(at, counter, pool, used);
    used += 6;
    return bytes;
  };
}

function layout(at: Micros, counter: number, random: Uint8Array, from: number): string {
  const ms = Math.trunc(at / 1000);
  const sub = Math.trunc(((at % 1000) * 4096) / 1000); // 12 bits
  const high = Math.trunc(ms / 0x1_0000_0000);
  const b = (n: number): string => HEX[n & 0xff] as string;
  const r = (i: number): number => random[from + i] as number;
  return (
    `${b(high >>> 8)}${b(high)}${b(ms >>> 24)}${b(ms >>> 16)}-${b(ms >>> 8)}${b(ms)}-` +
    `${b(0x70 | (sub >>> 8))}${b(sub)}-` +
    // variant 10, then the counter: 6 + 8 + 6 bits
    `${b(0x80 | (counter >>> 14))}${b(counter >>> 6)}-` +
    `${b(((counter & 0x3f) << 2) | (r(0) & 3))}${b(r(1))}${b(r(2))}${b(r(3))}${b(r(4))}${b(r(5))}`
  );
}

const LOWEST = new Uint8Array(6);

/** The part of a UUIDv7 that is its time, 18 characters; in the order of time as text is ordered. */
export function uuidV7Time(at: Micros): string {
  return layout(at, 0, LOWEST, 0).slice(0, 18);
}

/** Milliseconds encoded in a UUIDv7. */
export function uuidV7Millis(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The smallest UUIDv7 of a moment (`at` in milliseconds): a bound for time ranges over ids. */
export function uuidV7Floor(at: number): string {
  const hex = Math.max(0, Math.trunc(at)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
