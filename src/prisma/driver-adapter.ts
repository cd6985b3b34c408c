/**
 * The part of Prisma's public driver-adapter interface that is touched here, as structural types: so that this package
 * asks for no version of `@prisma/driver-adapter-utils` and its types name none.
 */
export interface Query {
  readonly sql: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameters of a statement, passed through untouched
  args: any[];
  // oxlint-disable-next-line typescript/no-explicit-any
  argTypes: any[];
}

export interface Queryable {
  // oxlint-disable-next-line typescript/no-explicit-any -- a result set, passed through untouched
  queryRaw(query: Query): Promise<any>;
  executeRaw(query: Query): Promise<number>;
}

export interface Transaction extends Queryable {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface DriverAdapter extends Queryable {
  // oxlint-disable-next-line typescript/no-explicit-any -- Prisma's isolation levels
  startTransaction(isolationLevel?: any): Promise<any>;
}

export interface DriverAdapterFactory {
  readonly provider: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the adapter of whatever driver this is
  connect(): Promise<any>;
}
