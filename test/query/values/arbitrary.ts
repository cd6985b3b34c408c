import fc from 'fast-check';
import { Prisma } from './world.js';

const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((value) => !value.includes('\0') && value.isWellFormed());
const decimal = (whole: number, fraction: number): fc.Arbitrary<Prisma.Decimal> =>
  fc
    .tuple(
      fc.boolean(),
      fc.stringMatching(new RegExp(`^[0-9]{1,${whole}}$`)),
      fc.stringMatching(new RegExp(`^[0-9]{1,${fraction}}$`)),
    )
    .map(([minus, left, right]) => new Prisma.Decimal(`${minus ? '-' : ''}${left}.${right}`));
/** Years that Prisma can read: it makes no Date of others. */
const date = fc.date({
  min: new Date('0100-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const day = date.map((at) => new Date(at.toISOString().slice(0, 10)));
const time = fc.integer({ min: 0, max: 86_399_999 }).map((ms) => new Date(ms));
const bytes = fc.uint8Array({ maxLength: 20 }).map((from) => Uint8Array.from(from));
const bits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom('0', '1'), { minLength: least, maxLength: most }).map((all) => all.join(''));
const mood = fc.constantFrom('HAPPY' as const, 'SO_SO' as const, 'SAD' as const);
const double = fc.oneof(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), fc.constantFrom(-0, 5e-324, 0.1));
/** With room to spare: members of such names are redacted. */
const SECRET =
  /"[^"]*(pass|pwd|secret|token|otp|cvv|cvc|ssn|pin|credential|authorization|cookie|key|card|recovery|iban)[^"]*":/i;
// Not `toJSON`, which JSON.stringify would call; no NUL, which jsonb refuses; no number of which Prisma itself makes null
// (from 1.79e308); no `__proto__`, which Prisma drops, or fails on where it is null.
const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => value !== null && !/\\u0000|\\ud[89a-f]|toJSON|__proto__|e\+308/i.test(JSON.stringify(value)))
  .filter((value) => !SECRET.test(JSON.stringify(value)))
  .map((value) => value as Prisma.InputJsonValue);
const int = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
const big = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n),
);
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 3 });
const document = fc.oneof({ weight: 4, arbitrary: json }, fc.constantFrom(Prisma.JsonNull, Prisma.DbNull));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 6 });

/** What `create` and `update` take: values of every type. */
export const THING = fc.record({
  text: maybe(text),
  varchar: maybe(text.filter((value) => value.length <= 50)),
  char: maybe(fc.stringMatching(/^[a-z]{0,6}$/)),
  uuid: maybe(fc.uuid()),
  xml: maybe(text.map((value) => `<a>${value.replaceAll(/[^\p{L}\d ]/gu, '')}</a>`)),
  inet: maybe(fc.ipV4()),
  bit: maybe(bits(5, 5)),
  varbit: maybe(bits(0, 9)),
  bool: maybe(fc.boolean()),
  int: maybe(int),
  small: maybe(fc.integer({ min: -32_768, max: 32_767 })),
  oid: maybe(fc.integer({ min: 0, max: 2_147_483_647 })),
  big: maybe(big),
  real: maybe(fc.float({ noNaN: true, noDefaultInfinity: true })),
  double: maybe(double),
  decimal: maybe(fc.oneof(decimal(35, 30), fc.constant(new Prisma.Decimal('1e-20')))),
  exact: maybe(decimal(28, 10)),
  money: maybe(decimal(10, 2)),
  at: maybe(date),
  at6: maybe(date),
  zoned: maybe(date),
  date: maybe(day),
  time: maybe(time),
  timetz: maybe(time),
  bytes: maybe(bytes),
  jsonb: document,
  json: document,
  mood: maybe(mood),
  texts: list(text),
  uuids: list(fc.uuid()),
  bools: list(fc.boolean()),
  ints: list(int),
  bigs: list(big),
  doubles: list(double),
  decimals: list(decimal(28, 10)),
  ats: list(date),
  dates: list(day),
  blobs: list(bytes),
  jsons: list(json),
  moods: list(mood),
});
