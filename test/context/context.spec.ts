import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, jest } from '@jest/globals';
import {
  actorOf,
  currentContext,
  newContext,
  runAs,
  runInContext,
  setActor,
  withContext,
  type AuditContext,
} from '../../src/context/context.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const current = (): AuditContext => {
  const context = currentContext();
  if (!context) throw new Error('outside of a context');
  return context;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Like a Prisma promise: does its work where it is awaited, each time. */
const lazily = <T>(work: () => T): PromiseLike<T> => ({
  // oxlint-disable-next-line unicorn/no-thenable
  then: (resolve, reject) => Promise.resolve().then(work).then(resolve, reject),
});

describe('outside of a unit of work', () => {
  it('there is no context', () => {
    expect(currentContext()).toBeUndefined();
  });

  it('naming an actor does nothing, and reaches no unit of work begun later', async () => {
    setActor({ id: 'ann' });
    expect(currentContext()).toBeUndefined();
    await withContext({}, () => expect(current().actor).toBeUndefined());
  });

  it('each call begins a new one', async () => {
    const groups = new Set<string>();
    for (let i = 0; i < 100; i += 1) groups.add(await withContext({}, () => current().root.group));
    expect(groups.size).toBe(100);
    for (const group of groups) expect(group).toMatch(UUID);
  });

  it('the context ends with the call, also when that fails', async () => {
    await runAs({ id: 'ann' }, () => 1);
    expect(currentContext()).toBeUndefined();
    const own = new Error('from the application');
    const fail = (): never => {
      throw own;
    };
    await expect(withContext({}, fail)).rejects.toBe(own);
    await expect(withContext({}, async () => await Promise.reject(own))).rejects.toBe(own);
    expect(() => runInContext(newContext(), fail)).toThrow(own);
    expect(currentContext()).toBeUndefined();
  });
});

describe('inside of a unit of work', () => {
  it('actors nest, and each comes back when the inner one is done', async () => {
    const seen: unknown[] = [];
    const see = (): void => void seen.push(current().actor);
    await runAs({ id: 'outer' }, async () => {
      see();
      await runAs({ id: 'inner' }, async () => {
        see();
        await runAs({ id: 'innermost' }, see);
        see();
      });
      await pause(1);
      see();
    });
    expect(seen).toEqual(['outer', 'inner', 'innermost', 'inner', 'outer'].map((id) => ({ id })));
  });

  it('it stays the same unit, and keeps what is not named again', async () => {
    await withContext({ actor: { id: 'a' }, tenant: 't', ip: '::1', requestId: 'r' }, async () => {
      const outer = current();
      await withContext({ tenant: 'u' }, () => {
        const inner = current();
        expect(inner).not.toBe(outer);
        expect(inner.root).toBe(outer.root);
        expect(inner).toEqual({ ...outer, tenant: 'u' });
      });
      expect(current()).toBe(outer);
      expect(outer.tenant).toBe('t');
    });
  });

  it('nobody can bring a unit of work of his own', async () => {
    const forged = { root: { group: 'forged' }, actor: { id: 'a' } };
    await withContext(forged, async () => {
      expect(current().root.group).toMatch(UUID);
      const { root } = current();
      await withContext(forged, () => expect(current().root).toBe(root));
    });
    expect(newContext(forged).root.group).toMatch(UUID);
  });

  it('a member can be taken away', async () => {
    await runAs({ id: 'a' }, async () => {
      await withContext({ actor: undefined }, () => expect(current().actor).toBeUndefined());
    });
  });

  it('a login names the actor from then on', async () => {
    const context = newContext({ actor: () => undefined });
    await runInContext(context, async () => {
      await pause(1);
      setActor({ id: 'ann' });
      await pause(1);
      expect(actorOf(current())).toEqual({ id: 'ann' });
    });
    expect(actorOf(context)).toEqual({ id: 'ann' });
  });

  it('a login is seen outside of the context it was named in, but not inside a runAs, where the actor was said', async () => {
    await withContext({ actor: () => undefined }, async () => {
      await withContext({ tenant: 't' }, () => setActor({ id: 'ann' }));
      expect(actorOf(current())).toEqual({ id: 'ann' });
      await runAs({ id: 'bot' }, () => {
        setActor({ id: 'bea' });
        expect(actorOf(current())).toEqual({ id: 'bot' });
      });
      expect(actorOf(current())).toEqual({ id: 'bea' });
    });
  });

  it('what was started goes on in its context after the call has returned', async () => {
    let later: Promise<string> | undefined;
    const group = runInContext(newContext(), () => {
      later = pause(5).then(() => current().root.group);
      return current().root.group;
    });
    expect(currentContext()).toBeUndefined();
    expect(await later).toBe(group);
  });
});

describe('results', () => {
  it('come back, whether given at once or promised', async () => {
    expect(await withContext({}, () => 1)).toBe(1);
    expect(await withContext({}, async () => await Promise.resolve(2))).toBe(2);
    expect(runInContext(newContext(), () => 3)).toBe(3);
  });

  it('that are lazy are awaited inside, although the caller awaits outside', async () => {
    const query = (): PromiseLike<unknown> => lazily(() => currentContext()?.actor);
    expect(await runAs({ id: 'ann' }, query)).toEqual({ id: 'ann' });
    await runAs({ id: 'outer' }, async () => {
      const result = runAs({ id: 'inner' }, query);
      await pause(1);
      expect(await result).toEqual({ id: 'inner' });
      expect(await query()).toEqual({ id: 'outer' });
    });
  });

  it('that are lazy are awaited once', async () => {
    const work = jest.fn(() => 1);
    expect(await withContext({}, () => lazily(work))).toBe(1);
    expect(work).toHaveBeenCalledTimes(1);
  });
});

it('200 units of work at the same time do not see each other', async () => {
  const unit = async (i: number): Promise<string> =>
    await withContext({ actor: { id: `user ${i}` }, tenant: `tenant ${i}` }, async () => {
      const { root } = current();
      for (let step = 0; step < 5; step += 1) {
        await (step % 2 === 0 ? pause((i * 7 + step) % 5) : new Promise((resolve) => setImmediate(resolve)));
        expect(current()).toMatchObject({ actor: { id: `user ${i}` }, tenant: `tenant ${i}` });
        await runAs({ id: `${i}, step ${step}` }, async () => {
          await Promise.resolve();
          expect(current()).toMatchObject({ actor: { id: `${i}, step ${step}` }, tenant: `tenant ${i}`, root });
        });
      }
      setActor({ id: `login ${i}` });
      await pause(i % 3);
      expect(actorOf(current())).toEqual({ id: `login ${i}` });
      return root.group;
    });
  const groups = await Promise.all(Array.from({ length: 200 }, (_, i) => unit(i)));
  expect(new Set(groups).size).toBe(200);
  expect(currentContext()).toBeUndefined();
});

describe('another copy of the module', () => {
  it('sees the same context, as the ESM and the CJS build do', async () => {
    jest.resetModules();
    const copy = await import('../../src/context/context.js');
    expect(copy.withContext).not.toBe(withContext);
    await runAs({ id: 'ann' }, async () => {
      expect(copy.currentContext()).toBe(current());
      await copy.runAs({ id: 'bob' }, () => expect(current().actor).toEqual({ id: 'bob' }));
      copy.setActor({ id: 'cid' });
      expect(actorOf(current())).toEqual({ id: 'cid' });
    });
  });

  it('finds it under a symbol that any copy can name', () => {
    const registry = globalThis as unknown as Record<symbol, unknown>;
    expect(registry[Symbol.for('nestjs-prisma-audit.context')]).toBeInstanceOf(AsyncLocalStorage);
  });
});
