// Captured at import: fake timers must not hang a transaction.
const { setImmediate } = globalThis;

const WAITING = Symbol.for('nestjs-prisma-audit.waiting-operation');

/** What the operations of an array transaction wait for before any of them is sent: Prisma's own, as far as it is touched. */
interface Lock {
  then(go?: (open: PromiseLike<unknown>) => unknown): unknown;
}

/**
 * The operations of an array transaction, of which none is sent before the next turn of the event loop. Prisma reads them, and all
 * that they were given, at once: what the caller changes afterwards is not theirs any more. What is no operation stays what it is,
 * so that Prisma refuses it.
 */
export function withOwnTurn(operations: readonly unknown[]): readonly unknown[] {
  let turn: Promise<void> | undefined;
  const untilTurn = (lock: Lock): Lock => ({
    // oxlint-disable-next-line unicorn/no-thenable -- as Prisma's own: counted by the calls of its `then`
    then: (go) => {
      turn ??= new Promise((resolve) => setImmediate(resolve));
      const waited = turn;
      return lock.then(go && ((open) => go(waited.then(() => open))));
    },
  });
  return operations.map((operation) => waiting(operation, untilTurn)); // as Prisma does, holes and subclasses included
}

function waiting(operation: unknown, untilTurn: (lock: Lock) => Lock): unknown {
  const request = requestOf(operation);
  if (request === undefined) return operation;
  return {
    [Symbol.toStringTag]: 'PrismaPromise',
    [WAITING]: true,
    requestTransaction: (transaction: unknown): unknown =>
      Reflect.apply(request, operation, [withLock(transaction, untilTurn)]) ?? operation,
  };
}

/** Total: an object may have getters that throw, at which Prisma will fail as well. */
function requestOf(operation: unknown): ((transaction: unknown) => unknown) | undefined {
  try {
    if (typeof operation !== 'object' || operation === null || Reflect.has(operation, WAITING)) return undefined;
    if (Reflect.get(operation, Symbol.toStringTag) !== 'PrismaPromise') return undefined;
    const request: unknown = Reflect.get(operation, 'requestTransaction');
    // Whatever it is, it is called as Prisma would have called it.
    return typeof request === 'function' ? (request as (transaction: unknown) => unknown) : undefined;
  } catch {
    return undefined;
  }
}

function withLock(transaction: unknown, untilTurn: (lock: Lock) => Lock): unknown {
  if (typeof transaction !== 'object' || transaction === null) return transaction;
  const lock: unknown = Reflect.get(transaction, 'lock');
  const isLock = typeof lock === 'object' && lock !== null && typeof Reflect.get(lock, 'then') === 'function';
  return isLock ? { ...transaction, lock: untilTurn(lock as Lock) } : transaction; // just looked at
}
