import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { withContext } from '../../src/context/index.js';
import { audited } from '../../src/prisma/index.js';
import { migrate, reconcileTriggers } from '../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { lastPosition, readContent } from '../support/quickstart.js';
import { PrismaClient } from './schemas/generated/names/client.js';
import { ENGINES } from './shapes/engine.js';
import { installWitness, sideBySide, summary, witnessed } from './shapes/witness.js';

class AuditedClient extends audited(PrismaClient) {}
type Client = InstanceType<typeof AuditedClient>;

const LONG = 'Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog' as const;

let database: TestDatabase;
let pool: pg.Pool;
let prisma: Client;
beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  await pool.query(readFileSync(new URL('schemas/names.sql', import.meta.url), 'utf8'));
  await installWitness(pool);
  await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
  await reconcileTriggers(pool, {});
  prisma = new AuditedClient({ adapter: new PrismaPg({ connectionString: database.url, max: 2 }) });
});
afterAll(async () => {
  await prisma?.$disconnect();
  await pool?.end();
  await database?.drop();
});

type Row = readonly [name: string, sees: string, ids: string[], run: (p: Client) => Promise<unknown>];

/** In this order, one database for all. */
const ROWS: Row[] = [
  [
    'models audit, user and select in one nested create',
    'insert audit, insert user, insert select, insert _auditToselect',
    ['1', '2', '3', '["1","3"]'],
    (p) =>
      p.audit.create({
        data: {
          id: 1,
          audit: 'a',
          select: 'select',
          user: { create: { by: 2, password: 'hush' } },
          many: { create: { where: 3 } },
        },
        include: { user: true, many: true },
      }),
  ],
  [
    'fields select, by and an enum value named __proto__',
    'update audit, update user',
    ['1', '2'],
    (p) =>
      p.$transaction([
        p.audit.update({ where: { id: 1 }, data: { select: 'proto' }, select: { select: true } }),
        p.user.update({ where: { by: 2 }, data: { constructor: 'd', user: { set: 'v' } } }),
      ]),
  ],
  [
    'a field named where, with JSON whose keys are __proto__ and constructor',
    'update select',
    ['3'],
    (p) =>
      p.select.update({
        where: { where: 3 },
        data: { data: JSON.parse('{"__proto__": {"constructor": 1}, "audit": null}') },
      }),
  ],
  [
    'a table, a key and a column named __proto__, constructor and toString',
    'insert __proto__ ×2, update __proto__, delete __proto__',
    ['__proto__', 'k', 'k', '__proto__'],
    async (p) => {
      await p.proto.createMany({
        data: [
          { id: '__proto__', value: 'x' },
          { id: 'k', value: 'y' },
        ],
      });
      // Prisma itself cannot read a column of this name back, with or without us.
      await p.proto.updateMany({ where: { id: 'k' }, data: { plain: 'q' } });
      await p.proto.deleteMany({ where: { id: '__proto__' } });
    },
  ],
  [
    'a table and columns of 63 characters',
    `insert ${LONG}, update ${LONG}, delete ${LONG}`,
    ['1', '1', '1'],
    async (p) => {
      await p.looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog.create({
        data: { Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog: 1, value: 'x' },
      });
      await p.looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog.updateMany({ data: { value: 'y' } });
      await p.looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog.deleteMany();
    },
  ],
  [
    'Cyrillic names of a table, its columns and an enum value, with a hyphen and blanks',
    'insert Счёт-фактура, update Счёт-фактура, delete Счёт-фактура',
    ['1', '1', '1'],
    async (p) => {
      await p.invoice.create({ data: { id: 1, total: 5 } });
      await p.invoice.update({ where: { id: 1 }, data: { total: { increment: 1 }, kind: 'audit' } });
      await p.invoice.delete({ where: { id: 1 } });
    },
  ],
  [
    'a delete that reaches all of the first ones',
    'delete audit, update user, delete _auditToselect',
    ['1', '2', '["1","3"]'],
    (p) => p.audit.delete({ where: { id: 1 } }),
  ],
];

it.each(ROWS)('captures %s', async (name, sees, ids, run) => {
  await pool.query('delete from witness.change');
  const mark = await lastPosition(pool);
  await withContext({ actor: { id: name } }, () => run(prisma));
  const changes = await witnessed(pool);
  expect(summary(changes)).toEqual(sees.split(', ').sort());
  const [really, said] = sideBySide(changes, await ENGINES[0]!.captured(pool, mark));
  expect(said).toEqual(really);
  const content = await readContent(pool, mark);
  expect(content.map(({ actor, flags }) => [actor['id'], flags.join()])).toEqual(
    content.map(({ model }) => [name, model === 'user' ? 'redacted' : '']),
  );
  const captured = content.map(({ resourceId }) => String(resourceId));
  expect(captured.toSorted()).toEqual(ids.toSorted());
});
