import { types } from 'node:util';
import { isObservable, Observable } from 'rxjs';
import { runInContext, type AuditContext } from '../../context/context.js';
import { isPrismaPromise, watchPrisma } from './watch-prisma.js';

/** What is told of a call: its values, and once how it ended. A promise holds the caller until it resolves; it never rejects but to fail the call. */
export interface Watching {
  next(value: unknown): void;
  end(error: { readonly error: unknown } | undefined, cancelled: boolean): Promise<void> | undefined;
}

/** What Nest's own pipeline gives: a promise of its own, of a value or an observable. */
export async function watchPipeline(result: unknown, context: AuditContext, watching: Watching): Promise<unknown> {
  let value: unknown;
  try {
    value = await result;
  } catch (error) {
    await endFailed(watching, error);
    throw error;
  }
  if (isObservable(value)) return watchObservable(value, context, watching);
  watching.next(value);
  await watching.end(undefined, false);
  return value;
}

/**
 * What a method of the application's gives, which stays what it is. A promise comes back as another, so that one that nobody waits
 * for is still reported as unhandled when it fails. Whatever else can be waited for (a promise with members of its own, a builder of
 * queries) comes back untouched: to look at it is to run it. The call is then told to have ended now, and that it is `pending`.
 */
export function watchResult(result: unknown, context: AuditContext, watching: Watching, pending: () => void): unknown {
  if (isOurObservable(result)) return watchObservable(result, context, watching);
  if (isPlainPromise(result)) return watchPipeline(result, context, watching);
  if (isPrismaPromise(result))
    return watchPrisma(result, (send) => watchPipeline(runInContext(context, send), context, watching));
  if (typeof result === 'object' && result !== null && canBeWaitedFor(result)) pending();
  else watching.next(result);
  const held = watching.end(undefined, false);
  return held ? held.then(() => result) : result;
}

/** One of the copy of rxjs that Nest has; of another, nothing is known. */
function isOurObservable(result: unknown): result is Observable<unknown> {
  try {
    return !types.isProxy(result) && result instanceof Observable;
  } catch {
    return false; // a proxy among its prototypes
  }
}

function isPlainPromise(result: unknown): result is Promise<unknown> {
  return (
    types.isPromise(result) &&
    Object.getPrototypeOf(result) === Promise.prototype &&
    Object.getOwnPropertyNames(result).length === 0 // Node puts symbols of its own on promises
  );
}

/** Without running anything of the application's: neither a getter nor a proxy's traps. */
function canBeWaitedFor(result: object): boolean {
  if (types.isPromise(result) || types.isProxy(result)) return true;
  for (let at: object | null = result; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) return true;
    if (Object.hasOwn(at, 'then')) return true;
  }
  return false;
}

/** Its own error is the one to tell, whatever becomes of the entry. */
async function endFailed(watching: Watching, error: unknown): Promise<void> {
  try {
    await watching.end({ error }, false);
  } catch {
    // told to `onError` already
  }
}

function watchObservable(source: Observable<unknown>, context: AuditContext, watching: Watching): Observable<unknown> {
  return new Observable((subscriber) => {
    let ended = false;
    const end = (error: { readonly error: unknown } | undefined, then: () => void): void => {
      ended = true;
      const held = watching.end(error, false);
      if (held) held.then(then, (problem: unknown) => (error ? then() : subscriber.error(problem)));
      else then();
    };
    const subscription = runInContext(context, () =>
      source.subscribe({
        next: (value) => {
          watching.next(value);
          subscriber.next(value);
        },
        error: (error: unknown) => end({ error }, () => subscriber.error(error)),
        complete: () => end(undefined, () => subscriber.complete()),
      }),
    );
    return () => {
      subscription.unsubscribe();
      if (!ended) void watching.end(undefined, true);
    };
  });
}
