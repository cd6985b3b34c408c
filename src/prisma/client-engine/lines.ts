import type { DriverAdapter, Queryable, Transaction } from '../driver-adapter.js';
import type { Line } from './line.js';

type Statements = Pick<Queryable, 'queryRaw' | 'executeRaw'>;

const command = (sql: string) => ({ sql, args: [], argTypes: [] });

/** The line of a pool: what needs a transaction gets one of its own, on the one connection that the statement would have had. */
export function poolLine(
  adapter: DriverAdapter,
  statements: Statements,
  context: () => string,
  ofTransaction: (transaction: Transaction) => Statements,
  committed: () => void,
): Line {
  return {
    query: (query) => statements.queryRaw(query),
    execute: (query) => statements.executeRaw(query),
    context,
    inTurn: (work) => work(),
    close: () => undefined,
    async transaction(work) {
      // startTransaction() promises whatever its driver has; this is the part of it that is used.
      const transaction: Transaction & { options?: { usePhantomQuery?: boolean } } = await adapter.startTransaction();
      // As Prisma does it: where the driver does not commit by itself, it is told to.
      const isTold = transaction.options?.usePhantomQuery !== true;
      try {
        const result = await work(transactionLine(ofTransaction(transaction), context));
        if (isTold) await transaction.executeRaw(command('COMMIT'));
        await transaction.commit();
        committed();
        return result;
      } catch (error) {
        try {
          if (isTold) await transaction.executeRaw(command('ROLLBACK'));
        } catch {
          // A connection that is gone has rolled back; the first error is the caller's.
        }
        await transaction.rollback().catch(() => undefined);
        throw error;
      }
    },
  };
}

/** The line of a transaction of the caller's. */
export function transactionLine(statements: Statements, context: () => string): Line {
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const whileOpen = <T>(run: () => Promise<T>): Promise<T> =>
    // Prisma has told the caller that the transaction is over; what it makes of this nobody sees.
    closed ? Promise.reject(new Error('the transaction is closed')) : run();
  const line: Line = {
    query: (query) => whileOpen(() => statements.queryRaw(query)),
    execute: (query) => whileOpen(() => statements.executeRaw(query)),
    context,
    transaction: (work) => work(line),
    inTurn(work) {
      const turn = last.then(work, work);
      last = turn.catch(() => undefined);
      return turn;
    },
    close: () => void (closed = true),
  };
  return line;
}
