import { describe, expect, it } from '@jest/globals';
import { from, lastValueFrom, NEVER, toArray, type Observable } from 'rxjs';
import { newContext } from '../../src/context/context.js';
import { watch, type Watching } from '../../src/nest/calls/watch.js';

interface Told {
  readonly values: unknown[];
  readonly ends: unknown[];
}

function watched(result: unknown, held?: () => Promise<void>): { given: unknown; told: Told } {
  const told: Told = { values: [], ends: [] };
  const watching: Watching = {
    next: (value) => void told.values.push(value),
    end(error, cancelled) {
      told.ends.push(cancelled ? 'cancelled' : (error?.error ?? 'ended'));
      return held?.();
    },
  };
  return { given: watch(result, newContext(), watching), told };
}

/** A builder of queries: lazy, with private members, and each of its methods gives itself. */
class Builder {
  #conditions = 0;
  #runs = 0;
  where(): this {
    this.#conditions++;
    return this;
  }
  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is
  then<T>(ok: (value: string) => T): Promise<T> {
    this.#runs++;
    return Promise.resolve(`${this.#conditions} conditions, run ${this.#runs}`).then(ok);
  }
}

class Cancellable<T> extends Promise<T> {
  cancel(): string {
    return 'cancelled';
  }
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

  it('a promise with members of its own is itself', async () => {
    const promise = new Cancellable<number>((resolve) => resolve(7));
    const { given, told } = watched(promise);
    expect(given).toBe(promise);
    expect((given as Cancellable<number>).cancel()).toBe('cancelled');
    await promise;
    expect(told).toEqual({ values: [7], ends: ['ended'] });
  });

  it('a builder of queries stays lazy, keeps its members and is run once', async () => {
    const { given, told } = watched(new Builder());
    const builder = given as Builder;
    expect(builder).toBeInstanceOf(Builder);
    const more = builder.where().where();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.ends).toEqual([]);
    expect(await more).toBe('2 conditions, run 1');
    expect(await builder).toBe('2 conditions, run 1');
    expect(told).toEqual({ values: ['2 conditions, run 1'], ends: ['ended'] });
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
