import { types } from 'node:util';

type Lazy = object & Pick<Promise<unknown>, 'then'>;

/** What sends a promise of Prisma's: it does nothing before one of these is asked, and `$transaction([…])` asks the last. */
const SENDING: readonly unknown[] = ['then', 'catch', 'finally', 'requestTransaction'];

/** They say what they are. Of a proxy, which one of a record is, nothing but this is asked. */
export function isPrismaPromise(result: unknown): result is Lazy {
  if (typeof result !== 'object' || result === null || types.isPromise(result)) return false;
  try {
    if (types.isProxy(result)) return Reflect.get(result, Symbol.toStringTag) === 'PrismaPromise';
    return Object.getOwnPropertyDescriptor(result, Symbol.toStringTag)?.value === 'PrismaPromise';
  } catch {
    return false;
  }
}

/**
 * A promise of Prisma's stays lazy, and one that `$transaction` takes. The first who waits for it lets the call end.
 * @param watched given what sends it, gives its outcome
 */
export function watchPrisma(lazy: Lazy, watched: (send: () => Promise<unknown>) => Promise<unknown>): unknown {
  let sent: Promise<unknown> | undefined;
  return new Proxy(lazy, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function' || !SENDING.includes(key)) return member;
      if (key === 'requestTransaction')
        return (...args: unknown[]) =>
          (sent ??= watched(async () => await (Reflect.apply(member, target, args) as Promise<unknown>)));
      return (...args: unknown[]) => {
        sent ??= watched(async () => await target);
        return (sent[key as 'then'] as (...args: unknown[]) => unknown).apply(sent, args);
      };
    },
  });
}
