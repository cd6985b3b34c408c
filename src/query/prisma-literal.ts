import type { CatalogueField } from '../event/catalogue.js';
import type { JsonValue } from '../event/types.js';
import type { FieldValue } from '../event/values.js';

/** A value as source text for a call of Prisma's; nothing for one that it cannot be handed. */
export function literal(value: FieldValue | undefined, field: CatalogueField): string | undefined {
  if (field.kind === 'unsupported' || value === undefined) return undefined;
  if (value === null) return field.type === 'Json' ? 'Prisma.DbNull' : 'null';
  if (field.type === 'Json' && !field.list) return isJsonNull(value) ? 'Prisma.JsonNull' : json(value as JsonValue); // as it was read
  if (Array.isArray(value)) {
    const items = (value as readonly FieldValue[]).map((item) => (field.type === 'Json' ? json(item as JsonValue) : one(item, field))); // prettier-ignore
    return items.every((item) => item !== undefined) ? `[${items.join(', ')}]` : undefined;
  }
  return one(value, field);
}

function one(value: FieldValue, field: CatalogueField): string | undefined {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? undefined : `new Date(${text(value.toISOString())})`;
  if (value instanceof Uint8Array) return `Buffer.from(${text(Buffer.from(value).toString('hex'))}, 'hex')`;
  // oxlint-disable-next-line typescript/no-base-to-string -- a Decimal says its digits
  return field.type === 'Decimal' && value !== null ? `new Prisma.Decimal(${text(String(value))})` : undefined;
}

/** The class is Prisma's own; a document of that shape is not. */
function isJsonNull(value: FieldValue): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value); // prettier-ignore
}

function json(value: JsonValue): string {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map((item) => json(item)).join(', ')}]`;
  return members(Object.entries(value).map(([name, member]) => [name, json(member)]));
}

/** An object literal. @param entries names with the source text of their values */
export function members(entries: readonly (readonly [string, string])[]): string {
  return entries.length === 0 ? '{}' : `{ ${entries.map(([name, value]) => `${key(name)}: ${value}`).join(', ')} }`;
}

/** `__proto__` in brackets, or it would set the prototype. */
function key(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name);
}

/** In one line, of characters that are seen: what turns or hides text is escaped. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
