import { currentContext } from '../context/context.js';
import { runInTransaction } from '../context/transaction-scope.js';

// Captured at import: fake timers must not hang a transaction.
const { setImmediate } = globalThis;

const SCOPED = Symbol.for('nestjs-prisma-audit.scoped-transaction');

type TransactionMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * `$transaction` in a scope of its own, so that the driver adapter can tell whose statements it is sending. Array
 * transactions also get a turn of the event loop of their own: the tick in which Prisma flushes them then holds nobody
 * else's.
 *
 * `inner` runs on the `this` of the call: a closure over the client would lose what extensions added to it.
 */
export function scopedTransaction(inner: TransactionMethod): TransactionMethod {
  function $transaction(this: unknown, ...args: unknown[]): unknown {
    const call = (...given: unknown[]): unknown =>
      runInTransaction(currentContext(), () => Reflect.apply(inner, this, given));
    if (!Array.isArray(args[0])) return call(...args);
    const operations = [...(args[0] as unknown[])]; // the caller may change his array meanwhile
    return new Promise((resolve) => setImmediate(resolve)).then(() => call(operations, ...args.slice(1)));
  }
  return Object.assign($transaction, { [SCOPED]: true });
}

/** Whether a client's `$transaction` is ours. Extensions behind it leave the function as it is. */
export function isScopedTransaction(method: unknown): boolean {
  return typeof method === 'function' && SCOPED in method;
}
