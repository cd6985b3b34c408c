import { AT, user, type Operation } from './operation.js';

export const CHANGES: Operation[] = [
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
