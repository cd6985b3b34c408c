/**
 * Whether a value that is shown in the client's types is the one that was sealed as the database wrote it. Total, and never sure of more than
 * it computes: texts are the same where they are, and a name of an enum that the client calls otherwise is not.
 * @param sealed with exact digits
 * @param plain the same as `JSON.parse` has it: there a number is one, and a text of digits is a text
 */
export function isSameValue(sealed: unknown, shown: unknown, plain: unknown = sealed): boolean {
  if (typeof sealed === 'object' || typeof shown === 'object') return areSameMembers(sealed, shown, plain);
  if (sealed === shown) return true;
  const [a, b] = [scalarText(sealed), scalarText(shown)];
  if (a === undefined || b === undefined) return false;
  if (typeof plain === 'number') return isSameNumber(a, b);
  // Of a text nothing but its money and its times can be said otherwise.
  if (typeof sealed !== 'string' || typeof shown !== 'string') return false;
  return isSameMoney(a, b) || isSameMoment(a, b);
}

const scalarText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

function areSameMembers(sealed: unknown, shown: unknown, plain: unknown): boolean {
  if (sealed === null || shown === null) return sealed === shown;
  if (typeof sealed !== 'object' || typeof shown !== 'object') return false;
  if (Array.isArray(sealed) !== Array.isArray(shown)) return false;
  const [a, b] = [Object.entries(sealed), Object.entries(shown)];
  return a.length === b.length && a.every(([name, value], i) => b[i]?.[0] === name && isSameValue(value, b[i][1], memberOf(plain, name) ?? value)); // prettier-ignore
}

const memberOf = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;

/** As JSON has it. */
const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/;
const LONGEST = 1_000;

/** By digits, which no arithmetic rounds: `10.00` is `10` and `1e1`. */
function isSameNumber(sealed: string, shown: string): boolean {
  const digits = digitsOf(sealed);
  return digits !== undefined && digits === digitsOf(shown);
}

function digitsOf(text: string): string | undefined {
  const [, sign, whole = '', part = '', exponent = '0'] = text.length > LONGEST ? [] : (NUMBER.exec(text) ?? []);
  if (sign === undefined) return undefined;
  const all = whole + part;
  const digits = all.replace(/^0+/, '').replace(/0+$/, '');
  const trailing = all.length - all.replace(/0+$/, '').length;
  return digits === '' ? '0' : `${sign}${digits}e${Number(exponent) - part.length + trailing}`;
}

/** Money has its sign, its thousands and two digits behind the point: `-$1,234.50`. Nothing else that is text is a number. */
const isSameMoney = (sealed: string, shown: string): boolean =>
  /^-?\$\d{1,3}(?:,\d{3})*\.\d\d$/.test(sealed) && isSameNumber(sealed.replaceAll(/[$,]/g, ''), shown);

/** As PostgreSQL writes them in JSON: a timestamp with its zone or without, a date, a time of the day. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[+-]\d\d:\d\d|Z)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[+-]\d\d(?::\d\d)?)?$/;

/** To the millisecond, which is all that the client's times have. Columns without a zone are UTC there, and a time of the day is one of 1970-01-01. */
function isSameMoment(sealed: string, shown: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(shown) || sealed.length > 40) return false;
  if (!TIMESTAMP.test(sealed) && !DATE.test(sealed) && !TIME.test(sealed)) return false;
  const dated = TIME.test(sealed) ? `1970-01-01T${sealed}` : sealed;
  const zoned = DATE.test(dated) || /(?:Z|:\d\d[+-]\d\d:\d\d|\.\d+[+-]\d\d:\d\d)$/.test(dated) ? dated : /[+-]\d\d$/.test(dated) ? `${dated}:00` : `${dated}Z`; // prettier-ignore
  const millis = Date.parse(zoned.replace(/(\.\d{3})\d+/, '$1'));
  return !Number.isNaN(millis) && millis === Date.parse(shown);
}
