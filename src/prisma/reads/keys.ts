import { types } from 'node:util';
import type { CatalogueModel } from '../../event/catalogue.js';
import { projected, resourceId } from '../../event/identity.js';
import type { KeyPart } from '../../event/types.js';
import { isObject, type Unknowns } from './unknowns.js';

/** A primary key as text; of a composite one its parts. */
export type Key = string | readonly string[];

/** The key of a row, where the row holds all of it. */
export function keyOf({ id }: CatalogueModel, row: Unknowns): Key | undefined {
  const parts: string[] = [];
  for (const field of id) {
    const part = keyText(row[field]);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return id.length === 1 ? parts[0] : parts.length === 0 ? undefined : parts;
}

/** The key that the `where` of a unique search names: by its field, or by those of a composite key under one name. */
export function keyInWhere(model: CatalogueModel, where: unknown): Key | undefined {
  if (!isObject(where)) return undefined;
  const candidates = [where, ...(model.id.length > 1 ? Object.values(where) : [])];
  for (const each of candidates) {
    const key = isObject(each) ? keyOf(model, each) : undefined;
    if (key !== undefined) return key;
  }
  return undefined;
}

/** As short as an id is kept in an index: lists of them stay small. */
export function shortKey(key: Key): Key {
  const short = (text: string): string => projected(text) ?? '';
  return typeof key === 'string' ? short(key) : key.map((part) => short(part));
}

/** In the form that the log has for keys (`resourceId()`); bytes as PostgreSQL writes them in JSON. */
function keyText(part: unknown): string | undefined {
  if (part === undefined || part === null) return undefined;
  if (types.isUint8Array(part)) return `\\x${Buffer.from(part).toString('hex')}`;
  // A condition (`{ equals: 1 }`) is no key; of objects a Decimal is one.
  if (typeof part === 'object' && !types.isDate(part)) return isDecimal(part) ? part.toFixed() : undefined;
  return resourceId(part as KeyPart); // whatever it is: it has been made text of all there is
}

function isDecimal(part: object): part is { toFixed(): string } {
  return 'toDecimalPlaces' in part && 'toFixed' in part;
}
