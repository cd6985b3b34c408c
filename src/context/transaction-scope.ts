import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditContext } from './context.js';

/**
 * What happens inside one `$transaction` call. Prisma flushes the statements of a tick together, in the async context of
 * whoever came first in it; so a statement may run in the context of another request, or of another transaction of the
 * same one. The scope tells which is the case, and remembers who acts in the transaction for when it is.
 */
export interface TransactionScope {
  readonly parent: TransactionScope | undefined;
  /** Committed or rolled back: what was started inside and goes on is not inside any more. */
  ended: boolean;
  /** The context of the `$transaction` call. */
  readonly opener: AuditContext | undefined;
  /** Contexts entered inside and not yet left, each with the one it was entered from. */
  readonly active: { readonly context: AuditContext; readonly outer: AuditContext | undefined }[];
}

const KEY = Symbol.for('nestjs-prisma-audit.transaction');
type Registry = { [KEY]?: AsyncLocalStorage<TransactionScope> };
const storage: AsyncLocalStorage<TransactionScope> = ((globalThis as Registry)[KEY] ??= new AsyncLocalStorage());

export function currentTransaction(): TransactionScope | undefined {
  return storage.getStore();
}

/** Runs `fn`, a `$transaction` call opened in the context `opener`, in a scope of its own. */
export function runInTransaction<T>(opener: AuditContext | undefined, fn: () => T): T {
  let parent = storage.getStore();
  while (parent?.ended) parent = parent.parent; // else work that reschedules itself would grow a chain of them
  return storage.run({ parent, opener, active: [], ended: false }, fn);
}

/** Says that `context` begins to act inside whatever transactions are open here. Returns the way to say that it has ended. */
export function enterTransaction(context: AuditContext, outer: AuditContext | undefined): () => void {
  const entry = { context, outer };
  const scopes: TransactionScope[] = [];
  for (let scope = storage.getStore(); scope !== undefined; scope = scope.parent) scopes.push(scope);
  for (const scope of scopes) scope.active.push(entry);
  return () => {
    for (const { active } of scopes) active.splice(active.indexOf(entry), 1);
  };
}

/** Who acts in a statement that is sent now, in a transaction of this scope; `now` is the context of the moment. */
export function actingIn(scope: TransactionScope, now: AuditContext | undefined): AuditContext | undefined {
  for (let here = storage.getStore(); here !== undefined; here = here.parent) if (here === scope) return now;
  // Sent from somebody else's tick. One inside the other, the innermost acts; beside each other, nobody can tell.
  const nested = scope.active.every(({ outer }, i) => i === 0 || outer === scope.active[i - 1]?.context);
  return (nested ? scope.active.at(-1)?.context : undefined) ?? scope.opener;
}
