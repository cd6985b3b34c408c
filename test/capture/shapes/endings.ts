import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient } from '../schemas/generated/shapes/client.js';
import type { Shape } from './shape.js';

type Calls = Pick<PrismaClient, 'auto' | 'keyless' | 'person' | 'post' | 'membership' | '$executeRaw'>;
type Ending = readonly [what: string, fails: string, call: (p: Calls) => ReturnType<Calls['auto']['deleteMany']>];

/** Typed as one kind of PrismaPromise; what they resolve to is compared, not used. */
const same = (call: unknown) => call as ReturnType<Calls['auto']['deleteMany']>;

const FAILURES: Ending[] = [
  ['P2002', 'P2002', (p) => same(p.auto.create({ data: { code: 'two' } }))],
  ['P2002 in createMany', 'P2002', (p) => same(p.auto.createMany({ data: [{ code: 'x' }, { code: 'one' }] }))],
  ['P2003', 'P2003', (p) => same(p.membership.create({ data: { personId: 99, clubId: 1 } }))],
  ['P2025 of update', 'P2025', (p) => same(p.auto.update({ where: { id: 99 }, data: { count: 1 } }))],
  [
    'P2018 of a nested connect',
    'P2018',
    (p) => same(p.person.update({ where: { id: 1 }, data: { name: 'no', posts: { connect: { id: 99 } } } })),
  ],
  ['a raw error', 'P2010', (p) => same(p.$executeRaw`insert into "Auto" (code) values (${'two'})`)],
];

const first = (p: Calls) => p.auto.update({ where: { id: 1 }, data: { count: { increment: 1 } } });

/** Each failure, alone and behind a write that must be undone with it, or kept. */
export const OF_ENDINGS: Shape[] = FAILURES.flatMap(([what, fails, call]): Shape[] => [
  { name: `${what}, plain`, sees: '', fails, run: (p) => call(p) },
  { name: `${what}, in an array transaction`, sees: '', fails, run: (p) => p.$transaction([first(p), call(p)]) },
  {
    name: `${what}, in an interactive transaction`,
    sees: '',
    fails,
    run: (p) =>
      p.$transaction(async (tx) => {
        await first(tx);
        await call(tx);
      }),
  },
  {
    name: `${what}, in a savepoint that is undone`,
    sees: 'update Auto ×2',
    run: (p) =>
      p.$transaction(async (tx) => {
        await first(tx);
        await tx
          .$transaction(async (inner) => {
            await inner.keyless.deleteMany();
            await call(inner);
          })
          .catch(() => undefined);
        await first(tx);
      }),
  },
]);

export const OF_TRANSACTIONS: Shape[] = [
  {
    name: 'an interactive transaction over several tables',
    sees: 'update Auto, insert people, delete posts, delete _LabelToPost ×2, update Label ×3',
    run: (p) =>
      p.$transaction(async (tx) => {
        await first(tx);
        await tx.person.create({ data: { id: 9, name: 'Tx' } });
        await tx.post.delete({ where: { id: 1 } });
        return await tx.$executeRaw`update "Label" set name = name || ${'*/ -- $1'}`;
      }),
  },
  {
    name: 'an interactive transaction, Serializable',
    sees: 'update Auto',
    run: (p) => p.$transaction((tx) => first(tx), { isolationLevel: 'Serializable' }),
  },
  {
    name: 'the same row three times in one transaction',
    sees: 'update Auto ×3',
    run: (p) =>
      p.$transaction(async (tx) => [
        await first(tx),
        await tx.auto.update({ where: { id: 1 }, data: { count: 50 } }),
        await first(tx),
      ]),
  },
  {
    name: 'a savepoint that is kept',
    sees: 'update Auto, delete Auto',
    run: (p) =>
      p.$transaction(async (tx) => {
        await first(tx);
        await tx.$transaction((inner) => inner.auto.delete({ where: { id: 2 } }));
      }),
  },
  {
    name: 'an array transaction of reads and writes',
    sees: 'update Auto, delete Keyless ×2',
    run: (p) => p.$transaction([p.auto.count(), first(p), p.keyless.deleteMany(), p.auto.findMany()]),
  },
  { name: 'an array transaction of one', sees: 'update Auto', run: (p) => p.$transaction([first(p)]) },
  {
    name: 'an interactive transaction that its callback ends with an error',
    sees: '',
    fails: 'RangeError',
    run: (p) =>
      p.$transaction(async (tx) => {
        await first(tx);
        throw new RangeError('mine');
      }),
  },
  {
    name: 'a statement that runs into statement_timeout',
    sees: '',
    fails: 'P2010',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.$executeRaw`set local statement_timeout = 30`;
        await first(tx);
        await tx.$executeRaw`update "Auto" set count = 9 where pg_sleep(20) is not null`;
      }),
  },
  {
    name: 'a lock that is not waited for',
    sees: 'update Auto',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.$queryRaw`select id from "Auto" order by id for update nowait`;
        return await first(tx);
      }),
  },
  {
    name: 'an interactive transaction that takes too long',
    sees: '',
    fails: 'P2028',
    run: (p) =>
      p.$transaction(
        async (tx) => {
          await first(tx);
          await sleep(60);
          await first(tx);
        },
        { timeout: 20 },
      ),
  },
];
