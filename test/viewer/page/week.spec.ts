import { expect, it } from '@jest/globals';
import { heatOf, hoursOf, tally } from '../../../src/viewer/page/week.js';

it.each([
  ['2026-11-30T00:30:00Z', 'UTC', 0, 0], // a Monday
  ['2026-11-29T23:30:00Z', 'UTC', 6, 23],
  ['2026-11-29T23:30:00Z', 'Europe/Berlin', 0, 0],
  ['2026-03-29T01:30:00.123456Z', 'Europe/Berlin', 6, 3], // the hour that is left out
])('%s in %s is on day %d at %d', (at, zone, day, hour) => {
  const week = hoursOf([at, '', 'nonsense'], zone);
  expect(week.flat().reduce((sum, each) => sum + each)).toBe(1);
  expect(week[day]?.[hour]).toBe(1);
});

it('heat tells nothing from something, and something from the most', () =>
  expect([heatOf(0, 9), heatOf(1, 1000), heatOf(500, 1000), heatOf(1000, 1000), heatOf(1, 1)]).toEqual([0, 1, 3, 4, 4])); // prettier-ignore

it('what is there most comes first, and what is not text nowhere', () =>
  expect(tally(['b', 'a', undefined, '', '__proto__', 'b'], 2)).toEqual([['b', 2], ['__proto__', 1]])); // prettier-ignore
