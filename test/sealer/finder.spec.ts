import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Finder } from '../../src/sealer/finder.js';
import type { CapturedRow, Reading } from '../../src/store/log.port.js';
import { full } from '../support/full.js';
import { RULES, World, type Rules } from './world.js';

type Step = readonly [
  'begin' | 'write' | 'undo' | 'commit' | 'roll back' | 'look' | 'bind' | 'open a chain' | 'change the leader',
  number,
  number,
];

const step = (kinds: readonly Step[0][]): fc.Arbitrary<Step> =>
  fc.tuple(fc.constantFrom(...kinds), fc.nat(7), fc.integer({ min: 1, max: 4 }));
const writers = step(['begin', 'write', 'write', 'write', 'undo', 'commit', 'roll back']);
const sealer = step(['look', 'look', 'look', 'bind', 'bind', 'open a chain', 'change the leader']);
const schedules = fc.array(fc.oneof({ weight: 3, arbitrary: writers }, { weight: 2, arbitrary: sealer }), {
  maxLength: 120,
  size: 'max',
  minLength: 20,
});

/** Runs a schedule, then lets all transactions end, and says what went wrong. */
function play(schedule: readonly Step[], rules: Rules): Finder {
  const world = new World(rules);
  let finder = new Finder(0, []);
  const sealed: number[] = [];
  let low = 0;

  const look = (limit: number): number => {
    const reading = world.read(finder.gaps, finder.high, limit);
    const rows = finder.take(reading).map(({ pos }) => pos);
    sealed.push(...rows);
    world.seal(rows);
    if (rows.length > 0) low = finder.low; // saved with the entries
    check(
      rows.every((pos, i) => pos > (rows[i - 1] ?? 0)),
      'rows are in order',
    );
    checkRanges(finder);
    const settled = new Set(sealed);
    const atRisk = [...world.committed.filter((pos) => !settled.has(pos)), ...world.undecided];
    check(!atRisk.some((pos) => pos <= finder.low), 'below low, all is settled');
    return reading.rows.length;
  };

  for (const [kind, which, count] of schedule) {
    if (kind === 'begin') world.begin();
    else if (kind === 'write' || kind === 'undo') world.write(which, count, kind === 'undo');
    else if (kind === 'commit') world.end(which, 'committed');
    else if (kind === 'roll back') world.end(which, 'rolled back');
    else if (kind === 'look') look(count + which);
    else if (kind === 'bind') world.bind(finder);
    else if (kind === 'open a chain') {
      const position = world.openChain();
      world.seal([position]);
      sealed.push(position);
      finder.sealedByUs([position]);
    } else {
      const { high, gaps } = world.unsettled(low);
      finder = new Finder(high, gaps);
    }
  }
  world.endAll();
  // The first empty look can find a hole, the second has its bound, the third gives it up.
  for (let empty = 0; empty < 3;) {
    empty = look(5) > 0 ? 0 : empty + 1;
    world.bind(finder);
  }
  expect(sealed.toSorted((a, b) => a - b)).toEqual(world.committed); // nothing lost, nothing doubled
  return finder;
}

function checkRanges({ gaps, high, low }: Finder): void {
  let before = 0;
  for (const { from, to } of gaps) {
    check(from > before && to >= from && to < high, 'gaps are ascending ranges below the greatest position seen');
    before = to;
  }
  check(low === (gaps[0]?.from ?? high + 1) - 1, 'low lies before the first gap');
}

/** As `expect`, of which a thousand schedules would need a million. */
function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

describe('the finder, under any order of writes, commits, rollbacks, looks and leaders', () => {
  it('loses nothing, doubles nothing, and ends without a gap', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const { gaps, low, high } = play(schedule, RULES);
        check(gaps.length === 0 && low === high, 'all gaps are given up at last');
      }),
      { numRuns: full ? 100_000 : 2_000 },
    );
  });

  it.each<[string, Partial<Rules>]>([
    ['the bound is the greatest completed transaction', { bound: 'greatest completed' }],
    ['the bound was taken before the hole was seen', { bound: 'before the reading' }],
    ['a row has its position before its transaction id', { idFirst: false }],
    ['a session takes positions in advance', { cache: 4 }],
  ])('fails without the rule: %s', (_, missing) => {
    const result = fc.check(
      fc.property(schedules, (schedule) => void play(schedule, { ...RULES, ...missing })),
      { numRuns: 30_000, seed: 1, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
    expect(result.errorInstance).toHaveProperty('message', expect.stringContaining('below low, all is settled'));
  });
});

describe('a gap', () => {
  const reading = (positions: number[], horizon: bigint, complete = true): Reading => ({
    complete,
    rows: positions.map((pos) => ({ pos }) as CapturedRow),
    horizon,
    now: 0,
  });

  it('is a range, however many positions a rolled-back statement has used up', () => {
    const finder = new Finder(0, []);
    finder.take(reading([1, 1_000_002], 5n));
    expect(finder.gaps).toEqual([expect.objectContaining({ from: 2, to: 1_000_001 })]);
    expect(finder.low).toBe(1);
  });

  it('is given up when the horizon has passed its bound, not when it has reached it', () => {
    const finder = new Finder(0, []);
    finder.take(reading([2], 5n));
    expect(finder.needsBound).toBe(true);
    finder.bind(7n);
    finder.take(reading([], 7n)); // the transaction with id 7 is the oldest that runs
    expect(finder.gaps).toHaveLength(1);
    finder.take(reading([], 8n));
    expect(finder.gaps).toEqual([]);
    expect(finder.low).toBe(2);
  });

  it('keeps its first bound, so that new holes do not put it off for ever', () => {
    const finder = new Finder(0, []);
    finder.take(reading([2], 5n));
    finder.bind(7n);
    finder.take(reading([4], 6n));
    finder.bind(20n);
    finder.take(reading([], 8n));
    expect(finder.gaps).toEqual([{ from: 3, to: 3, bound: 20n }]);
  });

  it('is not given up beyond the last row of a full reading, which has not looked there', () => {
    const finder = new Finder(10, [{ from: 1, to: 9 }]);
    finder.bind(7n);
    finder.take(reading([2, 4], 100n, false));
    expect(finder.gaps).toEqual([expect.objectContaining({ from: 5, to: 9 })]);
    expect(finder.low).toBe(4);
  });

  it('is kept below a row that was set aside, and nothing of it is read again', () => {
    const finder = new Finder(0, []);
    finder.setAside(finder.take(reading([1, 2, 3], 5n)).slice(1));
    expect([finder.low, finder.high, finder.gaps]).toEqual([1, 3, []]);
  });

  it('can be reopened below what was settled', () => {
    const finder = new Finder(10, []);
    finder.reopen([{ from: 3, to: 3 }]);
    expect(finder.low).toBe(2);
    expect(finder.take(reading([3, 11], 5n)).map(({ pos }) => pos)).toEqual([3, 11]);
    expect(finder.low).toBe(11);
  });
});
