import type { PrismaPg } from '@prisma/adapter-pg';
import { currentContext } from '../../src/context/index.js';
import { commentOf } from '../../src/prisma/comment.js';
import type { Query, Queryable } from '../../src/prisma/driver-adapter.js';

/**
 * What one would write first: each statement, also inside a transaction, carries the context of the moment. Prisma sends
 * the statements of everybody's transactions in the async context of whoever came first in a tick.
 */
export function naiveAdapter(factory: PrismaPg): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = mark(await connect());
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (...args) => mark(await begin(...args));
    return adapter;
  };
  return factory;
}

function mark<T extends Queryable>(target: T): T {
  const queryRaw = target.queryRaw.bind(target);
  const executeRaw = target.executeRaw.bind(target);
  const marked = (query: Query): Query => ({ ...query, sql: query.sql + commentOf(currentContext()) });
  target.queryRaw = (query) => queryRaw(marked(query));
  target.executeRaw = (query) => executeRaw(marked(query));
  return target;
}
