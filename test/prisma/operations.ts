import { Prisma, type AnyAuditedClient } from '../support/quickstart.js';

export interface Operation {
  readonly name: string;
  run(prisma: AnyAuditedClient): Promise<unknown>;
  /** What the operation is for: the changes that the witness must have seen, else the row tests nothing. */
  readonly sees: string;
  /** It is meant to fail. */
  readonly fails?: true;
}

const AT = new Date('2026-05-05T05:05:05.005Z');
const user = (email: string): Prisma.UserUncheckedCreateInput => ({
  tenantId: 'acme',
  email,
  name: 'Ünïcode "quoted" \\ name',
  passwordHash: 'secret',
  avatar: Buffer.from([0, 1, 254, 255]),
});
const invoice = (number: string) => ({ tenantId: 'acme', number, total: '99999.99', createdAt: AT, updatedAt: AT });
const line = (position: number) => ({ position, description: `line ${position}`, quantity: 1, unitPrice: '0.10' });
const SESSION = '00000000-0000-4000-8000-00000000000';

const FLAT: Operation[] = [
  { name: 'create', sees: 'insert User', run: (p) => p.user.create({ data: user('new@example.com') }) },
  { name: 'createMany', sees: 'insert User ×2', run: (p) => p.user.createMany({ data: [user('a@x'), user('b@x')] }) },
  {
    name: 'createMany with different columns',
    sees: 'insert Tag ×2',
    run: (p) =>
      p.tag.createMany({
        data: [
          { id: 50, tenantId: 'acme', name: 'a' },
          { tenantId: 'acme', name: 'b' },
        ],
      }),
  },
  {
    name: 'createMany that skips duplicates',
    sees: 'insert Tag',
    run: (p) =>
      p.tag.createMany({ data: ['red', 'new'].map((name) => ({ tenantId: 'acme', name })), skipDuplicates: true }),
  },
  {
    name: 'createManyAndReturn',
    sees: 'insert Counter ×2',
    run: (p) =>
      p.counter.createManyAndReturn({
        data: [
          { key: 'a', value: 2n ** 63n - 1n, recent: [1, -2] },
          { key: 'b', value: 0n },
        ],
      }),
  },
  {
    name: 'create with Json, Decimal and dates',
    sees: 'insert Invoice',
    run: (p) =>
      p.invoice.create({
        data: { ...invoice('J-1'), createdById: 1, metadata: { deep: [1, 'ü', null, { e: 1e21 }] }, approvedAt: AT },
      }),
  },
  {
    name: 'create of a child',
    sees: 'insert InvoiceLine',
    run: (p) => p.invoiceLine.create({ data: { invoiceId: 1, ...line(9) } }),
  },
  {
    name: 'create of a session',
    sees: 'insert Session',
    run: (p) => p.session.create({ data: { userId: 1, expiresAt: AT } }),
  },
  {
    name: 'update',
    sees: 'update User',
    run: (p) => p.user.update({ where: { id: 1 }, data: { name: 'Anna', role: 'CLERK', avatar: null } }),
  },
  {
    name: 'update by another unique key',
    sees: 'update User',
    run: (p) => p.user.update({ where: { email: 'bob@example.com' }, data: { tenantId: 'other' } }),
  },
  {
    name: 'update that changes the key',
    sees: 'update InvoiceLine',
    run: (p) =>
      p.invoiceLine.update({ where: { invoiceId_position: { invoiceId: 1, position: 1 } }, data: { position: 7 } }),
  },
  {
    name: 'update of a key that others refer to',
    sees: 'update User, update Session ×2',
    run: (p) => p.user.update({ where: { id: 3 }, data: { id: 33 } }),
  },
  {
    name: 'update with the values that are there',
    sees: '',
    run: (p) => p.user.update({ where: { id: 1 }, data: { name: 'Ann' } }),
  },
  { name: 'update with nothing', sees: '', run: (p) => p.user.update({ where: { id: 1 }, data: {} }) },
  {
    name: 'increment, push and set',
    sees: 'update Counter',
    run: (p) =>
      p.counter.update({ where: { key: 'acme' }, data: { value: { increment: 1n }, recent: { push: [4, 5] } } }),
  },
  {
    name: 'updateMany',
    sees: 'update InvoiceLine ×2',
    run: (p) =>
      p.invoiceLine.updateMany({ where: { invoiceId: 1 }, data: { quantity: { multiply: 3 }, unitPrice: '1.005' } }),
  },
  { name: 'updateMany of no row', sees: '', run: (p) => p.tag.updateMany({ where: { id: 77 }, data: { name: 'no' } }) },
  {
    name: 'updateMany of rows of which one has the value',
    sees: 'update Counter',
    run: (p) => p.counter.updateMany({ data: { value: 1n } }),
  },
  {
    name: 'updateManyAndReturn',
    sees: 'update Tag ×3',
    run: (p) => p.tag.updateManyAndReturn({ data: { tenantId: 'other' } }),
  },
  {
    name: 'native upsert that inserts',
    sees: 'insert Counter',
    run: (p) =>
      p.counter.upsert({ where: { key: 'n' }, create: { key: 'n', value: 1n }, update: { value: { increment: 1n } } }),
  },
  {
    name: 'native upsert that updates',
    sees: 'update Counter',
    run: (p) =>
      p.counter.upsert({
        where: { key: 'acme' },
        create: { key: 'acme', value: 1n },
        update: { value: { decrement: 2n } },
      }),
  },
  {
    name: 'upsert that reads first and inserts',
    sees: 'insert User, insert Session',
    run: (p) =>
      p.user.upsert({
        where: { id: 500 },
        create: { ...user('up@x'), sessions: { create: { expiresAt: AT } } },
        update: {},
        include: { sessions: true },
      }),
  },
  {
    name: 'upsert that reads first and updates',
    sees: 'update User, insert Session',
    run: (p) =>
      p.user.upsert({
        where: { id: 3 },
        create: user('up@x'),
        update: { name: 'Up', sessions: { create: { expiresAt: AT } } },
      }),
  },
  { name: 'delete', sees: 'delete Counter', run: (p) => p.counter.delete({ where: { key: 'acme' } }) },
  {
    name: 'delete by a composite unique key, with select',
    sees: 'delete Tag',
    run: (p) =>
      p.tag.delete({ where: { tenantId_name: { tenantId: 'acme', name: 'blue' } }, select: { invoices: true } }),
  },
  {
    name: 'delete that cascades',
    sees: 'delete Invoice, delete InvoiceLine ×2, delete _InvoiceToTag ×2',
    run: (p) => p.invoice.delete({ where: { id: 1 } }),
  },
  {
    name: 'deleteMany that cascades',
    sees: 'delete User, delete Session ×2',
    run: (p) => p.user.deleteMany({ where: { invoices: { none: {} }, sessions: { some: {} } } }),
  },
  { name: 'deleteMany of all', sees: 'delete InvoiceLine ×3', run: (p) => p.invoiceLine.deleteMany() },
];

const NESTED: Operation[] = [
  {
    name: 'nested create, three levels',
    sees: 'insert User, insert Invoice, insert InvoiceLine ×2, insert Tag, insert _InvoiceToTag',
    run: (p) =>
      p.user.create({
        data: {
          ...(user('deep@x') as Prisma.UserCreateInput),
          invoices: {
            create: {
              ...invoice('D-1'),
              lines: { create: [line(1), line(2)] },
              tags: { create: { tenantId: 'acme', name: 'deep' } },
            },
          },
        },
        include: { invoices: { include: { lines: true } } },
      }),
  },
  {
    name: 'nested createMany, update, updateMany, upsert, delete and deleteMany',
    sees: 'insert InvoiceLine ×2, update InvoiceLine ×2, delete InvoiceLine ×2, update Invoice',
    run: (p) =>
      p.invoice.update({
        where: { id: 1 },
        data: {
          updatedAt: AT,
          lines: {
            createMany: { data: [line(5)] },
            upsert: {
              where: { invoiceId_position: { invoiceId: 1, position: 6 } },
              create: line(6),
              update: { quantity: 6 },
            },
            update: {
              where: { invoiceId_position: { invoiceId: 1, position: 1 } },
              data: { description: 'first' },
            },
            updateMany: { where: { position: 2 }, data: { quantity: 22 } },
            delete: { invoiceId_position: { invoiceId: 1, position: 1 } },
            deleteMany: { position: 2 },
          },
        },
      }),
  },
  {
    name: 'nested connect of one to many',
    sees: 'update Session',
    run: (p) => p.user.update({ where: { id: 1 }, data: { sessions: { connect: { id: `${SESSION}1` } } } }),
  },
  {
    name: 'nested connect from the child',
    sees: 'update Session',
    run: (p) => p.session.update({ where: { id: `${SESSION}2` }, data: { user: { connect: { id: 2 } } } }),
  },
  {
    name: 'nested connectOrCreate from the child',
    sees: 'insert User, insert Session',
    run: (p) =>
      p.session.create({
        data: {
          expiresAt: AT,
          user: { connectOrCreate: { where: { email: 'coc@x' }, create: user('coc@x') as Prisma.UserCreateInput } },
        },
      }),
  },
  {
    name: 'many to many: connect, disconnect and create',
    sees: 'insert Tag, insert _InvoiceToTag ×2, delete _InvoiceToTag',
    run: (p) =>
      p.invoice.update({
        where: { id: 1 },
        data: {
          updatedAt: new Date('2026-01-01'),
          tags: { connect: { id: 3 }, disconnect: { id: 1 }, create: { tenantId: 'acme', name: 'm2m' } },
        },
      }),
  },
  {
    name: 'many to many: set',
    sees: 'insert _InvoiceToTag, delete _InvoiceToTag ×2',
    run: (p) =>
      p.tag
        .update({ where: { id: 1 }, data: { invoices: { set: [{ id: 2 }] }, name: 'red' } })
        .then(() => p.tag.update({ where: { id: 2 }, data: { invoices: { set: [] } } })),
  },
  {
    name: 'many to many: connect of what is connected, connectOrCreate of both kinds',
    sees: 'insert Tag, insert _InvoiceToTag',
    run: (p) =>
      p.invoice.update({
        where: { id: 1 },
        data: {
          updatedAt: new Date('2026-01-01'),
          tags: {
            connect: { id: 1 },
            connectOrCreate: ['green', 'mint'].map((name) => ({
              where: { tenantId_name: { tenantId: 'acme', name } },
              create: { tenantId: 'acme', name },
            })),
          },
        },
      }),
  },
];

const RAW: Operation[] = [
  {
    name: '$executeRaw',
    sees: 'update Tag ×3',
    run: (p) => p.$executeRaw`update "Tag" set name = name || ${'*/ -- $1'}`,
  },
  {
    name: '$executeRawUnsafe that ends in a line comment',
    sees: 'delete Counter',
    run: (p) => p.$executeRawUnsafe(`delete from "Counter" where key = 'acme' -- gone`),
  },
  {
    name: '$queryRaw with RETURNING',
    sees: 'insert Tag',
    run: (p) => p.$queryRaw`insert into "Tag" ("tenantId", name) values ('acme', ${'raw'}) returning id`,
  },
  {
    name: '$queryRawUnsafe with a CTE that writes twice',
    sees: 'insert Counter, delete Counter',
    run: (p) =>
      p.$queryRawUnsafe(
        `with gone as (delete from "Counter" where key = $1 returning value) insert into "Counter" select 'cte', value, '{}' from gone returning key`,
        'acme',
      ),
  },
  {
    name: 'several statements in one text',
    sees: 'update Tag, delete Counter',
    run: (p) =>
      p.$executeRawUnsafe(`update "Tag" set name = 'm' where id = 1; delete from "Counter" where key = 'other';`),
  },
  {
    name: 'a DO block with dynamic SQL',
    sees: 'update Tag',
    run: (p) => p.$executeRawUnsafe(`do $do$ begin execute 'update "Tag" set name = ''do'' where id = 2'; end $do$`),
  },
  {
    name: 'TRUNCATE … CASCADE',
    sees: 'truncate Tag, truncate _InvoiceToTag',
    run: (p) => p.$executeRawUnsafe('truncate "Tag" cascade'),
  },
];

const TRANSACTIONS: Operation[] = [
  {
    name: 'an interactive transaction',
    sees: 'insert Tag, update User, delete Counter, insert InvoiceLine ×2',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.tag.create({ data: { tenantId: 'acme', name: 'tx' } });
        await tx.user.update({ where: { id: 2 }, data: { passwordHash: 'changed' } });
        await tx.$executeRaw`delete from "Counter" where key = 'acme'`;
        await tx.invoice.update({
          where: { id: 1 },
          data: { updatedAt: new Date('2026-01-01'), lines: { create: [line(3), line(4)] } },
        });
      }),
  },
  {
    name: 'an interactive transaction within another one, of which one is undone',
    sees: 'insert Tag ×2',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.tag.create({ data: { tenantId: 'acme', name: 'outer' } });
        await tx.$transaction((inner) => inner.tag.create({ data: { tenantId: 'acme', name: 'inner' } }));
        await tx
          .$transaction(async (inner) => {
            await inner.tag.create({ data: { tenantId: 'acme', name: 'undone' } });
            throw new Error('undo');
          })
          .catch(() => undefined);
      }),
  },
  {
    name: 'an array transaction',
    sees: 'insert Tag, update Tag, delete Counter, update Invoice ×2',
    run: (p) =>
      p.$transaction([
        p.tag.create({ data: { tenantId: 'acme', name: 'array' } }),
        p.tag.update({ where: { id: 1 }, data: { name: 'crimson' } }),
        p.user.count(),
        p.counter.delete({ where: { key: 'acme' } }),
        p.$executeRaw`update "Invoice" set note = ${'raw in array'}`,
      ]),
  },
  {
    name: 'an array transaction of one',
    sees: 'insert Tag',
    run: (p) => p.$transaction([p.tag.create({ data: { tenantId: 'acme', name: 'one' } })]),
  },
  {
    name: 'an interactive transaction that is rolled back',
    sees: '',
    fails: true,
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.tag.create({ data: { tenantId: 'acme', name: 'no' } });
        await tx.user.deleteMany({ where: { id: 3 } });
        throw new Error('rolled back');
      }),
  },
  {
    name: 'an array transaction that is rolled back',
    sees: '',
    fails: true,
    run: (p) =>
      p.$transaction([
        p.tag.create({ data: { tenantId: 'acme', name: 'no' } }),
        p.tag.create({ data: { tenantId: 'acme', name: 'red' } }),
      ]),
  },
  {
    name: 'a unique constraint violated',
    sees: '',
    fails: true,
    run: (p) => p.tag.createMany({ data: ['new', 'red'].map((name) => ({ tenantId: 'acme', name })) }),
  },
  {
    name: 'a nested write of which the last part fails',
    sees: '',
    fails: true,
    run: (p) => p.user.update({ where: { id: 1 }, data: { name: 'no', sessions: { connect: { id: `${SESSION}9` } } } }),
  },
  {
    name: 'a restricted delete',
    sees: '',
    fails: true,
    run: (p) => p.user.delete({ where: { id: 1 } }),
  },
];

export const OPERATIONS: Operation[] = [...FLAT, ...NESTED, ...RAW, ...TRANSACTIONS];
