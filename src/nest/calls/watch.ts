import { types } from 'node:util';
import { isObservable, Observable } from 'rxjs';
import { runInContext, type AuditContext } from '../../context/context.js';

/** What is told of a call: its values, and once how it ended. A promise holds the caller until it resolves; it never rejects but to fail the call. */
export interface Watching {
  next(value: unknown): void;
  end(error: { readonly error: unknown } | undefined, cancelled: boolean): Promise<void> | undefined;
}

/**
 * Lets `result` pass as it is, and tells how it ends: a value, a promise, an observable or a promise of one. A promise comes back as
 * another, so that one that nobody waits for is still reported as unhandled when it fails; only one with members of its own comes back itself.
 */
export function watch(result: unknown, context: AuditContext, watching: Watching): unknown {
  if (isObservable(result)) return watchObservable(result, context, watching);
  if (types.isPromise(result))
    return Object.getPrototypeOf(result) === Promise.prototype
      ? watchPromise(result, context, watching)
      : watchSpecial(result, watching);
  if (isThenable(result)) return watchLazy(result, context, watching);
  watching.next(result);
  const held = watching.end(undefined, false);
  return held ? held.then(() => result) : result;
}

function watchSpecial<P extends Promise<unknown>>(result: P, watching: Watching): P {
  result.then(
    (value) => {
      watching.next(value);
      void watching.end(undefined, false);
    },
    (error: unknown) => void watching.end({ error }, false),
  );
  return result;
}

async function watchPromise(result: PromiseLike<unknown>, context: AuditContext, watching: Watching): Promise<unknown> {
  let value: unknown;
  try {
    value = await result;
  } catch (error) {
    await Promise.resolve(watching.end({ error }, false)).catch(() => undefined); // its own error is the one to tell
    throw error;
  }
  if (isObservable(value)) return watchObservable(value, context, watching);
  watching.next(value);
  await watching.end(undefined, false);
  return value;
}

type Thenable = object & { then(...args: unknown[]): unknown };

function isThenable(value: unknown): value is Thenable {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What sends a promise of Prisma's: it does nothing before one of these is asked, and `$transaction([…])` asks the last. */
const SENDING: readonly unknown[] = ['then', 'catch', 'finally', 'requestTransaction'];

/**
 * A promise that is lazy stays so, and what it is besides (a builder of queries): the first who waits for it lets the call end.
 * Its methods run on the object itself, which may have private members.
 */
function watchLazy(lazy: Thenable, context: AuditContext, watching: Watching): unknown {
  let sent: Promise<unknown> | undefined;
  const send = (call: () => unknown): Promise<unknown> => {
    const begin = (): Promise<unknown> => runInContext(context, async () => await call());
    return (sent ??= watchPromise(begin(), context, watching));
  };
  const proxy: object = new Proxy(lazy, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function' || key === 'constructor') return member;
      if (!SENDING.includes(key))
        return (...args: unknown[]) => {
          const given: unknown = Reflect.apply(member, target, args);
          return given === target ? proxy : given;
        };
      if (key === 'requestTransaction')
        return (...args: unknown[]) => send(() => Reflect.apply(member, target, args) as unknown);
      return (...args: unknown[]) => {
        const promise = send(() => target.then.call(target, (value: unknown) => value));
        return (promise[key as 'then'] as (...args: unknown[]) => unknown).apply(promise, args);
      };
    },
  });
  return proxy;
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
