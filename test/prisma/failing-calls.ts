import { setTimeout as sleep } from 'node:timers/promises';
import { account, AT, type Call } from './calls.js';

const SESSION = '00000000-0000-4000-8000-00000000000';

export const ERRORS: Call[] = [
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
  ['P2010, an unterminated string', 'P2010', (p) => p.$queryRawUnsafe(`select 'abc`)],
  ['P2010, an unterminated comment', 'P2010', (p) => p.$executeRawUnsafe('delete from "Tag" /* all')],
  ['P2010, an unterminated name', 'P2010', (p) => p.$queryRawUnsafe('select "abc')],
  ['P2010, an unterminated dollar quote', 'P2010', (p) => p.$queryRawUnsafe('select $x$ abc')],
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
