import type { Query } from '../driver-adapter.js';

/** What a driver answers, as far as it is looked at. */
export interface ResultSet {
  readonly columnNames: readonly string[];
  readonly columnTypes: readonly unknown[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * The way to the database of one connection pool or one transaction, behind the wrapped adapter: what is sent here carries
 * the comment that tells who acts, and its errors are the driver's.
 */
export interface Line {
  query(query: Query): Promise<ResultSet>;
  execute(query: Query): Promise<number>;
  /** Who acts, as hex for `client_change`; empty if nobody is known. */
  context(): string;
  /** Runs `work` in a transaction of its own and commits; on the line of a transaction, in that. */
  transaction<T>(work: (line: Line) => Promise<T>): Promise<T>;
  /** In the order of the calls: what belongs together must not be mixed with other statements of the same transaction. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** The transaction is being rolled back: nothing more may be sent, since its connection will be somebody else's. */
  close(): void;
}

/** A statement's text with more parameters behind its own. */
export class Parameters {
  readonly args: unknown[];
  readonly argTypes: unknown[];

  constructor(query?: Pick<Query, 'args' | 'argTypes'>) {
    this.args = [...(query?.args ?? [])];
    this.argTypes = [...(query?.argTypes ?? [])];
  }

  text(value: string): string {
    return `$${this.#push(value, 'scalar')}::text`;
  }

  texts(values: readonly string[]): string {
    return `$${this.#push([...values], 'list')}::text[]`;
  }

  query(sql: string): Query {
    return { sql, args: this.args, argTypes: this.argTypes };
  }

  #push(value: unknown, arity: 'scalar' | 'list'): number {
    this.argTypes.push({ scalarType: 'string', arity });
    return this.args.push(value);
  }
}

/** A condition with its parameters alone, as a part of another statement: parameters that are not used have no type. */
export function onlyUsed(text: string, query: Query): { readonly text: string; readonly parameters: Parameters } {
  const used: number[] = [];
  const renumbered = text.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\$(\d+)/g, (whole, digits?: string) => {
    if (digits === undefined) return whole;
    const index = Number(digits) - 1;
    if (!used.includes(index)) used.push(index);
    return `$${used.indexOf(index) + 1}`;
  });
  return {
    text: renumbered,
    parameters: new Parameters({
      args: used.map((index) => query.args[index] as unknown),
      argTypes: used.map((index) => query.argTypes[index] as unknown),
    }),
  };
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
