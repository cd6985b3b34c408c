import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { catalogueOf, type ContractLike } from '../../src/pg/index.js';
import { migrate, reconcileTriggers } from '../../src/store/postgres/index.js';
import { withCatalogue } from '../../src/event/coverage/with-catalogue.js';
import { as, pgWorld, type PgWorld } from './world.js';

// As 8.0.0-rc.13 wrote them: test/pg/prisma8/emit.mjs.
const contract = (name: string): ContractLike =>
  JSON.parse(readFileSync(new URL(`prisma8/${name}.json`, import.meta.url), 'utf8')) as ContractLike;

let world: PgWorld;
beforeAll(async () => {
  world = await pgWorld();
});
afterAll(() => world.close());

it('a contract of Prisma 8 gives the names of models and fields, keys, types and relations', () => {
  const { models, enums, version, checksum } = catalogueOf(contract('types.contract'));
  expect(Object.keys(models)).toEqual(['Invoice', 'Post', 'User']);
  expect({ version, enums }).toEqual({ version: 1, enums: {} });
  expect(checksum).toMatch(/^[0-9a-f]{64}$/);
  expect(models['User']).toEqual({
    table: 'users',
    schema: 'public',
    id: ['id'],
    uniques: [['email'], ['a', 'b']],
    fields: {
      a: { column: 'a', type: 'Int', kind: 'scalar' },
      b: { column: 'b', type: 'Int', kind: 'scalar' },
      email: { column: 'e_mail', type: 'String', kind: 'scalar' },
      id: { column: 'id', type: 'Int', kind: 'scalar' },
      nick: { column: 'nick', type: 'String', kind: 'scalar', optional: true },
      role: { column: 'role', type: 'String', kind: 'scalar' },
      roles: { column: 'roles', type: 'String', kind: 'scalar', list: true },
      tags: { column: 'tags', type: 'String', kind: 'scalar', list: true },
    },
    relations: { posts: { model: 'Post', name: 'Post(userId)', list: true } },
  });
  expect(models['Post']?.id).toEqual(['a', 'b']);
  expect(models['Post']?.relations).toEqual({
    user: {
      model: 'User',
      name: 'Post(userId)',
      optional: true,
      fields: ['userId'],
      references: ['id'],
      onDelete: 'SetNull',
      onUpdate: 'Cascade',
    },
  });
  expect(models['Invoice']).toMatchObject({ table: 'invoices', schema: 'billing', id: ['number'] });
  expect(Object.entries(models['Invoice']?.fields ?? {}).map(([name, { type }]) => `${name} ${type}`)).toEqual([
    'at DateTime',
    'big BigInt',
    'blob Bytes',
    'lines Json',
    'number String',
    'ok Boolean',
    'rate Float',
    'total Decimal',
    'uid String',
  ]);
});

it('two schemas can have a model of one name', () => {
  const twice = contract('types.contract');
  const namespaces = { ...twice.domain.namespaces, other: twice.domain.namespaces['billing'] ?? {} };
  const { models } = catalogueOf({ ...twice, domain: { namespaces } });
  expect(Object.keys(models)).toEqual(['billing.Invoice', 'Post', 'User', 'other.Invoice']);
});

it('with it the log names them as the application does', async () => {
  const { pool } = world.quickstart;
  await pool.query(readFileSync(new URL('clients/schema.sql', import.meta.url), 'utf8'));
  const coverage = withCatalogue({ catalogue: catalogueOf(contract('contract')) });
  await migrate(pool, { schema: 'audit' });
  await reconcileTriggers(pool, coverage);
  const rows = await world.captured(() =>
    as('ann', () =>
      world
        .pool()
        .query(
          `with b as (insert into book (key) values ('a') returning id) insert into review (book_id, body) select id, 'x' from b`,
        ),
    ),
  );
  expect(rows.sort()).toEqual(['insert Book ann', 'insert Review ann']);
});

it.each([{}, null, { schemaVersion: '2', target: 'postgres' }, { schemaVersion: '1', target: 'mongo' }])(
  'what is no contract for PostgreSQL is refused: %p',
  (given) => {
    expect(() => catalogueOf(given as unknown as ContractLike)).toThrow(
      /contract\.json of Prisma 8 .* AUDIT_CONFIG_INVALID|AUDIT_CONFIG_INVALID/,
    );
  },
);
