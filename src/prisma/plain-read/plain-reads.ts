import type { ResultSet } from '../client-engine/line.js';
import type { Query } from '../driver-adapter.js';
import { KnownShapes } from './known-shapes.js';
import { question, type TableName } from './question.js';
import type { ReadShape } from './shape.js';

/** What the database has said of a table holds for so long, in milliseconds; after half of it it is asked again. */
const HOLDS_MS = 10_000;
/** So many reads go as ever before the database is asked: a script that sends a few statements sends no more. */
const BEFORE_ASKING = 20;
const MOST_TABLES = 1_000;

const shapes = new KnownShapes();

// Captured at import: with fake timers nothing would ever grow old.
const now = globalThis.performance.now.bind(globalThis.performance);

/** What a text is to one pool or one transaction. */
export interface Reading {
  /** Whether it is known to do nothing but read, and so need not say who acts. */
  has(sql: string): boolean;
}

/**
 * Which statements of one connection pool cannot write, and so need not say who acts: texts that Prisma generates for one table
 * (`ReadShape`), where the database has said, not long ago, that reading the table runs nobody's code. In doubt a statement is none
 * of these. The database is asked on the pool behind a statement that was sent on it, and nobody waits for the answer.
 */
export class PlainReads implements Reading {
  readonly #clock: () => number;
  /** By table: its columns that can be read so; none, where it is no such table. */
  readonly #columns = new Map<string, ReadonlySet<string>>();
  readonly #tables = new Map<string, TableName>();
  readonly #plain = new Map<ReadShape, boolean>();
  #holdsUntil = -Infinity;
  #askFrom = -Infinity;
  #carried = 0;
  #asking = false;
  #changing = 0;
  #version = 0;

  /** @param clock milliseconds that only grow */
  constructor(clock: () => number = now) {
    this.#clock = clock;
  }

  has(sql: string): boolean {
    return this.#has(sql);
  }

  #has(sql: string, changing?: () => void): boolean {
    // What the caller of a raw method gave is the driver's to refuse.
    if (typeof sql !== 'string') return true;
    const shape = shapes.of(sql);
    if (shape === undefined) {
      if (!mayChangeCatalogue(sql)) return false;
      this.forget();
      changing?.();
      return false;
    }
    if (this.#changing > 0) return false;
    if (this.#holdsUntil > -Infinity && this.#clock() < this.#holdsUntil) {
      const known = this.#plain.get(shape) ?? this.#judge(shape);
      if (known !== undefined) return known;
    }
    this.#want(shape);
    return false;
  }

  /** The same of one transaction: while it may have changed tables that others see as they were, nothing is known at all. */
  inTransaction(): Reading & { end(): void } {
    let changes = false;
    const changing = (): void => {
      if (!changes) this.#changing += 1;
      changes = true;
    };
    return {
      has: (sql) => this.#has(sql, changing),
      end: () => {
        if (!changes) return;
        changes = false;
        this.#changing -= 1;
        this.forget();
      },
    };
  }

  /** What was heard of the database does not hold any more. */
  forget(): void {
    this.#holdsUntil = -Infinity;
    this.#version += 1;
  }

  /** Whether the database should be asked, now that a statement has gone. */
  get isDue(): boolean {
    if (this.#asking || this.#changing > 0 || this.#tables.size === 0) return false;
    const isKnown = this.#holdsUntil > -Infinity && this.#carried === 0;
    return (isKnown || this.#carried >= BEFORE_ASKING) && this.#clock() >= this.#askFrom;
  }

  /** Total: where the database cannot be asked, nothing is known. @param send sends a statement on the pool */
  async ask(send: (query: Query) => Promise<ResultSet>): Promise<void> {
    this.#asking = true;
    const version = this.#version;
    const tables = [...this.#tables.values()];
    const asked = this.#clock();
    this.#askFrom = asked + HOLDS_MS / 2;
    this.#carried = 0;
    try {
      const { rows } = await send(question(tables));
      if (version !== this.#version) return;
      const found = new Map<string, Set<string>>(tables.map((table) => [keyOf(table), new Set()]));
      for (const [schema, table, column] of rows)
        found.get(keyOf({ schema: String(schema), table: String(table) }))?.add(String(column));
      this.#columns.clear();
      this.#plain.clear();
      for (const [key, columns] of found) this.#columns.set(key, columns);
      this.#holdsUntil = asked + HOLDS_MS;
    } catch {
      this.forget();
    } finally {
      this.#asking = false;
    }
  }

  #judge(shape: ReadShape): boolean | undefined {
    const columns = this.#columns.get(keyOf(shape));
    if (columns === undefined) return undefined;
    const isPlain = shape.columns.every((column) => columns.has(column));
    this.#plain.set(shape, isPlain);
    return isPlain;
  }

  #want(shape: ReadShape): void {
    this.#carried += 1;
    const key = keyOf(shape);
    if (this.#tables.has(key)) return;
    if (this.#tables.size >= MOST_TABLES) this.#tables.clear();
    this.#tables.set(key, { schema: shape.schema, table: shape.table });
    // A table that is new to us is asked about before the others' time.
    this.#askFrom = Math.min(this.#askFrom, this.#clock() + 1_000);
  }
}

const keyOf = ({ schema, table }: TableName): string => `${schema}\0${table}`;

const CHANGES_ROWS =
  /^\s*(?:select|insert|update|delete|with|values|begin|commit|rollback|savepoint|release|set|reset|show|lock|listen|notify)\b/i;

/** Whether a text may change tables rather than rows: all that does not begin as one that cannot, or is several. */
function mayChangeCatalogue(sql: string): boolean {
  return !CHANGES_ROWS.test(sql) || sql.includes(';');
}
