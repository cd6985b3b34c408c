import type { CatalogueField } from '../event/catalogue.js';
import type { JsonValue } from '../event/types.js';
import type { DecimalValue, FieldValue, JsonNullValue } from '../event/values.js';
import { dateOf } from './date.js';

/** The classes of Prisma's that values come back as. */
export interface PrismaValues {
  readonly Decimal: new (text: string) => DecimalValue;
  readonly JsonNull: JsonNullValue;
}

/** A value as Prisma gives it, or the database's text where Prisma's type cannot hold it. */
export type Decoded = { readonly value: FieldValue } | { readonly text: string };

export interface ValueSource {
  readonly field: CatalogueField;
  /** The field's enum: names in the client by those in the database. */
  readonly names?: ReadonlyMap<string, string> | undefined;
  readonly prisma: PrismaValues | undefined;
}

/** Characters beyond which no value of the type is: what is longer would be computed with for seconds. */
const LONGEST = { Int: 40, BigInt: 40, Float: 2_000, Decimal: 150_000, DateTime: 100 };

/** @param value with exact digits (`parseExactJson`); a document as Prisma parses it */
export function decode(value: JsonValue, source: ValueSource): Decoded {
  if (value === null) return { value: null };
  const { list, type } = source.field;
  if (!list) return decodeOne(value, source);
  if (!Array.isArray(value)) return asText(value);
  if (type === 'Json') return { value };
  const items = value.map((item) => (item === null ? { value: null } : decodeOne(item, source)));
  return items.every((item) => 'value' in item) ? { value: items.map((item) => item.value) } : asText(value);
}

function decodeOne(value: Exclude<JsonValue, null>, source: ValueSource): Decoded {
  const { field, names, prisma } = source;
  if (field.type === 'Json') return { value };
  if (field.kind === 'unsupported') return { value };
  if (typeof value === 'boolean') return field.type === 'Boolean' ? { value } : asText(value);
  if (typeof value === 'object') return asText(value);
  const text = typeof value === 'number' ? digits(value) : value;
  if (text.length > LONGEST[field.type as keyof typeof LONGEST]) return asText(text);
  if (field.kind === 'enum') return decoded(names?.get(text), text);
  switch (field.type) {
    case 'String':
      return { value: text };
    case 'Int':
      return decoded(/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined, text);
    case 'BigInt':
      return decoded(/^-?\d+$/.test(text) ? BigInt(text) : undefined, text);
    case 'Float':
      return decoded(text === 'NaN' || (text !== '' && !Number.isNaN(Number(text))) ? Number(text) : undefined, text);
    case 'Decimal':
      return decoded(decimal(field, text, prisma), text);
    case 'DateTime':
      return decoded(dateOf(text, field.native?.[0]), text);
    case 'Bytes':
      return decoded(/^\\x(?:[0-9a-f]{2})*$/.test(text) ? bytes(text) : undefined, text);
    default:
      return asText(value);
  }
}

function decoded(value: FieldValue, text: string): Decoded {
  return value === undefined ? { text } : { value };
}

const asText = (value: JsonValue): Decoded => ({ text: typeof value === 'string' ? value : JSON.stringify(value) });

/** `-0` is a number that JSON has and `String()` loses. */
const digits = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

function decimal(field: CatalogueField, text: string, prisma: PrismaValues | undefined): FieldValue {
  // Money in the locale C, which the capture pins: `-$1,234.50`.
  const plain = field.native?.[0] === 'Money' ? text.replaceAll(/[$,]/g, '') : text;
  if (!/^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/.test(plain)) return undefined;
  return prisma && new prisma.Decimal(plain);
}

/** In an ArrayBuffer of its own, as Prisma's are; a Buffer's may be a part of a pool. */
function bytes(text: string): Uint8Array {
  const from = Buffer.from(text.slice(2), 'hex');
  const copy = new Uint8Array(from.length);
  copy.set(from);
  return copy;
}
