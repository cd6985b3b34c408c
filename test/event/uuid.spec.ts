import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { uuidV7Floor, uuidV7Millis, uuidV7Minter } from '../../src/event/uuid.js';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const T0 = Date.UTC(2026, 0, 1) * 1000;
const micros = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('a UUIDv7', () => {
  it('has version and variant, and the milliseconds of its moment', () => {
    const mint = uuidV7Minter();
    fc.assert(
      fc.property(micros, (at) => {
        const id = mint(at);
        expect(id).toMatch(V7);
        expect(uuidV7Millis(id)).toBe(Math.floor(at / 1000));
      }),
    );
  });

  it('orders by the microsecond, although it was minted in another order', () => {
    const mint = uuidV7Minter();
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        fc.pre(a !== b);
        expect(mint(a) < mint(b)).toBe(a < b);
      }),
    );
    const millisecond = Array.from({ length: 1000 }, (_, i) => T0 + i);
    const ids = millisecond.toReversed().map((at) => mint(at));
    expect(ids.toReversed()).toEqual(ids.toSorted());
  });

  it('ascends when many fall into one microsecond', () => {
    const mint = uuidV7Minter();
    const ids = Array.from({ length: 5000 }, () => mint(T0));
    expect(ids).toEqual(ids.toSorted());
  });

  it('is unique: 100,000 of one moment, in one lane, in many, in none, and of two minters', () => {
    const lanes = uuidV7Minter();
    const other = uuidV7Minter();
    const ids = new Set<string>();
    for (let i = 0; i < 25_000; i += 1) {
      ids
        .add(lanes(T0, 'one'))
        .add(lanes(T0, String(i)))
        .add(lanes(T0))
        .add(other(T0));
    }
    expect(ids.size).toBe(100_000);
  });

  it('goes on in the next microsecond when the counter is full', () => {
    const mint = uuidV7Minter();
    let last = '';
    for (let i = 0; i <= 0xfffff; i += 1) last = mint(T0, 'full');
    const next = mint(T0, 'full');
    const after = mint(T0, 'full');
    expect([last, next, after]).toEqual([last, next, after].toSorted());
    // 4,096 steps a millisecond: the second microsecond is step 4.
    expect(last.slice(14, 23)).toBe('7000-bfff');
    expect(next.slice(14, 23)).toBe('7004-8000');
    expect(after.slice(14, 23)).toBe('7004-8000');
    expect(after > next).toBe(true);
  });

  it('is filled up with fresh randomness each time', () => {
    let calls = 0;
    const mint = uuidV7Minter((size) => new Uint8Array(size).fill((calls += 1)));
    const tails = Array.from({ length: 600 }, () => mint(T0).slice(26));
    // 256 ids from one draw.
    expect(new Set(tails.slice(0, 256))).toEqual(new Set(['0202020202']));
    expect(tails[256]).toBe('0303030303');
    expect(tails[599]).toBe('0404040404');
  });
});

describe('ids of one lane', () => {
  it('never go down, also when the clock does', () => {
    const times = fc.array(fc.integer({ min: T0, max: T0 + 5 }), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(times, (moments) => {
        const mint = uuidV7Minter();
        const ids = moments.map((at) => mint(at, 'tx'));
        expect(ids).toEqual(ids.toSorted());
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('never go down when those of other lanes come in between', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: T0, max: T0 + 3 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (minted) => {
        const mint = uuidV7Minter();
        const ids = minted.map(([lane, at]) => [lane, mint(at, lane)] as const);
        for (const name of ['a', 'b', 'c']) {
          const own = ids.filter(([lane]) => lane === name).map(([, id]) => id);
          expect(own).toEqual(own.toSorted());
        }
        expect(new Set(ids.map(([, id]) => id)).size).toBe(ids.length);
      }),
    );
  });

  it('are remembered over 2,000 other lanes', () => {
    const mint = uuidV7Minter();
    const first = mint(T0 + 1000, 'old');
    for (let i = 0; i < 2000; i += 1) mint(T0, `lane ${i}`);
    expect(mint(T0, 'old') > first).toBe(true);
  });

  it('do not lift those of another lane, nor those without one', () => {
    const mint = uuidV7Minter();
    mint(T0 + 60_000_000, 'a');
    expect(uuidV7Millis(mint(T0, 'b'))).toBe(T0 / 1000);
    expect(uuidV7Millis(mint(T0))).toBe(T0 / 1000);
  });
});

describe('the floor of a moment', () => {
  it('is at or below every id of that millisecond, and above all before', () => {
    const mint = uuidV7Minter((size) => new Uint8Array(size)); // the smallest random bits
    const highest = uuidV7Minter((size) => new Uint8Array(size).fill(0xff));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Math.floor(Number.MAX_SAFE_INTEGER / 1000) - 1 }), (ms) => {
        expect(uuidV7Floor(ms) <= mint(ms * 1000)).toBe(true);
        expect(uuidV7Floor(ms) > highest(ms * 1000 - 1)).toBe(true);
      }),
    );
  });

  it('is a UUIDv7 of its own, and ends at 1970', () => {
    expect(uuidV7Floor(T0 / 1000)).toMatch(V7);
    expect(uuidV7Millis(uuidV7Floor(T0 / 1000))).toBe(T0 / 1000);
    expect(uuidV7Floor(-5)).toBe('00000000-0000-7000-8000-000000000000');
    expect(uuidV7Floor(1.9)).toBe(uuidV7Floor(1));
  });
});
