// A log may write a value as PostgreSQL prints it, as Prisma's JavaScript does, or by the name an enum has in the schema.
// All of these say the same to a reader, and count as the same.

/** `enums`: names of enum values in the schema to those in the database. Both values are text, or null. */
export function sameValue(left, right, enums) {
  // To Prisma a list that is not there is an empty one.
  const [a, b] = [left, right].map((value) => (value === '[]' ? null : parsed(value)));
  return deepEqual(a, b, enums);
}

function parsed(text) {
  if (typeof text !== 'string' || !/^[[{]/.test(text)) return text;
  try {
    // Numbers stay text: they may have more digits than a number of JavaScript.
    return JSON.parse(
      text.replace(/("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/g, (_, s, n) => s ?? `"${n}"`),
    );
  } catch {
    return text;
  }
}

function deepEqual(a, b, enums) {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => deepEqual(item, b[i], enums));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => deepEqual(a[key], b[key], enums));
  }
  if (isObject(a) || isObject(b)) return bytes(a) !== undefined && bytes(a) === bytes(b);
  if (typeof a !== 'string' || typeof b !== 'string') return String(a) === String(b);
  return enums[a] === b || enums[b] === a || sameNumber(a, b) || sameTime(a, b);
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** `\x00ff`, or `{"0": 0, "1": 255}`, which is what a Uint8Array becomes as an object. */
function bytes(value) {
  if (typeof value === 'string') return value.startsWith('\\x') ? value.slice(2) : undefined;
  return Object.values(value)
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('');
}

function sameNumber(a, b) {
  const number = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
  if (!number.test(a) || !number.test(b)) return false;
  const plain = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (plain(a) === plain(b)) return true;
  // Beyond fifteen digits a number of JavaScript is equal to its neighbours.
  return a.replace(/\D/g, '').length <= 15 && b.replace(/\D/g, '').length <= 15 && Number(a) === Number(b);
}

function sameTime(a, b) {
  const time = /^\d{4}-\d\d-\d\d([T ]|$)/;
  if (!time.test(a) || !time.test(b)) return false;
  const utc = (text) => Date.parse(/^\d{4}-\d\d-\d\d$|Z$|[+-]\d\d(:?\d\d)?$/.test(text) ? text : `${text}Z`);
  return utc(a) === utc(b);
}
