import { currentContext } from '../context/context.js';
import { runInTransaction } from '../context/transaction-scope.js';
import { withOwnTurn } from './own-turn.js';

const SCOPED = Symbol.for('nestjs-prisma-audit.scoped-transaction');

type TransactionMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * `$transaction` in a scope of its own, so that the driver adapter can tell whose statements it is sending. The statements of
 * array transactions also get a turn of the event loop of their own: the tick in which Prisma flushes them then holds nobody
 * else's.
 *
 * `inner` runs at once, on the `this` of the call: a closure over the client would lose what extensions added to it, and what is
 * wrong with the arguments is Prisma's to say, when Prisma says it.
 */
export function scopedTransaction(inner: TransactionMethod): TransactionMethod {
  function $transaction(this: unknown, ...args: unknown[]): unknown {
    const [first, ...rest] = args;
    const given = Array.isArray(first) ? [withOwnTurn(first), ...rest] : args;
    return runInTransaction(currentContext(), () => Reflect.apply(inner, this, given));
  }
  Object.defineProperty($transaction, 'length', { value: inner.length, configurable: true });
  return Object.assign($transaction, { [SCOPED]: true });
}

/** Whether a client's `$transaction` is ours. Extensions behind it leave the function as it is. */
export function isScopedTransaction(method: unknown): boolean {
  return typeof method === 'function' && SCOPED in method;
}
