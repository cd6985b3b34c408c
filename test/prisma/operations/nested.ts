import type { Prisma } from '../../support/quickstart.js';
import { AT, invoice, line, SESSION, user, type Operation } from './operation.js';

export const NESTED: Operation[] = [
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
          user: { connectOrCreate: { where: { email: 'coc@x' }, create: user('coc@x') } },
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
