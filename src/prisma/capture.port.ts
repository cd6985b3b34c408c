import type { Query, Queryable } from './driver-adapter.js';
import type { Line, ResultSet } from './client-engine/line.js';

/**
 * What stands between Prisma and the database when the client itself captures. Engine "database" needs none: its
 * statements carry who acts, and the triggers do the rest.
 *
 * - It MUST give the caller the result, the count or the error that the statement alone would have given.
 * - It MUST write what it logs in the database transaction of the change, and nothing of a change that is rolled back.
 * - Where it cannot see what a statement changes it MUST let the statement through and write an entry flagged `gap` in the
 *   same transaction; where that is not possible, before the statement.
 * - It MUST NOT use a second connection, nor hold one longer than the statement and its entries take.
 * - It MUST NOT store a value of a statement anywhere but through the log's own functions, which redact.
 */
export interface StatementCapture {
  query(query: Query, line: Line): Promise<ResultSet>;
  execute(query: Query, line: Line): Promise<number>;
}

/** What an adapter is told after it was made, by an extension, and then holds for all clients of the adapter. */
export interface CaptureCell {
  capture?: StatementCapture;
  /** Schema of the log, to tell an error about it from one of the application's own. */
  schema?: string | undefined;
}

/** The statements of a pool or a transaction, captured where there is a capture. */
export function captured(
  cell: CaptureCell,
  plain: Pick<Queryable, 'queryRaw' | 'executeRaw'>,
  line: Line,
): Pick<Queryable, 'queryRaw' | 'executeRaw'> {
  return {
    queryRaw: (query) => cell.capture?.query(query, line) ?? plain.queryRaw(query),
    executeRaw: (query) => cell.capture?.execute(query, line) ?? plain.executeRaw(query),
  };
}
