// Captured at import: fake timers must not hang a transaction.
const { setImmediate } = globalThis;

type TransactionMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * `$transaction` that gives array transactions a turn of the event loop of their own, so that the tick in which Prisma's
 * DataLoader flushes them holds nobody else's. Interactive transactions go through unchanged.
 *
 * `inner` runs on the `this` of the call: a closure over the client would lose what extensions added to it.
 */
export function withOwnTurn(inner: TransactionMethod): TransactionMethod {
  return function $transaction(this: unknown, ...args: unknown[]): unknown {
    if (!Array.isArray(args[0])) return Reflect.apply(inner, this, args);
    const operations = [...(args[0] as unknown[])]; // the caller may change his array meanwhile
    return new Promise((resolve) => setImmediate(resolve)).then(() =>
      Reflect.apply(inner, this, [operations, ...args.slice(1)]),
    );
  };
}
