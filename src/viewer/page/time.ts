/** A zone by its IANA name, or the browser's where that is none. */
export function zoneOf(name: string | undefined): string {
  if (name !== undefined && formatIn(name) !== undefined) return name;
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** `undefined`: there is no such zone. */
function formatIn(zone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(zone)) return formats.get(zone);
  let format: Intl.DateTimeFormat | undefined;
  try {
    // The same in every language: what is read here is compared with what others read.
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch {
    format = undefined;
  }
  formats.set(zone, format);
  return format;
}

/** A moment on the clock of a zone. */
export interface WallTime {
  /** `2026-12-01` */
  readonly date: string;
  /** `15:18:50` */
  readonly time: string;
}

/** `undefined`: the text is no time. */
export function wallTime(at: string | number, zone: string): WallTime | undefined {
  const moment = typeof at === 'number' ? at : Date.parse(at);
  const format = formatIn(zone);
  if (Number.isNaN(moment) || Math.abs(moment) > 8.64e15 || format === undefined) return undefined;
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(moment)) part[type] = value;
  const { year = '', month, day, hour, minute, second } = part;
  return { date: `${year.padStart(4, '0')}-${month}-${day}`, time: `${hour}:${minute}:${second}` };
}

/** `UTC+02:00`, at a moment: a zone has more than one in a year. */
export function offsetOf(zone: string, at: number): string {
  const minutes = Math.round(offsetMs(zone, at) / 60_000);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const pad = (n: number): string => String(n).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** A zone with its offset at a moment, where its name is not that already. */
export function zoneText(zone: string, at: number): string {
  const offset = offsetOf(zone, at);
  return zone === offset ? zone : `${zone} (${offset})`;
}

const STORED = /^\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** The zone that a time in a stored text says for itself, `''` where it says none; `undefined`: it is no time. */
export function ownZone(text: string): string | undefined {
  const found = text.length > 40 ? null : STORED.exec(text);
  if (found === null) return undefined;
  const [, zone = ''] = found;
  const [, sign, hours = '', minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (sign === undefined) return zone === 'Z' ? 'UTC' : '';
  return /^0+$/.test(hours + minutes) ? 'UTC' : `UTC${sign === '-' ? '−' : '+'}${hours}:${minutes}`;
}

/** Milliseconds that the zone's clock is ahead of UTC. */
function offsetMs(zone: string, at: number): number {
  const wall = wallTime(at, zone);
  if (wall === undefined) return 0;
  return Date.parse(`${wall.date}T${wall.time}Z`) - Math.floor(at / 1000) * 1000;
}

/**
 * The moment of what a clock of the zone shows, from `2026-12-01T15:18` with or without seconds. Of an hour that comes twice the
 * first; of one that is left out the moment at which it would have been.
 */
export function momentOf(wall: string, zone: string): number | undefined {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const guesses = [asUtc - offsetMs(zone, asUtc - 86_400_000), asUtc - offsetMs(zone, asUtc + 86_400_000)];
  const right = guesses.filter((guess) => guess + offsetMs(zone, guess) === asUtc);
  return right.length > 0 ? Math.min(...right) : guesses[0];
}

/** For an `<input type="datetime-local">`. */
export function inputTime(at: string, zone: string): string {
  const wall = wallTime(at, zone);
  return wall ? `${wall.date}T${wall.time.slice(0, 5)}` : '';
}

/** `2 h ago`, in the reader's words: `now`, minutes, hours, days. */
export function ago(from: number, now: number): { readonly count: number; readonly unit: 'now' | 'min' | 'h' | 'd' } {
  const minutes = Math.floor(Math.max(0, now - from) / 60_000);
  if (minutes < 1) return { count: 0, unit: 'now' };
  if (minutes < 60) return { count: minutes, unit: 'min' };
  if (minutes < 48 * 60) return { count: Math.floor(minutes / 60), unit: 'h' };
  return { count: Math.floor(minutes / 1440), unit: 'd' };
}

/** Of the browser; `UTC` first. */
export function zones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}
