import { types } from 'node:util';
import type { CatalogueField, CatalogueModel } from '../../event/catalogue.js';
import { projected, resourceId } from '../../event/identity.js';
import type { KeyPart } from '../../event/types.js';
import { isObject, type Unknowns } from './unknowns.js';

/** A primary key as text; of a composite one its parts. */
export type Key = string | readonly string[];

/** The key of a row, where the row holds all of it. */
export function keyOf({ id, fields }: CatalogueModel, row: Unknowns): Key | undefined {
  const parts: string[] = [];
  for (const field of id) {
    const part = keyText(row[field], fields[field]);
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

/** As entries of changes have it, so that the reads of a record are found beside its changes: the text of PostgreSQL's JSON. */
function keyText(part: unknown, field: CatalogueField | undefined): string | undefined {
  if (part === undefined || part === null) return undefined;
  if (types.isUint8Array(part)) return `\\x${Buffer.from(part).toString('hex')}`;
  if (types.isDate(part)) return Number.isFinite(part.getTime()) ? timeText(part, field?.native?.[0]) : undefined;
  // A condition (`{ equals: 1 }`) is no key; of objects a Decimal is one.
  if (typeof part === 'object') return isDecimal(part) ? part.toFixed() : undefined;
  return resourceId(part as KeyPart); // whatever it is: it has been made text of all there is
}

/** A date or a time by the type of its column; `timestamp` is Prisma's default. */
function timeText(at: Date, type = 'Timestamp'): string {
  const [date = '', clock = ''] = at.toISOString().slice(0, -1).split('T');
  const time = clock.replace(/\.?0+$/, '');
  if (type === 'Date') return date;
  if (type === 'Time') return time;
  if (type === 'Timetz') return `${time}+00`;
  return `${date}T${time}${type === 'Timestamptz' ? '+00:00' : ''}`;
}

function isDecimal(part: object): part is { toFixed(): string } {
  return 'toDecimalPlaces' in part && 'toFixed' in part;
}
