import { AT, invoice, line, user, type Operation } from './operation.js';

export const CREATES: Operation[] = [
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
];
