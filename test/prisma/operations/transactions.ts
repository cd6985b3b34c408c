import { line, SESSION, type Operation } from './operation.js';

export const TRANSACTIONS: Operation[] = [
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
