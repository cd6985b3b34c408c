import { hash } from 'node:crypto';
import { AuditError } from '../event/errors.js';
import { resourceId } from '../event/identity.js';
import type { Place } from '../store/entry.port.js';
import { CONDITION_NAMES, isUuid, type AuditQuery } from './query.js';

const FORM = /^([0-9a-f]{12})\.(?:(-?\d{1,19})\.)?([0-9a-f-]{36})$/;

/**
 * Where a page begins: a mark of the conditions and the order, so that a cursor of another query is refused, and the place of an entry. It is
 * no secret, and opens nothing: whoever makes one up sees what his conditions show anyway.
 */
export class Cursors {
  readonly #mark: string;
  readonly #by: 'chain' | 'id';

  constructor(query: AuditQuery, by: 'chain' | 'id', more: object = {}) {
    const { resource } = query;
    const values = CONDITION_NAMES.map((name) =>
      name === 'resource' ? [resource?.type, resourceId(resource?.id)] : (query[name] ?? null),
    );
    this.#mark = hash('sha256', JSON.stringify([values, query.order ?? 'newest', more])).slice(0, 12);
    this.#by = by;
  }

  format({ place, id }: Required<Place>): string {
    return this.#by === 'chain' ? `${this.#mark}.${place}.${id}` : `${this.#mark}.${id}`;
  }

  /** @throws AuditError `AUDIT_CURSOR_INVALID` */
  parse(cursor: string): Place {
    const [, mark, place, id] = FORM.exec(cursor.slice(0, 100)) ?? [];
    const inRange = place === undefined || BigInt.asIntN(64, BigInt(place)) === BigInt(place);
    if (mark !== this.#mark || !isUuid(id) || !inRange || (place !== undefined) !== (this.#by === 'chain'))
      throw new AuditError(
        'AUDIT_CURSOR_INVALID',
        'the cursor is not one of ours, or of other conditions: pass `next` of the page before as it is, with the same conditions and order',
      );
    return { id, ...(place === undefined ? {} : { place }) };
  }
}

/** Of a record's history pages follow its chain. */
export const pagedBy = ({ resource }: AuditQuery): 'chain' | 'id' =>
  resource?.id === undefined || resource.id === null ? 'id' : 'chain';

/** Where a page begins that has this entry first. */
export function cursorAt(query: AuditQuery, place: Required<Place>): string {
  const before = query.order === 'oldest' ? 'newest' : 'oldest';
  return new Cursors(query, pagedBy(query)).format(beside(place, before));
}

/** The place beside another one, so that a page that begins there has the entry itself. */
export function beside({ place, id }: Place, order: 'oldest' | 'newest'): Required<Place> {
  const next = BigInt.asUintN(128, BigInt(`0x${id.replaceAll('-', '')}`) + (order === 'oldest' ? 1n : -1n));
  const hex = next.toString(16).padStart(32, '0');
  return {
    place: place ?? '0',
    id: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'),
  };
}
