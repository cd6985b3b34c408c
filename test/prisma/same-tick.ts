import { runAs } from '../../src/context/index.js';
import type { AnyAuditedClient } from '../support/quickstart.js';
import {
  array,
  counter,
  interactive,
  lookup,
  meeting,
  nested,
  request,
  resumed,
  single,
  together,
  WORKERS,
} from './requests.js';

/**
 * Programs in which several requests start, or resume, in one tick of the event loop. Every row that a request writes has
 * its own actor's name between `@`s in it, so that the log can be checked against itself.
 */
export interface Program {
  readonly name: string;
  run: (prisma: AnyAuditedClient) => Promise<unknown>;
}

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

/** The actor changes inside a transaction, in a tick that somebody else's statement of a transaction shares. */
export const SHARED_CHANGES: Program[] = [
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
    name: 'a runAs inside each of several interactive transactions that belong to no unit of work',
    run: (p) => {
      const arrive = meeting(2);
      return Promise.all(
        ['w0_as', 'w1_as'].map((id) =>
          p.$transaction((tx) =>
            runAs({ id }, async () => {
              await arrive();
              await tx.counter.create(counter(id));
            }),
          ),
        ),
      );
    },
  },
];

/** Two actors at the same time in ONE transaction: Prisma sends their statements together, and nothing tells them apart. */
export const LIMITS: Program[] = [
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
