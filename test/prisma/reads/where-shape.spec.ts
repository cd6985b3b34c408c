import { expect, it } from '@jest/globals';
import { whereShape } from '../../../src/prisma/reads/where-shape.js';
import { catalogueOf } from '../../../src/prisma/generator/catalogue.js';

const catalogue = catalogueOf([
  {
    path: 'where.prisma',
    content: `
model User {
  id    Int    @id
  name  String
  tags  String[]
  doc   Json?
  price Decimal
  posts Post[]
  @@unique([id, name], name: "both")
}
model Post {
  id     Int  @id
  userId Int
  title  String
  user   User @relation(fields: [userId], references: [id])
}`,
  },
]);
const shape = (where: unknown): unknown => {
  const model = catalogue.models['User'];
  return model && whereShape(catalogue, model, where);
};
const R = '[redacted]';
class Decimal {
  readonly d = ['SECRET'];
}
let deep: unknown = { name: 'SECRET' };
for (let i = 0; i < 40; i++) deep = { NOT: deep };

// Every value in them is or holds SECRET.
it.each<[string, unknown, unknown]>([
  ['a value', { name: 'SECRET' }, { name: R }],
  ['a list of values', { name: { in: ['SECRET', 'SECRET'] } }, { name: { in: `${R} x 2` } }],
  ['operators', { name: { not: { contains: 'SECRET' }, mode: 'SECRET' } }, { name: { not: { contains: R }, mode: R } }],
  ['lists', { tags: { hasEvery: ['SECRET'] } }, { tags: { hasEvery: `${R} x 1` } }],
  ['a whole list', { tags: ['SECRET', 'SECRET', 'SECRET'] }, { tags: `${R} x 3` }],
  ['null and nothing', { name: null, id: undefined }, { name: R }],
  ['a document', { doc: { equals: { SECRET: 1 } } }, { doc: { equals: R } }],
  ['a document that looks like operators', { doc: { not: { equals: { SECRET: 1 } } } }, { doc: { not: R } }],
  ['a path in a document', { doc: { path: ['SECRET', 'x'], string_contains: 'SECRET' } }, { doc: { path: `${R} x 2`, string_contains: R } }], // prettier-ignore
  ['an object of a class', { price: new Decimal() }, { price: R }],
  ['an object of a class as an operand', { price: { gt: new Decimal() } }, { price: { gt: R } }],
  ['a Date and bytes', { name: new Date(), id: new Uint8Array(3) }, { name: R, id: R }],
  ['a name from outside', { SECRET: 'x' }, { '?': R }],
  ['an operator from outside', { name: { SECRET: 'x' } }, { name: R }],
  ['an object from outside', { SECRET: { SECRET: 'x' } }, { '?': R }],
  ['a key of several fields', { both: { id: 1, name: 'SECRET' } }, { id_name: { id: R, name: R } }],
  [
    'AND, OR, NOT',
    { AND: { id: 1 }, OR: [{ name: 'SECRET' }], NOT: [] },
    { AND: { id: R }, OR: [{ name: R }], NOT: [] },
  ],
  ['a list of many', { OR: Array.from({ length: 12 }, () => ({ id: 1 })) }, { OR: [...Array.from({ length: 10 }, () => ({ id: R })), '… 2 more'] }], // prettier-ignore
  ['relations', { posts: { some: { title: 'SECRET' }, none: {} } }, { posts: { some: { title: R }, none: {} } }],
  ['a relation that is none', { posts: 'SECRET' }, { posts: R }],
  ['a word from outside at a relation', { posts: { some: {}, SECRET: 1 } }, { posts: { some: {}, '?': R } }],
  ['a relation of a relation', { posts: { every: { user: { is: { name: 'SECRET' } } } } }, { posts: { every: { user: { is: { name: R } } } } }], // prettier-ignore
  ['no object', 'SECRET', R],
])('the structure of %s has no value', (_name, where, expected) => {
  expect(shape(where)).toEqual(expected);
  expect(JSON.stringify(shape(where))).not.toContain('SECRET');
});

it('what is deep or large ends in a mark', () => {
  expect(JSON.stringify(shape(deep))).toMatch(/^(?:\{"NOT":){13}"…"\}+$/);
  const large = { AND: Array.from({ length: 10 }, () => ({ AND: Array.from({ length: 10 }, () => ({ id: 1, name: 'x', tags: 'y' })) })) }; // prettier-ignore
  expect(JSON.stringify(shape(large)).length).toBeLessThan(8_000);
  expect(JSON.stringify(shape(large))).toContain('"…"');
});
