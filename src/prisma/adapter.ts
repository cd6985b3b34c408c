import { currentContext, type AuditContext } from '../context/context.js';
import { actingIn, currentTransaction, type TransactionScope } from '../context/transaction-scope.js';
import { AuditError } from '../event/errors.js';
import { wakeSealer } from '../event/wake.js';
import { captured, type CaptureCell } from './capture.port.js';
import { checkCarry, type CarryOptions } from './carry.js';
import { poolLine, transactionLine } from './client-engine/lines.js';
import { commentsWith, hexOf, type CommentOf } from './comment.js';
import { asMissingLog } from './missing-log.js';
import type { DriverAdapter, DriverAdapterFactory, Query, Queryable, Transaction } from './driver-adapter.js';
import { warnOfNamedStatements } from './named-statements.js';
import { PlainReads, type Reading } from './plain-read/plain-reads.js';
import { overlay } from './overlay.js';
import { besidePool } from './shared-pool.js';
import { takeOut } from './take-out.js';

const WRAPPED = Symbol.for('nestjs-prisma-audit.adapter');
const INNER = Symbol.for('nestjs-prisma-audit.inner-adapter');
const CELL = Symbol.for('nestjs-prisma-audit.capture');

export interface AdapterOptions extends CarryOptions {
  /** Schema of the log; `audited()` and `audit()` pass theirs on. @defaultValue 'audit' */
  readonly schema?: string | undefined;
}

/**
 * Wraps a Prisma driver adapter factory so that every SQL statement tells the database who acts. The statement itself,
 * its parameters, its result and its errors stay as they are, and there is no extra statement.
 *
 * @example new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString })) })
 * @throws AuditError `AUDIT_ADAPTER_UNSUPPORTED` for a database other than PostgreSQL
 */
export function auditAdapter<F extends DriverAdapterFactory>(factory: F, options: AdapterOptions = {}): F {
  const commentOf = commentsWith(checkCarry(options));
  if (isAuditAdapter(factory)) {
    const cell = captureCell(factory);
    // Who names no schema changes none: several clients can share an adapter.
    if (cell !== undefined && options.schema !== undefined) cell.schema = options.schema;
    return factory;
  }
  if (factory?.provider !== 'postgres') {
    throw new AuditError(
      'AUDIT_ADAPTER_UNSUPPORTED',
      `auditAdapter() takes a PostgreSQL driver adapter factory (for example new PrismaPg({ connectionString })), not one for ${JSON.stringify(factory?.provider)}`,
    );
  }
  const cell: CaptureCell = { schema: options.schema };
  return overlay(factory, {
    [WRAPPED]: true,
    [INNER]: factory,
    [CELL]: cell,
    connect: async () => {
      // connect() promises whatever its driver has; this is the part of it that is used.
      const adapter: DriverAdapter = await factory.connect();
      warnOfNamedStatements(adapter);
      return wrapAdapter(adapter, commentOf, cell);
    },
  });
}

export function isAuditAdapter(factory: unknown): boolean {
  return typeof factory === 'object' && factory !== null && WRAPPED in factory;
}

/** The factory that was wrapped; the factory itself where it was not. */
export function unwrappedFactory(factory: object): object {
  return isAuditAdapter(factory) ? (Reflect.get(factory, INNER) as object) : factory;
}

/** Where a wrapped factory keeps its capture; `undefined` for one that is not wrapped. */
export function captureCell(factory: unknown): CaptureCell | undefined {
  return isAuditAdapter(factory) ? (Reflect.get(factory as object, CELL) as CaptureCell | undefined) : undefined;
}

function wrapAdapter(adapter: DriverAdapter, commentOf: CommentOf, cell: CaptureCell): DriverAdapter {
  const reads = new PlainReads();
  // Nobody waits for it, and it needs no other connection than the statement had.
  const ask = (): void => {
    if (reads.isDue) void reads.ask((query) => adapter.queryRaw({ ...query, sql: query.sql + commentOf(undefined) }));
  };
  const plain = statements(besidePool(adapter, adapter), commentOf, currentContext, wakeSealer, cell, reads, ask);
  const own = (transaction: Transaction): typeof plain =>
    statements(besidePool(transaction, adapter), commentOf, currentContext, () => undefined, cell, reads);
  const line = poolLine(adapter, plain, () => hexOf(commentOf(currentContext())), own, wakeSealer);
  return overlay(adapter, {
    ...captured(cell, plain, line),
    startTransaction: async (...args: Parameters<DriverAdapter['startTransaction']>) => {
      const opener = currentContext();
      const scope = currentTransaction();
      return wrapTransaction(
        await adapter.startTransaction(...args),
        adapter,
        commentOf,
        opener,
        scope,
        cell,
        reads.inTransaction(),
      );
    },
  });
}

/**
 * Prisma sends the statements of transactions through a DataLoader that flushes everybody's batches in one tick, in the
 * async context of whoever came first. So inside a transaction the context of the moment may be another request's: the
 * scope of the `$transaction` call tells. For a client whose `$transaction` knows no scopes the context of the moment
 * counts only if it belongs to the unit of work that opened the transaction.
 */
function wrapTransaction(
  transaction: Transaction,
  adapter: DriverAdapter,
  commentOf: CommentOf,
  opener: AuditContext | undefined,
  scope: TransactionScope | undefined,
  cell: CaptureCell,
  reads: ReturnType<PlainReads['inTransaction']>,
): Transaction {
  const owner = (): AuditContext | undefined => {
    const now = currentContext();
    if (scope !== undefined) return actingIn(scope, now);
    return now !== undefined && now.root === opener?.root ? now : opener;
  };
  const plain = statements(besidePool(transaction, adapter), commentOf, owner, () => undefined, cell, reads);
  return overlay(transaction, {
    ...captured(
      cell,
      plain,
      transactionLine(plain, () => hexOf(commentOf(owner()))),
    ),
    commit: async () => {
      try {
        await transaction.commit();
      } finally {
        reads.end();
      }
      if (scope) scope.ended = true;
      wakeSealer();
    },
    rollback: async () => {
      try {
        await transaction.rollback();
      } finally {
        reads.end();
      }
      if (scope) scope.ended = true;
    },
  });
}

function statements(
  target: Queryable,
  commentOf: CommentOf,
  context: () => AuditContext | undefined,
  done: () => void,
  cell: CaptureCell,
  reads: Reading,
  sent: () => void = () => undefined,
): Pick<Queryable, 'queryRaw' | 'executeRaw'> {
  const failed = (error: unknown, comment: string, sql: string): unknown => {
    takeOut(comment, error);
    return asMissingLog(error, sql, cell.schema) ?? error;
  };
  const carrying = {
    // One async function for each, rather than one around both: a promise less for each statement.
    async queryRaw(query: Query): Promise<unknown> {
      const comment = commentOf(context());
      let result: unknown; // the adapter's own, whatever its type
      try {
        result = await target.queryRaw({ ...query, sql: query.sql + comment });
      } catch (error) {
        throw failed(error, comment, query.sql);
      }
      if (!isSelect(query.sql)) done();
      sent();
      return result;
    },
    async executeRaw(query: Query): Promise<number> {
      if (reads.has(query.sql)) return target.executeRaw(query);
      const comment = commentOf(context());
      let count: number;
      try {
        count = await target.executeRaw({ ...query, sql: query.sql + comment });
      } catch (error) {
        throw failed(error, comment, query.sql);
      }
      done();
      return count;
    },
  };
  return {
    ...carrying,
    queryRaw(query) {
      if (!reads.has(query.sql)) return carrying.queryRaw(query);
      const answer = target.queryRaw(query);
      answer.then(sent, () => undefined);
      return answer;
    },
  };
}

function isSelect(sql: string): boolean {
  return /^\s*select\b/i.test(sql);
}
