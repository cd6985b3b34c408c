import type { Shape } from './shape.js';

const first = { id: 1 };

/** What the other parts have one at a time, in one call: parents made by their child, raw SQL in an array, reads by keys of two columns. */
export const OF_TOGETHER: Shape[] = [
  {
    name: 'create of a child that makes its parent by connectOrCreate',
    sees: 'insert people, insert posts',
    run: (p) =>
      p.post.create({
        data: { id: 9, title: 't', author: { connectOrCreate: { where: { id: 9 }, create: { id: 9, name: 'Coc' } } } },
      }),
  },
  {
    name: 'create of a child that connects its parent, and tags',
    sees: 'insert posts, insert _LabelToPost ×2',
    run: (p) =>
      p.post.create({
        data: {
          id: 9,
          title: 't',
          author: { connect: { name: 'Bob' } },
          labels: { connect: [{ id: 1 }, { name: 'blue' }] },
        },
        select: { labels: { select: { name: true } } },
      }),
  },
  {
    name: 'upsert that reads first and updates, with a nested create',
    sees: 'update people, insert Profile',
    run: (p) =>
      p.person.upsert({
        where: { id: 3 },
        create: { id: 9, name: 'no' },
        update: { name: 'Up', password: 'hush-upserted', profile: { create: { id: 9, bio: 'b' } } },
      }),
  },
  {
    name: 'createMany with different columns',
    sees: 'insert people ×3',
    run: (p) =>
      p.person.createMany({
        data: [
          { id: 7, name: 'a' },
          { id: 8, name: 'b', role: 'ADMIN', password: 'hush-many' },
          { id: 9, name: 'c', managerId: 1 },
        ],
      }),
  },
  {
    name: 'delete by a composite key, with select of a relation',
    sees: 'delete memberships',
    run: (p) =>
      p.membership.delete({
        where: { personId_clubId: { personId: 1, clubId: 2 } },
        select: { level: true, person: { select: { name: true } } },
      }),
  },
  {
    name: 'updateMany and deleteMany by a filter on a relation',
    sees: 'update people, delete posts ×2, delete _LabelToPost ×2',
    run: (p) =>
      p.$transaction([
        p.person.updateMany({ where: { posts: { some: {} } }, data: { role: 'STAFF' } }),
        p.post.deleteMany({ where: { author: { is: { name: 'Ann' } } } }),
      ]),
  },
  {
    name: 'an array transaction of every kind of write, raw SQL between them',
    sees: 'insert Club, update Label, delete Keyless, update people ×4, insert Auto ×2',
    run: (p) =>
      p.$transaction([
        p.club.create({ data: { id: 9, name: 'array' } }),
        p.label.update({ where: first, data: { name: 'crimson' } }),
        p.person.count(),
        p.keyless.delete({ where: { code: 'one' } }),
        p.$executeRaw`update people set name = name || ${'!'}`,
        p.$queryRaw`select count(*)::int from "Label"`,
        p.auto.createMany({ data: [{ code: 'x' }, { code: 'y' }] }),
      ]),
  },
  {
    name: 'an array transaction that is rolled back by its last write',
    sees: '',
    fails: 'P2002',
    run: (p) =>
      p.$transaction([
        p.label.create({ data: { id: 9, name: 'no' } }),
        p.post.delete({ where: first }),
        p.label.create({ data: { id: 8, name: 'red' } }),
      ]),
  },
  {
    name: 'calls in parallel inside one interactive transaction',
    sees: 'update Label, update Club, insert Keyless',
    run: (p) =>
      p.$transaction(async (tx) => {
        await Promise.all([
          tx.label.update({ where: first, data: { name: 'p' } }),
          tx.club.update({ where: first, data: { name: 'q' } }),
          tx.keyless.create({ data: { code: 'r' } }),
        ]);
      }),
  },
  {
    name: 'calls in parallel over a pool of one',
    sees: 'update Label, update Club, insert Keyless',
    run: (p) =>
      Promise.all([
        p.label.update({ where: first, data: { name: 'p' } }),
        p.club.update({ where: first, data: { name: 'q' } }),
        p.keyless.create({ data: { code: 'r' } }),
      ]),
  },
  {
    name: 'a fluent read, and a write awaited later',
    sees: 'update posts',
    run: async (p) => {
      const later = p.post.update({ where: first, data: { title: 'later' } });
      const [labels] = await Promise.all([p.post.findUnique({ where: first }).labels(), Promise.resolve()]);
      return [labels, await later];
    },
  },
  {
    name: 'a nested write that fails behind others that were done',
    sees: '',
    fails: 'P2002',
    run: (p) =>
      p.person.update({
        where: first,
        data: {
          name: 'no',
          posts: { deleteMany: {} },
          profile: { update: { bio: 'no' } },
          reports: { create: { id: 9, name: 'Dee' } },
        },
      }),
  },
];
