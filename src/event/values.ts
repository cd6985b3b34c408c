import type { JsonValue } from './types.js';

/** Prisma's Decimal (decimal.js), as far as a reader needs it. */
export interface DecimalValue {
  toString(): string;
  toFixed(decimalPlaces?: number): string;
  toNumber(): number;
}

/** `Prisma.JsonNull`: a JSON null, where `null` is a database null. */
export interface JsonNullValue {
  _getNamespace(): string;
  _getName(): string;
  toString(): string;
}

/** The value of a field as Prisma gives it; JSON where nothing tells the field's type. */
export type FieldValue =
  JsonValue | bigint | Date | Uint8Array | DecimalValue | JsonNullValue | readonly FieldValue[] | undefined;
