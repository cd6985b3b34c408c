import type { Field, Model, Schema } from '../world/model.js';
import type { Tape } from './tape.js';

/** So many values there are of each key, so that programs meet the rows of the seed, and each other's. */
export const KEYS = 6;

/** Rows of the seed in each table, as far as its keys allow: those with the first keys. */
export const SOWN = 3;

/** Of a row that is likely there; 0 by default. */
export const likelyKey = (tape: Tape): number => (tape.chance(15) ? tape.below(KEYS) : tape.below(SOWN));

/** Of a row that is likely not there yet. */
export const freshKey = (tape: Tape): number => (tape.chance(10) ? tape.below(KEYS) : SOWN + tape.below(KEYS - SOWN));

type Values = (k: number, native: string | undefined, args: readonly string[]) => unknown;

const uuid = (k: number): string => `00000000-0000-4000-8000-00000000000${k}`;
const bytes = (k: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([[], [0], [255, 0, 1], [39, 92], [k, k, k]][k % 5]!);

/** The k-th value of a key: another one for each k, and the same one wherever the type is the same. */
const KEY_VALUES: Record<string, Values> = {
  Int: (k) => k + 1,
  BigInt: (k) => [1n, 2n, 9007199254740993n, -5n, 9223372036854775807n, 6n][k % 6],
  Float: (k) => k + 0.5,
  Decimal: (k) => `${k + 1}`,
  String: (k, native, args) => textOf(k, native, args, ['a', 'b-2', "o'c", 'é"x', 'e', 'f f']),
  Boolean: (k) => k % 2 === 1,
  DateTime: (k) => new Date(Date.UTC(2020, 0, 1 + k)),
  Bytes: (k) => Uint8Array.from([k]),
  Json: (k) => ({ k }),
};

/** Of columns that no key is part of. */
export const TEXTS = ['x', '', 'naïve ☃ 𝄞', 'it\'s */ -- "q" \\ ;', 'line\nbreak\ttab', 'null'];

const PLAIN_VALUES: Record<string, Values> = {
  Int: (k) => [0, 1, -7, 32767, 12, 3][k % 6],
  BigInt: (k) => [0n, 9007199254740993n, -1n, 9223372036854775807n, -9223372036854775808n, 7n][k % 6],
  Float: (k) => [0, 1.5, -0.1, 1e-20, 16777216, 0.30000001192092896][k % 6],
  Decimal: (k, _native, args) =>
    (args.length > 0
      ? ['0', '1.5', '-0.01', '9.99', '7', '0.10']
      : ['0', '1.50', '-0.0000000001', '12345678901234567890.123', '1e-20', '7'])[k % 6],
  String: (k, native, args) => textOf(k, native, args, TEXTS),
  Boolean: (k) => k % 2 === 1,
  DateTime: (k) =>
    new Date(
      [
        '2020-01-01T00:00:00.000Z',
        '1999-12-31T23:59:59.999Z',
        '2024-02-29T12:00:00.123Z',
        '1900-01-01T00:00:00.000Z',
        '2021-06-15T06:07:08.009Z',
        '2000-01-01T01:02:03.000Z',
      ][k % 6]!,
    ),
  Bytes: (k) => bytes(k),
  Json: (k) => [{}, [], { a: [1, { b: null }], z: 'ü' }, 'text', 12.5, { deep: { deeper: [true, false] } }][k % 6],
};

function textOf(k: number, native: string | undefined, args: readonly string[], pool: readonly string[]): string {
  if (native === 'Uuid') return uuid(k % 10);
  if (native === 'Inet') return `10.0.0.${k}`;
  if (native === 'Xml') return `<a n="${k}"/>`;
  if (native === 'Bit') return String(k % 2).repeat(Number(args[0] ?? 1));
  if (native === 'VarBit') return k.toString(2);
  const text = pool[k % pool.length]!;
  const most = Number(args[0] ?? Infinity);
  if (native === 'Char') return text.replaceAll(/\s/g, '_').slice(0, most).padEnd(Math.min(most, 12), '.');
  // By characters: half a pair of surrogates is no text.
  return Array.from(text).slice(0, most).join('');
}

function single(schema: Schema, model: Model, field: Field, k: number): unknown {
  const values = schema.enums.get(field.type);
  if (values) return values[k % values.length];
  const make = (model.keyed.has(field.name) ? KEY_VALUES : PLAIN_VALUES)[field.type];
  // The witness reads `[[]]` back as an array of arrays, whatever PostgreSQL meant by it: a list of documents holds objects.
  if (field.isList && field.type === 'Json') return { k };
  if (!make) throw new Error(`no values for the type ${field.type}`);
  return make(k, field.nativeType?.[0], field.nativeType?.[1] ?? []);
}

/** The k-th value of a field, never null. */
export function keyValue(schema: Schema, model: Model, name: string, k: number): unknown {
  const field = model.fields.find((candidate) => candidate.name === name);
  if (!field) throw new Error(`${model.name} has no field ${name}`);
  return field.isList ? [single(schema, model, field, k)] : single(schema, model, field, k);
}

export const isRequired = (field: Field): boolean => field.isRequired && !field.isList;

/** Any value that the field can have. */
export function anyValue(schema: Schema, model: Model, field: Field, tape: Tape): unknown {
  const pool = model.keyed.has(field.name) ? KEYS : 6;
  if (field.isList) return Array.from({ length: tape.below(4) }, () => single(schema, model, field, tape.below(pool)));
  if (!field.isRequired && field.type !== 'Json' && tape.chance(25)) return null;
  return single(schema, model, field, tape.below(pool));
}

/** The where that finds the row with the k-th key. */
export function whereUnique(schema: Schema, model: Model, tape: Tape): Record<string, unknown> {
  const unique = tape.chance(25) ? tape.pick(model.uniques) : model.uniques[0]!;
  const k = likelyKey(tape);
  const values = Object.fromEntries(
    // Mostly the same k for all its parts, as the rows of the seed have.
    unique.fields.map((name) => [name, keyValue(schema, model, name, tape.chance(20) ? tape.below(KEYS) : k)]),
  );
  return unique.fields.length === 1 ? values : { [unique.name]: values };
}

/** The where of the row with the k-th id. */
export function whereKey(schema: Schema, model: Model, k: number): Record<string, unknown> {
  const { name = '', fields = [] } = model.uniques[0] ?? {};
  const values = Object.fromEntries(fields.map((field) => [field, keyValue(schema, model, field, k)]));
  return fields.length === 1 ? values : { [name]: values };
}
