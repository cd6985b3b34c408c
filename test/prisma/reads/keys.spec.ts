import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { keyOf } from '../../../src/prisma/reads/keys.js';
import { catalogueOf } from '../../../src/prisma/generator/catalogue.js';
import { createPool, type Pool } from '../../../src/store/postgres/index.js';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { Prisma, PrismaClient } from './world.js';

let database: TestDatabase;
let pool: Pool;
let prisma: PrismaClient;
beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { max: 1, applicationName: 'test' });
  prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 1 }) });
});
afterAll(async () => {
  await prisma.$disconnect();
  await pool.end();
  await database.drop();
});

const AT = '2024-02-03 04:05:06';
it.each<[type: string, sql: string]>([
  ['Int', `7::int4`],
  ['BigInt', `9007199254740993::int8`],
  ['String', `'a"b'::text`],
  ['String @db.Uuid', `'01020304-0506-0708-090a-0b0c0d0e0f10'::uuid`],
  ['Boolean', `true`],
  ['Float', `1.5::float8`],
  ['Decimal', `12345678901234567890.125::numeric`],
  ['Bytes', `'\\x00ff'::bytea`],
  ['DateTime', `'${AT}.120'::timestamp`],
  ['DateTime', `'${AT}'::timestamp`],
  ['DateTime @db.Timestamp(3)', `'2024-02-03 00:00:00'::timestamp`],
  ['DateTime @db.Timestamptz(3)', `'${AT}.007Z'::timestamptz`],
  ['DateTime @db.Date', `'2024-02-03'::date`],
  ['DateTime @db.Time(3)', `'10:20:30.5'::time`],
])('the key of a row that was read, %s %s, is that of its changes', async (type, sql) => {
  await pool.query(`set timezone to 'UTC'`);
  const { rows } = await pool.query(`select row_to_json(r) ->> 'id' as key from (select ${sql} as id) r`);
  const { M } = catalogueOf([{ path: 'x', content: `model M {\n id ${type} @id\n}` }]).models;
  const [row] = await prisma.$queryRaw<[{ id: unknown }]>(Prisma.sql([`select ${sql} as id`]));
  expect(M && keyOf(M, row)).toBe(rows[0].key);
});

it.each([null, undefined, { equals: 1 }, [1], new Date(Number.NaN)])('%p is no key', (id) => {
  const { M } = catalogueOf([{ path: 'x', content: `model M {\n id DateTime @id\n}` }]).models;
  expect(M && keyOf(M, { id })).toBeUndefined();
});
