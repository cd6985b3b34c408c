/**
 * The part of `pg` that is touched here, as structural types: the application's own version of `@types/pg` fits, and none is
 * needed.
 */
export interface ClientLike {
  // oxlint-disable-next-line typescript/no-explicit-any -- pg's own overloads, which stay those of the object that is given
  query(...args: any[]): any;
}

export interface PoolLike extends ClientLike {
  // oxlint-disable-next-line typescript/no-explicit-any
  connect(...args: any[]): any;
  readonly totalCount: number;
}

/** The connection that a query object is sent on, as `pg` gives it to `submit()`. */
export interface ConnectionLike {
  parse(query: { readonly text: string; readonly name?: unknown }, ...rest: unknown[]): unknown;
  bind(portal: object, ...rest: unknown[]): unknown;
  query(text: string): unknown;
}

/** A query object: `pg.Query`, `pg-cursor`, `pg-query-stream`, `pg-copy-streams` and their like. */
export interface Submittable {
  submit(connection: ConnectionLike): unknown;
}

export type Callback = (error: unknown, ...results: unknown[]) => unknown;

export function isSubmittable(query: object): query is Submittable {
  return 'submit' in query && typeof query.submit === 'function';
}
