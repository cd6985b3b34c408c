import { describe, expect, it } from '@jest/globals';
import { from, lastValueFrom, NEVER, toArray, type Observable } from 'rxjs';
import { newContext } from '../../src/context/context.js';
import { watchResult, type Watching } from '../../src/nest/calls/watch.js';

interface Told {
  readonly values: unknown[];
  readonly ends: unknown[];
}

/** What comes back, and what was told: its values, and how the call ended. */
function watched(result: unknown, held?: () => Promise<void>): { given: unknown; told: Told } {
  const told: Told = { values: [], ends: [] };
  const watching: Watching = {
    next: (value) => void told.values.push(value),
    end(error, cancelled) {
      told.ends.push(cancelled ? 'cancelled' : (error?.error ?? 'ended'));
      return held?.();
    },
  };
  return { given: watchResult(result, newContext(), watching, () => void told.ends.push('pending')), told };
}

class Cancellable<T> extends Promise<T> {
  cancel(): string {
    return 'cancelled';
  }
}

/** Anything that can be waited for and is not a promise as such: to look at it would be to run it, or to break it. */
const STRANGE: Record<string, () => object> = {
  'a promise of a class of its own': () => new Cancellable((resolve) => resolve(7)),
  'a promise with a member': () => Object.assign(Promise.resolve(7), { cancel: () => 'cancelled' }),
  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is
  'a frozen thenable': () => Object.freeze({ then: (ok: (value: number) => void) => ok(7), exec: () => 3 }),
  'a thenable by its class': () =>
    new (class Query {
      readonly model = Map;
      // oxlint-disable-next-line unicorn/no-thenable
      then(): never {
        throw new Error('it was run');
      }
    })(),
  'a getter that throws': () =>
    // oxlint-disable-next-line unicorn/no-thenable
    Object.defineProperty({}, 'then', {
      get() {
        throw new Error('it was asked');
      },
    }),
  'a proxy that allows nothing': () =>
    new Proxy(
      {},
      {
        get(_, key) {
          throw new Error(`no member ${String(key)}`);
        },
        has: () => {
          throw new Error('not asked either');
        },
        getOwnPropertyDescriptor: () => {
          throw new Error('nor this');
        },
        getPrototypeOf: () => {
          throw new Error('nor that');
        },
      },
    ),
};

/** As Prisma makes them. */
function prismaPromise(): { readonly promise: object; readonly runs: () => number } {
  let runs = 0;
  const run = (): Promise<number> => Promise.resolve(++runs);
  const promise = {
    // oxlint-disable-next-line unicorn/no-thenable
    then: (...args: Parameters<Promise<number>['then']>) => run().then(...args),
    catch: (...args: Parameters<Promise<number>['catch']>) => run().catch(...args),
    requestTransaction: () => run(),
    [Symbol.toStringTag]: 'PrismaPromise',
  };
  return { promise, runs: () => runs };
}

describe('what a method gives', () => {
  it.each([7, undefined, null, 'text', new Map()])('a value is the value: %p', (value) => {
    const { given, told } = watched(value);
    expect(given).toBe(value);
    expect(told).toEqual({ values: [value], ends: ['ended'] });
  });

  it('a promise gives and throws the same', async () => {
    const fine = watched(Promise.resolve(7));
    expect(fine.told.ends).toEqual([]);
    expect(await fine.given).toBe(7);
    expect(fine.told).toEqual({ values: [7], ends: ['ended'] });
    const error = new RangeError('no');
    const broken = watched(Promise.reject(error));
    await expect(broken.given).rejects.toBe(error);
    expect(broken.told.ends).toEqual([error]);
  });

  it.each(Object.entries(STRANGE))('%s is itself, and the call is pending', (_name, make) => {
    const result = make();
    const { given, told } = watched(result);
    expect(given === result).toBe(true);
    expect(told.ends).toEqual(['pending', 'ended']);
  });

  it.each<[string, (promise: object) => object]>([
    ['a promise of Prisma', (promise) => promise],
    ['one of a record, which is a proxy', (promise) => new Proxy(promise, {})],
  ])('%s stays lazy, is run once, and lets the call end', async (_name, as) => {
    const { promise, runs } = prismaPromise();
    const { given, told } = watched(as(promise));
    await new Promise((resolve) => setImmediate(resolve));
    expect([runs(), told.ends]).toEqual([0, []]);
    expect(Reflect.get(given as object, Symbol.toStringTag)).toBe('PrismaPromise');
    expect(await (given as Promise<number>)).toBe(1);
    expect(await (given as Promise<number>)).toBe(1);
    expect(told).toEqual({ values: [1], ends: ['ended'] });

    const inTransaction = watched(as(prismaPromise().promise));
    const { requestTransaction } = inTransaction.given as { requestTransaction: (this: void) => Promise<number> };
    expect(await requestTransaction()).toBe(1);
    expect(inTransaction.told.ends).toEqual(['ended']);
  });

  it('an observable is subscribed when somebody subscribes, and ends as it ends', async () => {
    const { given, told } = watched(from([1, 2]));
    expect(told.ends).toEqual([]);
    expect(await lastValueFrom((given as Observable<number>).pipe(toArray()))).toEqual([1, 2]);
    expect(told).toEqual({ values: [1, 2], ends: ['ended'] });
    const endless = watched(NEVER);
    (endless.given as Observable<never>).subscribe().unsubscribe();
    expect(endless.told.ends).toEqual(['cancelled']);
  });

  it('its own error is thrown, not that of an entry that did not come far enough', async () => {
    const held = (): Promise<void> => Promise.reject(new Error('not durable'));
    const error = new RangeError('no');
    await expect(watched(Promise.reject(error), held).given).rejects.toBe(error);
    await expect(watched(Promise.resolve(7), held).given).rejects.toThrow('not durable');
  });
});
