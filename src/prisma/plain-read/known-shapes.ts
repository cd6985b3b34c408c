import { readShapeOf, type ReadShape } from './shape.js';

/** Prisma sends few different texts, over and over; longer ones than this are lists of thousands of values. */
const LONGEST = 8_192;
/** Of all texts together, in UTF-16 units. */
const MOST = 512 * 1_024;

/** What was found out about texts, within a bound. */
export class KnownShapes {
  readonly #known = new Map<string, ReadShape | null>();
  #length = 0;

  of(sql: string): ReadShape | undefined {
    if (sql.length > LONGEST || !sql.startsWith('SELECT "')) return undefined;
    const known = this.#known.get(sql);
    if (known !== undefined) return known ?? undefined;
    const shape = readShapeOf(sql);
    if (this.#length + sql.length > MOST) {
      this.#known.clear();
      this.#length = 0;
    }
    this.#known.set(sql, shape ?? null);
    this.#length += sql.length;
    return shape;
  }

  /** UTF-16 units that are kept. */
  get length(): number {
    return this.#length;
  }
}
