/**
 * Whether a value that is shown in the client's types is the one that was sealed as the database wrote it. Total, and never sure of more than
 * it computes: a name of an enum that the client calls otherwise is not the same.
 */
export function isSameValue(sealed: unknown, shown: unknown): boolean {
  if (JSON.stringify(sealed) === JSON.stringify(shown)) return true;
  if (typeof sealed === 'object' || typeof shown === 'object') return areSameMembers(sealed, shown);
  const [a, b] = [String(sealed), String(shown)];
  return a === b || isSameNumber(a, b) || isSameMoment(a, b);
}

function areSameMembers(sealed: unknown, shown: unknown): boolean {
  if (typeof sealed !== 'object' || typeof shown !== 'object' || sealed === null || shown === null) return false;
  if (Array.isArray(sealed) !== Array.isArray(shown)) return false;
  const [a, b] = [Object.entries(sealed), Object.entries(shown)];
  return a.length === b.length && a.every(([name, value], i) => b[i]?.[0] === name && isSameValue(value, b[i][1]));
}

const NUMBER = /^(-?)0*(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;
const LONGEST = 1_000;

/** By digits, which no arithmetic rounds: `10.00` is `10` and `1e1`. Money is `-$1,234.50`. */
function isSameNumber(sealed: string, shown: string): boolean {
  const a = digitsOf(sealed.replace(/^-?\$/, (sign) => sign.slice(0, -1)).replaceAll(',', ''));
  return a !== undefined && a === digitsOf(shown);
}

function digitsOf(text: string): string | undefined {
  const [, sign, whole = '', part = '', exponent = '0'] = text.length > LONGEST ? [] : (NUMBER.exec(text) ?? []);
  if (sign === undefined || whole + part === '') return /^-?\.?0+\.?0*(e.*)?$/i.test(text) ? '0' : undefined;
  const all = whole + part;
  const digits = all.replace(/^0+/, '').replace(/0+$/, '');
  const trailing = all.length - all.replace(/0+$/, '').length;
  return digits === '' ? '0' : `${sign}${digits}e${Number(exponent) - part.length + trailing}`;
}

const TIME = /^(?:\d{4,6}-\d\d-\d\d)?[T ]?(?:\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?$/;

/** To the millisecond, which is all that the client's times have. Columns without a zone are UTC there, and a time of the day is one of 1970-01-01. */
function isSameMoment(sealed: string, shown: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(shown) || sealed.length > 40 || !TIME.test(sealed)) return false;
  const dated = /^\d\d:/.test(sealed) ? `1970-01-01T${sealed}` : sealed.replace(' ', 'T');
  const zoned = /T.*(Z|[+-]\d\d(:?\d\d)?)$/.test(dated) ? dated.replace(/([+-]\d\d)$/, '$1:00') : dated.includes('T') ? `${dated}Z` : dated; // prettier-ignore
  const millis = Date.parse(zoned.replace(/(\.\d{3})\d+/, '$1'));
  return !Number.isNaN(millis) && millis === Date.parse(shown);
}
