import { describe, expect, it } from '@jest/globals';
import {
  ago,
  inputTime,
  momentOf,
  offsetOf,
  ownZone,
  wallTime,
  zoneOf,
  zoneText,
} from '../../../src/viewer/page/time.js';

describe('a time in a zone', () => {
  it.each([
    ['2026-12-01T15:18:50.123456Z', 'UTC', '2026-12-01 15:18:50'],
    ['2026-12-01T23:30:00Z', 'Europe/Berlin', '2026-12-02 00:30:00'],
    ['2026-12-01T00:10:00Z', 'America/New_York', '2026-11-30 19:10:00'],
    ['2026-06-01T12:00:00Z', 'Asia/Kathmandu', '2026-06-01 17:45:00'],
    ['2026-12-01T00:00:00Z', 'UTC', '2026-12-01 00:00:00'],
  ])('%s in %s is %s', (at, zone, expected) => {
    const wall = wallTime(at, zone);
    expect(`${wall?.date} ${wall?.time}`).toBe(expected);
  });

  it.each(['', 'yesterday', '+300000-01-01T00:00:00Z'])('%p is none', (at) =>
    expect(wallTime(at, 'UTC')).toBeUndefined(),
  );

  it.each([
    ['UTC', 'UTC'],
    ['Europe/Berlin', 'Europe/Berlin (UTC+01:00)'],
    ['Europe/London', 'Europe/London (UTC)'],
  ])('%s is said once', (zone, expected) => expect(zoneText(zone, Date.parse('2026-12-01T00:00:00Z'))).toBe(expected));

  it.each([
    ['2026-12-01T10:00:00.123Z', 'UTC'],
    ['2026-12-01 10:00:00+00', 'UTC'],
    ['2026-12-01 10:00:00.5-0330', 'UTC−03:30'],
    ['2026-12-01T10:00+02:00', 'UTC+02:00'],
    ['2026-12-01T10:00:00', ''],
    ['2026-12-01', undefined],
    ['at 2026-12-01T10:00:00Z', undefined],
    ['', undefined],
  ])('%p in a value says the zone %p for itself', (text, expected) => expect(ownZone(text)).toBe(expected));

  it('has the offset of its day, with its sign', () => {
    expect(offsetOf('Europe/Berlin', Date.parse('2026-12-01'))).toBe('UTC+01:00');
    expect(offsetOf('Europe/Berlin', Date.parse('2026-07-01'))).toBe('UTC+02:00');
    expect(offsetOf('America/St_Johns', Date.parse('2026-12-01'))).toBe('UTC−03:30');
    expect(offsetOf('UTC', 0)).toBe('UTC');
  });
});

describe('a zone', () => {
  it('that there is not is the browser’s', () => {
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(zoneOf('Mars/Olympus')).toBe(here);
    expect(zoneOf(undefined)).toBe(here);
    expect(zoneOf('Asia/Tokyo')).toBe('Asia/Tokyo');
  });
});

describe('what a clock shows', () => {
  it.each([
    ['2026-12-01T15:18', 'Europe/Berlin', '2026-12-01T14:18:00.000Z'],
    ['2026-07-01T15:18:30', 'Europe/Berlin', '2026-07-01T13:18:30.000Z'],
    ['2026-12-01T00:00', 'Pacific/Kiritimati', '2026-11-30T10:00:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'], // comes twice: the first
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'], // is left out
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'], // comes twice: the first
  ])('%s in %s was at %s', (wall, zone, expected) => {
    expect(new Date(momentOf(wall, zone) ?? Number.NaN).toISOString()).toBe(expected);
  });

  it('nothing is no moment', () => expect(momentOf('', 'UTC')).toBeUndefined());

  it.each(['Europe/Berlin', 'Australia/Lord_Howe'])(
    'is read back through every hour of a year in %s, but for those that come twice',
    (zone) => {
      let twice = 0;
      for (let at = Date.parse('2026-01-01T00:00:00Z'); at < Date.parse('2027-01-01T00:00:00Z'); at += 3_600_000) {
        const read = momentOf(inputTime(new Date(at).toISOString(), zone), zone);
        if (read !== at) twice += 1;
      }
      expect(twice).toBeLessThanOrEqual(1);
    },
  );
});

describe('how long ago', () => {
  it.each([
    [-5_000, 0, 'now'],
    [59_000, 0, 'now'],
    [60_000, 1, 'min'],
    [3_600_000, 1, 'h'],
    [47 * 3_600_000, 47, 'h'],
    [49 * 3_600_000, 2, 'd'],
  ])('%p ms are %p %s', (ms, count, unit) => expect(ago(0, ms)).toEqual({ count, unit }));
});
