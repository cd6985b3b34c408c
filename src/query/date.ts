const FULL = /^(\d{4,6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00(?::00)?)?)?( BC)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-]\d\d(?::\d\d){0,2})?$/;

/**
 * The Date that Prisma makes of a timestamp, date or time, in UTC; digits beyond milliseconds are cut off, as it does. Years
 * before 1 and after 9999 are read as what they are. `undefined` for `infinity` and for what lies beyond the range of a Date.
 *
 * @param native type of the column: `Date`, `Time`, `Timetz` …
 */
export function dateOf(text: string, native: string | undefined): Date | undefined {
  if (native === 'Time' || native === 'Timetz') {
    const parts = TIME.exec(text);
    // Prisma leaves the offset of a `timetz` out.
    return parts ? make(['1970', '01', '01', ...parts.slice(1, 5)], false) : undefined;
  }
  const parts = FULL.exec(text);
  return parts ? make(parts.slice(1, 8), parts[8] !== undefined) : undefined;
}

function make(parts: readonly (string | undefined)[], before: boolean): Date | undefined {
  const [year, month, day, hours, minutes, seconds] = parts.map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCHours(hours, minutes, seconds, Number((parts[6] ?? '').slice(0, 3).padEnd(3, '0')));
  const rest = date.getTime(); // `24:00:00` is a time that PostgreSQL has
  date.setTime(0);
  date.setUTCFullYear(before ? 1 - year : year, month - 1, day); // 1 BC is year 0
  date.setTime(date.getTime() + rest);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
