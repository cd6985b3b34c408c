import { Prisma } from '../schemas/generated/shapes/client.js';
import type { Shape } from './shape.js';

const AT = new Date('2026-05-05T05:05:05.005Z');

/** Types, what is asked back, writes that change nothing, and raw SQL. */
export const OF_VALUES: Shape[] = [
  {
    name: 'create with every type',
    sees: 'insert typed values',
    run: (p) =>
      p.typed.create({
        data: {
          id: 9,
          role: 'STAFF',
          roles: ['ADMIN', 'STAFF'],
          amount: '1234567890123456789012345678.0123456789',
          big: 2n ** 63n - 1n,
          float: -1.5e-20,
          bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
          jsonb: { a: [1.5, 'ü\u2028', null, { e: 1e21 }] },
          json: ['two', { b: false }],
          at: AT,
          day: AT,
          flag: false,
          ints: [1, -2],
          amounts: [new Prisma.Decimal('0.10'), new Prisma.Decimal(1)],
          bigs: [2n ** 53n + 1n],
        },
      }),
  },
  {
    name: 'update of every type to null and to nothing',
    sees: 'update typed values',
    run: (p) =>
      p.typed.update({
        where: { id: 2 },
        data: { jsonb: Prisma.DbNull, json: Prisma.DbNull, float: null, ints: [], roles: { set: [] }, amounts: ['2'] },
      }),
  },
  {
    name: 'update from 0 to -0',
    sees: 'update typed values',
    run: (p) => p.$executeRaw`update "typed values" set float = '-0' where id = 1`,
  },
  {
    name: 'updateMany of json and lists',
    sees: 'update typed values ×2',
    run: (p) => p.typed.updateMany({ data: { json: { n: 1 }, ints: { push: [7, 8] }, bigs: [1n], flag: true } }),
  },
  { name: 'update with nothing', sees: '', run: (p) => p.auto.update({ where: { id: 1 }, data: {} }) },
  {
    name: 'update with the values that are there',
    sees: '',
    run: (p) => p.auto.update({ where: { id: 1 }, data: { count: 1, words: ['a'] } }),
  },
  { name: 'updateMany of no row', sees: '', run: (p) => p.auto.updateMany({ where: { id: 9 }, data: { count: 1 } }) },
  {
    name: 'updateMany of rows of which one has the value',
    sees: 'update Auto',
    run: (p) => p.auto.updateMany({ data: { count: 1 } }),
  },
  { name: 'deleteMany of no row', sees: '', run: (p) => p.keyless.deleteMany({ where: { code: 'none' } }) },
  {
    name: 'create with omit of a secret',
    sees: 'insert people',
    run: (p) => p.person.create({ data: { id: 9, name: 'O', password: 'hush-created' }, omit: { password: true } }),
  },
  {
    name: 'update of a secret alone, with select',
    sees: 'update people',
    run: (p) => p.person.update({ where: { id: 1 }, data: { password: 'hush-updated' }, select: { id: true } }),
  },
  {
    name: 'update with include, count and order',
    sees: 'update people',
    run: (p) =>
      p.person.update({
        where: { id: 1 },
        data: { name: 'Anna' },
        include: { posts: { orderBy: { id: 'desc' } }, _count: true },
      }),
  },
  {
    name: 'createManyAndReturn with include',
    sees: 'insert posts ×2',
    run: (p) =>
      p.post.createManyAndReturn({
        data: [
          { id: 8, title: 'a', authorId: 1 },
          { id: 9, title: 'b' },
        ],
        include: { author: true },
      }),
  },
  {
    name: 'upsert that reads first and inserts, with include',
    sees: 'insert people, insert posts',
    run: (p) =>
      p.person.upsert({
        where: { id: 9 },
        create: { id: 9, name: 'Up', posts: { create: { id: 9, title: 't' } } },
        update: {},
        include: { posts: true },
      }),
  },
  {
    name: '$queryRaw with RETURNING',
    sees: 'insert Label',
    run: (p) => p.$queryRaw`insert into "Label" values (9, ${'raw'}) returning *`,
  },
  {
    name: '$executeRawUnsafe that ends in a line comment',
    sees: 'delete Club',
    run: (p) => p.$executeRawUnsafe(`delete from "Club" where id = 3 -- gone`),
  },
  {
    name: '$queryRawUnsafe with a CTE that writes twice',
    sees: 'delete Club, insert Label',
    run: (p) =>
      p.$queryRawUnsafe(
        `with gone as (delete from "Club" where id = $1 returning *) insert into "Label" select 9, name from gone returning id`,
        3,
      ),
  },
  {
    name: 'raw, several statements in one text',
    sees: 'update Label, delete Club',
    run: (p) => p.$executeRawUnsafe(`update "Label" set name = 'm' where id = 1; delete from "Club" where id = 3;`),
  },
  {
    name: 'raw, the same row three times in one text',
    sees: 'update Auto ×2, delete Auto',
    run: (p) =>
      p.$executeRawUnsafe(
        `update "Auto" set count = 10 where id = 1; update "Auto" set count = 11 where id = 1; delete from "Auto" where id = 1`,
      ),
  },
  {
    name: 'raw, a DO block with dynamic SQL',
    sees: 'update Label',
    run: (p) => p.$executeRawUnsafe(`do $do$ begin execute 'update "Label" set name = ''do'' where id = 2'; end $do$`),
  },
  {
    name: 'raw, ON CONFLICT DO UPDATE of one and insert of another',
    sees: 'update texts, insert texts',
    run: (p) =>
      p.$executeRaw`insert into texts (code, count) values ('one', 9), ('n', 9) on conflict (code) do update set count = excluded.count`,
  },
  {
    name: 'raw, TRUNCATE … CASCADE',
    sees: 'truncate Label, truncate _LabelToPost',
    run: (p) => p.$executeRawUnsafe('truncate "Label" cascade'),
  },
];
