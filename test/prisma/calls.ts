import { setTimeout as sleep } from 'node:timers/promises';
import { Prisma, type PrismaClient } from '../support/quickstart.js';

/** A call, and what it must end in; else it would compare nothing with nothing. */
export type Call = readonly [name: string, ends: 'value' | string, run: (p: PrismaClient) => Promise<unknown>];

const AT = new Date('2026-05-05T05:05:05.005Z');
const invoice = { tenantId: 'acme', createdById: 1, createdAt: AT, updatedAt: AT };
const account = { tenantId: 'acme', name: 'New', passwordHash: 'h', role: 'CLERK' as const };
const SESSION = '00000000-0000-4000-8000-00000000000';

const VALUES: Call[] = [
  [
    'create with select',
    'value',
    (p) => p.user.create({ data: { ...account, email: 's@x' }, select: { email: true } }),
  ],
  [
    'create with omit',
    'value',
    (p) => p.user.create({ data: { ...account, email: 'o@x' }, omit: { passwordHash: true } }),
  ],
  [
    'update with include and count',
    'value',
    (p) =>
      p.invoice.update({
        where: { id: 1 },
        data: { note: 'n', updatedAt: AT },
        include: { lines: { orderBy: { position: 'desc' } }, tags: true, _count: true },
      }),
  ],
  ['a fluent call', 'value', async (p) => await p.invoice.findUnique({ where: { id: 1 } }).createdBy()],
  [
    'BigInt',
    'value',
    (p) => p.counter.update({ where: { key: 'acme' }, data: { value: { increment: 9007199254740993n } } }),
  ],
  [
    'scalar lists',
    'value',
    (p) => p.counter.upsert({ where: { key: 'l' }, create: { key: 'l', value: 1, recent: [3, -1] }, update: {} }),
  ],
  [
    'Decimal',
    'value',
    (p) => p.invoice.create({ data: { ...invoice, number: 'D', total: new Prisma.Decimal('1234567890.125') } }),
  ],
  [
    'Bytes',
    'value',
    (p) => p.user.update({ where: { id: 1 }, data: { avatar: Uint8Array.from({ length: 256 }, (_, i) => i) } }),
  ],
  ...([
    ['Json', { a: [1.5, 'ü\u2028', null, { b: [] }], c: 1e21 }],
    ['JsonNull', Prisma.JsonNull],
    ['DbNull', Prisma.DbNull],
  ].map(([name, metadata]) => [
    name,
    'value',
    (p: PrismaClient) =>
      p.invoice.update({ where: { id: 1 }, data: { metadata: metadata as Prisma.InputJsonValue, updatedAt: AT } }),
  ]) as Call[]),
  [
    'Json filters',
    'value',
    (p) => p.invoice.findMany({ where: { metadata: { path: ['a'], equals: 1 } }, omit: { total: true } }),
  ],
  [
    'composite ids',
    'value',
    (p) =>
      p.invoiceLine.update({ where: { invoiceId_position: { invoiceId: 1, position: 1 } }, data: { position: 8 } }),
  ],
  [
    'createMany',
    'value',
    (p) =>
      p.counter.createMany({
        data: [
          { key: 'a', value: 1 },
          { key: 'acme', value: 1 },
        ],
        skipDuplicates: true,
      }),
  ],
  [
    'createManyAndReturn',
    'value',
    (p) =>
      p.tag.createManyAndReturn({
        data: [
          { tenantId: 't', name: '1' },
          { tenantId: 't', name: '2' },
        ],
      }),
  ],
  [
    'updateManyAndReturn',
    'value',
    (p) => p.tag.updateManyAndReturn({ data: { tenantId: 'u' }, select: { name: true } }),
  ],
  ['deleteMany', 'value', (p) => p.invoiceLine.deleteMany({ where: { quantity: { gte: 2 } } })],
  [
    'aggregate and groupBy',
    'value',
    (p) =>
      Promise.all([
        p.invoice.aggregate({ _sum: { total: true } }),
        p.user.groupBy({ by: 'role', _count: true, orderBy: { role: 'asc' } }),
      ]),
  ],
  [
    '$queryRaw with every type',
    'value',
    (p) =>
      p.$queryRaw`select u.*, 1::bigint as n, 1.10::numeric as d, '{1}'::int[] as l, now() is null as b from "User" u order by id`,
  ],
  ['$executeRaw', 'value', (p) => p.$executeRaw`update "Tag" set name = upper(name) where id < ${3}`],
  [
    'an array transaction of reads and writes',
    'value',
    (p) =>
      p.$transaction([
        p.tag.findMany({ orderBy: { id: 'asc' } }),
        p.tag.deleteMany(),
        p.tag.count(),
        p.user.findUnique({ where: { id: 1 } }),
      ]),
  ],
  ['an array transaction of nothing', 'value', (p) => p.$transaction([])],
  [
    'an interactive transaction with isolation level',
    'value',
    (p) =>
      p.$transaction(async (tx) => await tx.$queryRaw`show transaction_isolation`, { isolationLevel: 'Serializable' }),
  ],
  [
    'an array transaction with isolation level',
    'value',
    (p) =>
      p.$transaction([p.tag.count(), p.$queryRaw`show transaction_isolation`], { isolationLevel: 'RepeatableRead' }),
  ],
];

const ERRORS: Call[] = [
  ['P2002, unique', 'P2002', (p) => p.user.create({ data: { ...account, email: 'ann@example.com' } })],
  [
    'P2002, composite, in createMany',
    'P2002',
    (p) =>
      p.tag.createMany({
        data: [
          { tenantId: 'n', name: 'n' },
          { tenantId: 'acme', name: 'red' },
        ],
      }),
  ],
  ['P2003, foreign key', 'P2003', (p) => p.session.create({ data: { id: `${SESSION}7`, userId: 999, expiresAt: AT } })],
  ['P2003, restricted delete', 'P2003', (p) => p.user.delete({ where: { id: 1 } })],
  ['P2025, update', 'P2025', (p) => p.user.update({ where: { id: 999 }, data: { name: 'x' } })],
  ['P2025, delete', 'P2025', (p) => p.counter.delete({ where: { key: 'none' } })],
  ['P2025, findUniqueOrThrow', 'P2025', (p) => p.tag.findUniqueOrThrow({ where: { id: 999 } })],
  [
    'P2025, nested connect',
    'P2025',
    (p) => p.invoice.update({ where: { id: 1 }, data: { note: 'x', tags: { connect: { id: 99 } } } }),
  ],
  [
    'P2000-like, a number too large',
    'P2020',
    (p) => p.invoice.update({ where: { id: 1 }, data: { total: '99999999999.99' } }),
  ],
  ['P2010, raw', 'P2010', (p) => p.$executeRaw`insert into "Counter" values ('acme', 1)`],
  ['P2010, syntax', 'P2010', (p) => p.$queryRawUnsafe('selct 1')],
  [
    'P2010, several statements with a parameter',
    'P2010',
    (p) => p.$executeRawUnsafe('delete from "Tag" where id = $1; select 1', 1),
  ],
  ['a validation error', 'PrismaClientValidationError', (p) => p.user.create({ data: { email: 'x' } as never })],
  [
    'an array transaction that fails',
    'P2002',
    (p) => p.$transaction([p.tag.deleteMany(), p.counter.create({ data: { key: 'acme', value: 1 } })]),
  ],
  [
    'an error of the callback',
    'RangeError',
    (p) =>
      p.$transaction(async (tx) => {
        await tx.tag.deleteMany();
        throw new RangeError('mine');
      }),
  ],
  [
    'a transaction that takes too long',
    'P2028',
    (p) =>
      p.$transaction(
        async (tx) => {
          await tx.tag.deleteMany();
          await sleep(60);
          await tx.tag.count();
        },
        { timeout: 20 },
      ),
  ],
  [
    'a transaction with something that is no query',
    'Error',
    async (p) => await p.$transaction([Promise.resolve(1) as never]),
  ],
  [
    'a call of a transaction that is over',
    'P2028',
    async (p) => {
      const tx = await p.$transaction(async (t) => ({ t }));
      return await tx.t.tag.count();
    },
  ],
  [
    'an isolation level that there is not',
    'P2023',
    (p) => p.$transaction(async (tx) => await tx.tag.count(), { isolationLevel: 'No' as never }),
  ],
];

export const CALLS: Call[] = [...VALUES, ...ERRORS];
