import type { Prisma } from '../schemas/generated/shapes/client.js';
import type { Shape } from './shape.js';

const person = (id: number, data: Prisma.PersonUpdateInput): Prisma.PersonUpdateArgs => ({ where: { id }, data });
const key = (personId: number, clubId: number) => ({ personId_clubId: { personId, clubId } });

const ONE_TO_ONE: Shape[] = (
  [
    ['create', 'insert Profile', 3, { create: { id: 9, bio: 'new' } }],
    ['create in place of another', 'insert Profile, update Profile', 1, { create: { id: 9, bio: 'new' } }],
    ['connect', 'update Profile', 3, { connect: { id: 2 } }],
    ['connectOrCreate', 'insert Profile', 3, { connectOrCreate: { where: { id: 9 }, create: { id: 9, bio: 'n' } } }],
    ['disconnect', 'update Profile', 1, { disconnect: true }],
    ['update', 'update Profile', 1, { update: { bio: 'changed' } }],
    ['upsert', 'update Profile', 1, { upsert: { create: { id: 9, bio: 'n' }, update: { bio: 'up' } } }],
    ['delete', 'delete Profile', 1, { delete: true }],
  ] satisfies [string, string, number, Prisma.PersonUpdateInput['profile']][]
).map(([what, sees, id, profile]) => ({
  name: `nested ${what}, one to one`,
  sees,
  run: (p) => p.person.update(person(id, { profile })),
}));

const MANY_TO_ONE: Shape[] = (
  [
    ['create', 'insert people, update posts', { create: { id: 9, name: 'New' } }],
    ['connect', 'update posts', { connect: { name: 'Cyd' } }],
    [
      'connectOrCreate',
      'insert people, update posts',
      { connectOrCreate: { where: { id: 9 }, create: { id: 9, name: 'N' } } },
    ],
    ['disconnect', 'update posts', { disconnect: true }],
    ['update', 'update people', { update: { role: 'STAFF' } }],
    ['upsert', 'update people', { upsert: { create: { id: 9, name: 'N' }, update: { password: 'hush-upserted' } } }],
    [
      'delete',
      'delete people, update people, delete Profile, update posts ×2, delete memberships ×2',
      { delete: true },
    ],
  ] satisfies [string, string, Prisma.PostUpdateInput['author']][]
).map(([what, sees, author]) => ({
  name: `nested ${what}, many to one`,
  sees,
  run: (p) => p.post.update({ where: { id: 1 }, data: { author }, include: { author: true } }),
}));

const EXPLICIT: Shape[] = [
  {
    name: 'nested createMany, upsert, update, updateMany, delete and deleteMany in one call',
    sees: 'insert posts ×2, update posts ×2, delete posts ×2, delete _LabelToPost ×2',
    run: (p) =>
      p.person.update(
        person(1, {
          posts: {
            createMany: { data: [{ id: 8, title: 'a' }] },
            upsert: { where: { id: 9 }, create: { id: 9, title: 'b' }, update: { title: 'c' } },
            update: { where: { id: 1 }, data: { title: 'first!' } },
            updateMany: { where: { id: 2 }, data: { title: 'second!' } },
            delete: { id: 1 },
            deleteMany: { id: 2 },
          },
        }),
      ),
  },
  {
    name: 'many to many: connect of what is connected, connectOrCreate of both kinds, disconnect',
    sees: 'insert Label, insert _LabelToPost ×2, delete _LabelToPost',
    run: (p) =>
      p.post.update({
        where: { id: 1 },
        data: {
          labels: {
            connect: { id: 1 },
            connectOrCreate: ['blue', 'mint'].map((name) => ({ where: { name }, create: { id: 9, name } })),
            disconnect: { name: 'green' },
          },
        },
      }),
  },
  {
    name: 'nested createMany, one to many',
    sees: 'insert posts ×2',
    run: (p) =>
      p.person.update(
        person(1, {
          posts: {
            createMany: {
              data: [
                { id: 8, title: 'a' },
                { id: 9, title: 'b' },
              ],
            },
          },
        }),
      ),
  },
  {
    name: 'nested createMany that skips duplicates, explicit many to many',
    sees: 'insert memberships',
    run: (p) =>
      p.person.update(
        person(1, { memberships: { createMany: { data: [{ clubId: 1 }, { clubId: 3 }], skipDuplicates: true } } }),
      ),
  },
  {
    name: 'nested create of both sides, explicit many to many',
    sees: 'insert people, insert Club, insert memberships',
    run: (p) =>
      p.person.create({
        data: { id: 9, name: 'New', memberships: { create: { club: { create: { id: 9, name: 'new' } } } } },
        include: { memberships: { include: { club: true } } },
      }),
  },
  {
    name: 'nested update, upsert and delete, explicit many to many',
    sees: 'update memberships, insert memberships, delete memberships',
    run: (p) =>
      p.person.update(
        person(1, {
          memberships: {
            update: { where: key(1, 1), data: { level: 5 } },
            upsert: { where: key(1, 3), create: { clubId: 3 }, update: { level: 6 } },
            delete: key(1, 2),
          },
        }),
      ),
  },
  {
    name: 'update of a foreign key that is part of the key, explicit many to many',
    sees: 'update memberships',
    run: (p) => p.membership.update({ where: key(1, 1), data: { club: { connect: { id: 3 } } } }),
  },
  {
    name: 'three levels of nested create',
    sees: 'insert people ×2, insert posts, insert Label, insert _LabelToPost',
    run: (p) =>
      p.person.create({
        data: {
          id: 8,
          name: 'Boss',
          reports: {
            create: {
              id: 9,
              name: 'Deep',
              posts: { create: { id: 9, title: 't', labels: { create: { id: 9, name: 'l' } } } },
            },
          },
        },
      }),
  },
];

export const OF_RELATIONS: Shape[] = [...ONE_TO_ONE, ...MANY_TO_ONE, ...EXPLICIT];
