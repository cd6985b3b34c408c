// What an application does, as Prisma calls. `writer` counts the concurrent clients from 0; each keeps to rows of its own.

const serial = {};
const STATUSES = ['draft', 'sent', 'approved', 'paid'];

const invoice = (engine) => invoiceOf((serial[engine] = (serial[engine] ?? 0) + 1));

/** The n-th invoice of many that differ. */
export const invoiceOf = (n) => ({
  tenantId: 'acme',
  accountId: 1000 + (n % 500),
  number: `INV-2024-${n}`,
  total: `${1200 + (n % 700)}.50`,
  tax: `${228 + (n % 100)}.10`,
  note: 'Delivered in two parts; the second follows next week.',
  metadata: { source: 'api', channel: 'web', reference: `PO-2024-${n % 1000}` },
});

const line = (position) => ({
  position,
  sku: `SKU-${1000 + position}`,
  description: 'Maintenance contract, twelve months, on site',
  quantity: 2,
  unitPrice: '149.9500',
  discount: '2.50',
  attributes: { unit: 'piece', warehouse: 'north', taxClass: 'standard' },
});

const createMany = (rows) => ({
  name: `createMany${rows}`,
  rows,
  calls: { 1: 2 },
  call: (prisma, engine) => prisma.invoice.createMany({ data: Array.from({ length: rows }, () => invoice(engine)) }),
});

/**
 * `calls`: in one block for each number of clients that the operation is measured with (1, and 10 where many at a time are
 * usual), so that a block lasts long enough for the sealer to be at work. `rows`: written by one call, where that is the point.
 * `peers`: measured with other packages as well. `reads`: and with audited reads.
 */
export const OPERATIONS = [
  {
    name: 'findUnique', // not audited but where the row says so: what the wrapped client itself costs
    reads: true,
    calls: { 1: 200, 10: 400 },
    call: (prisma, _engine, writer, n) => prisma.invoice.findUnique({ where: { id: 1 + writer * 100 + (n % 100) } }),
  },
  {
    name: 'create',
    peers: true,
    calls: { 1: 200, 10: 500 },
    call: (prisma, engine) => prisma.invoice.create({ data: invoice(engine) }),
  },
  {
    name: 'update',
    peers: true,
    calls: { 1: 200, 10: 500 },
    call: (prisma, _engine, writer, n) =>
      prisma.invoice.update({
        where: { id: 1 + writer * 100 + (n % 100) },
        data: { status: STATUSES[n % 4], total: `${2000 + (n % 900)}.75`, note: `Changed in step ${n}` },
      }),
  },
  {
    name: 'updateNone', // nobody meets the condition
    calls: { 1: 200, 10: 500 },
    call: (prisma) => prisma.invoice.updateMany({ where: { id: -1 }, data: { status: 'paid' } }),
  },
  {
    name: 'updateMany100',
    calls: { 1: 40, 10: 60 },
    call: (prisma, _engine, writer, n) =>
      prisma.invoice.updateMany({
        where: { accountId: 11 + writer },
        data: { status: STATUSES[n % 4], note: `Changed in step ${n}` },
      }),
  },
  {
    name: 'nestedCreate',
    peers: true,
    calls: { 1: 60, 10: 100 },
    call: (prisma, engine, _writer, n) =>
      prisma.invoice.create({
        data: {
          ...invoice(engine),
          lines: { create: [line(1), line(2), line(3)] },
          tags: { connect: { id: 1 + (n % 20) } },
        },
      }),
  },
  createMany(1_000),
  createMany(2_500),
  createMany(5_000),
];
