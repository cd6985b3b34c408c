import { runAs, withContext } from '../../src/context/index.js';
import type { AnyAuditedClient } from '../support/quickstart.js';

/**
 * Programs in which several requests start, or resume, in one tick of the event loop. Every row that a request writes has
 * its own actor's name between `@`s in it, so that the log can be checked against itself.
 */
export interface Program {
  readonly name: string;
  run(prisma: AnyAuditedClient): Promise<unknown>;
}

export const WORKERS = 6;
const names = Array.from({ length: WORKERS }, (_, i) => `w${i}`);
let serial = 0;
/** A text with the owner in it that no other row has. */
export const mark = (actor: string): string => `@${actor}@${serial++}`;

/** One request: a unit of work of its own. Its first step runs before this returns. */
export const request = <T>(actor: string, work: (actor: string) => PromiseLike<T>): Promise<T> =>
  withContext({ actor: { id: actor } }, () => work(actor));

/** All requests start in this tick. */
const together = (work: (actor: string, index: number) => PromiseLike<unknown>): Promise<unknown> =>
  Promise.all(names.map((name, i) => request(name, () => work(name, i))));

/** All requests wait for one promise, and so resume in one tick. */
const resumed = (work: (actor: string, index: number) => PromiseLike<unknown>): Promise<unknown> => {
  const gate = new Promise<void>((resolve) => setTimeout(resolve, 5));
  return together(async (actor, i) => {
    await gate;
    return await work(actor, i);
  });
};

/** A promise that is kept when as many have come as are expected. */
function meeting(expected: number): () => Promise<void> {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let here = 0;
  return () => {
    if (++here === expected) open();
    return gate;
  };
}

const counter = (actor: string) => ({ data: { key: mark(actor), value: 1n } });
const account = (actor: string) => ({ email: mark(actor), tenantId: 'acme', name: mark(actor), passwordHash: 'x' });

const single = (p: AnyAuditedClient) => (actor: string) => p.counter.create(counter(actor));
const nested = (p: AnyAuditedClient) => (actor: string) =>
  p.user.create({
    data: {
      ...account(actor),
      invoices: {
        create: {
          tenantId: mark(actor),
          number: '1',
          total: 1,
          lines: { create: { position: 1, description: mark(actor), quantity: 1, unitPrice: 1 } },
          tags: { create: { tenantId: 'acme', name: mark(actor) } },
        },
      },
    },
    include: { invoices: true },
  });
const array = (p: AnyAuditedClient) => (actor: string) =>
  p.$transaction([
    p.counter.create(counter(actor)),
    p.tag.create({ data: { tenantId: 'acme', name: mark(actor) } }),
    p.user.count(),
    p.counter.create(counter(actor)),
  ]);
const interactive = (p: AnyAuditedClient) => (actor: string) =>
  p.$transaction(
    async (tx) => {
      await tx.counter.create(counter(actor));
      await tx.user.findUnique({ where: { email: 'nobody' } });
      await tx.tag.create({ data: { tenantId: 'acme', name: mark(actor) } });
    },
    { maxWait: 20_000, timeout: 20_000 },
  );
const lookup = (p: AnyAuditedClient) => p.user.findUnique({ where: { email: 'nobody' } });

export const PROGRAMS: Program[] = [
  { name: 'single writes that start together', run: (p) => together(single(p)) },
  { name: 'single writes that resume together', run: (p) => resumed(single(p)) },
  { name: 'nested writes that start together', run: (p) => together(nested(p)) },
  { name: 'nested writes that resume together', run: (p) => resumed(nested(p)) },
  { name: 'array transactions that start together', run: (p) => together(array(p)) },
  { name: 'array transactions that resume together', run: (p) => resumed(array(p)) },
  {
    name: 'an array transaction beside a bare findUnique of another request',
    run: (p) => resumed((actor, i) => (i === WORKERS - 1 ? array(p)(actor) : lookup(p))),
  },
  {
    name: 'an array transaction of one beside a bare findUnique of another request',
    run: (p) => resumed((actor, i) => (i % 2 ? p.$transaction([p.counter.create(counter(actor))]) : lookup(p))),
  },
  { name: 'interactive transactions that start together', run: (p) => together(interactive(p)) },
  {
    name: 'statements of several interactive transactions that resume together',
    run: (p) => {
      const steps = [meeting(WORKERS), meeting(WORKERS), meeting(WORKERS)];
      return together((actor) =>
        p.$transaction(async (tx) => {
          for (const arrive of steps) {
            await arrive();
            await tx.counter.create(counter(actor));
          }
        }),
      );
    },
  },
  {
    name: 'interactive and array transactions and reads that resume together',
    run: (p) => {
      const arrive = meeting(WORKERS);
      return together(async (actor, i) => {
        if (i % 3 === 0) return await arrive().then(() => array(p)(actor));
        if (i % 3 === 1) return await arrive().then(() => lookup(p));
        return await p.$transaction(async (tx) => {
          await arrive();
          await tx.counter.create(counter(actor));
        });
      });
    },
  },
];

/** An actor that changes while the request runs. */
export const ACTOR_CHANGES: Program[] = [
  {
    name: 'a runAs inside an interactive transaction',
    run: (p) =>
      request('outer', () =>
        p.$transaction(async (tx) => {
          await tx.counter.create(counter('outer'));
          await runAs({ id: 'inner' }, () => tx.counter.create(counter('inner')));
          await tx.counter.create(counter('outer'));
        }),
      ),
  },
  {
    name: 'a lazy promise that is made in one request and awaited in a runAs',
    run: async (p) => {
      const lazy = await request('maker', async () => ({ promise: p.counter.create(counter('taker')) }));
      await runAs({ id: 'taker' }, () => lazy.promise);
    },
  },
  {
    name: 'an array of promises that are made in one request and sent in another',
    run: async (p) => {
      const lazy = await request('maker', async () => [1, 2].map(() => p.counter.create(counter('taker'))));
      await request('taker', () => p.$transaction(lazy));
    },
  },
];

/**
 * The actor changes inside one unit of work, in a tick that somebody else's statement of a transaction shares. Nothing in
 * Prisma's public interface tells which of them a statement belongs to.
 */
export const LIMITS: Program[] = [
  {
    name: 'a runAs inside each of several interactive transactions that resume together',
    run: (p) => {
      const arrive = meeting(WORKERS);
      return together((actor) =>
        p.$transaction((tx) =>
          runAs({ id: `${actor}_as` }, async () => {
            await arrive();
            await tx.counter.create(counter(`${actor}_as`));
          }),
        ),
      );
    },
  },
  {
    name: 'two runAs of one request, each with an interactive transaction, that resume together',
    run: (p) => {
      const arrive = meeting(2);
      const work = (actor: string) =>
        p.$transaction(async (tx) => {
          await arrive();
          await tx.counter.create(counter(actor));
        });
      return request('w0', () =>
        Promise.all(['w0_as', 'w0_also'].map((actor) => runAs({ id: actor }, () => work(actor)))),
      );
    },
  },
  {
    name: 'two runAs at the same time inside one interactive transaction',
    run: (p) =>
      request('w0', () =>
        p.$transaction((tx) =>
          Promise.all(['w0_as', 'w0_also'].map((id) => runAs({ id }, () => tx.counter.create(counter(id))))),
        ),
      ),
  },
];

/** Two hundred requests of every kind at the same time. */
export function crowd(p: AnyAuditedClient): Promise<unknown> {
  const kinds = [single, nested, array, interactive];
  const gate = new Promise<void>((resolve) => setTimeout(resolve, 5));
  return Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      request(`c${i}`, async (actor) => {
        if (i % 3 === 0) await gate;
        if (i % 5 === 0) await lookup(p);
        await (kinds[i % kinds.length] ?? single)(p)(actor);
        await (kinds[(i + 1) % kinds.length] ?? single)(p)(actor);
      }),
    ),
  );
}
