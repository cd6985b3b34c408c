import { Prisma, type PrismaClient } from '../support/quickstart.js';

/** A call, and what it must end in (`value` or the code or name of an error); else it would compare nothing with nothing. */
export type Call = readonly [name: string, ends: string, run: (p: PrismaClient) => Promise<unknown>];

export const AT = new Date('2026-05-05T05:05:05.005Z');
const invoice = { tenantId: 'acme', createdById: 1, createdAt: AT, updatedAt: AT };
export const account = { tenantId: 'acme', name: 'New', passwordHash: 'h', role: 'CLERK' as const };

export const VALUES: Call[] = [
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
