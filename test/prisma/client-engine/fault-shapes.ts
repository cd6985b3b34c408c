import type { Shape } from '../../capture/shapes/shape.js';

const bump = { where: { id: 1 }, data: { count: { increment: 1 } } };

/** What goes wrong in the middle of a call, beyond the shapes that both engines go through. */
export const FAULTS: Shape[] = [
  {
    name: 'P2002 in a nested create, behind a row that was created',
    sees: '',
    fails: 'P2002',
    run: (p) => p.person.create({ data: { id: 9, name: 'New', posts: { create: [{ id: 9, title: 'n' }, { id: 1, title: 'no' }] } } }), // prettier-ignore
  },
  {
    name: 'P2002 in a nested createMany, behind an update of the parent',
    sees: '',
    fails: 'P2002',
    run: (p) => p.person.update({ where: { id: 1 }, data: { name: 'no', posts: { createMany: { data: [{ id: 9, title: 'n' }, { id: 2, title: 'no' }] } } } }), // prettier-ignore
  },
  {
    name: 'P2003 in a nested create, behind the rows above it',
    sees: '',
    fails: 'P2003',
    run: (p) => p.person.create({ data: { id: 9, name: 'New', memberships: { create: { clubId: 99 } } } }),
  },
  {
    name: 'P2025 in a nested update, behind an update of the parent',
    sees: '',
    fails: 'P2025',
    run: (p) => p.person.update({ where: { id: 1 }, data: { name: 'no', posts: { update: { where: { id: 99 }, data: { title: 'no' } } } } }), // prettier-ignore
  },
  {
    name: 'P2025 in a nested delete, behind a deep update',
    sees: '',
    fails: 'P2025',
    run: (p) =>
      p.person.update({
        where: { id: 1 },
        data: { posts: { update: { where: { id: 1 }, data: { title: 'no', labels: { update: { where: { id: 99 }, data: { name: 'no' } } } } } } }, // prettier-ignore
      }),
  },
  {
    name: 'a delete that a third table restricts, where others would cascade',
    sees: '',
    fails: 'P2003',
    run: (p) => p.owner.delete({ where: { code: 'c' } }),
  },
  {
    name: 'a change of a key that a third table restricts',
    sees: '',
    fails: 'P2003',
    run: (p) => p.owner.update({ where: { code: 'c' }, data: { code: 'd' } }),
  },
  {
    name: 'an updateMany of which the last row breaks a unique key',
    sees: '',
    fails: 'P2002',
    run: (p) => p.auto.updateMany({ data: { code: 'same' } }),
  },
  {
    name: 'an updateMany that makes its own where false',
    sees: 'update Auto',
    run: (p) => p.auto.updateMany({ where: { count: 1 }, data: { count: 100 } }),
  },
  {
    name: 'an updateManyAndReturn that makes its own where false',
    sees: 'update Auto ×2',
    run: (p) => p.auto.updateManyAndReturn({ where: { count: { lt: 10 } }, data: { count: { increment: 100 } } }),
  },
  {
    name: 'an update by a unique key that it changes',
    sees: 'update Auto',
    run: (p) => p.auto.update({ where: { code: 'one' }, data: { code: 'other' }, select: { code: true } }),
  },
  {
    name: 'a write that finds nothing',
    sees: '',
    run: (p) => p.$transaction([p.auto.updateMany({ where: { id: 99 }, data: { count: 1 } }), p.owner.deleteMany({ where: { code: 'x' } })]), // prettier-ignore
  },
  {
    name: 'an error that the callback catches: the transaction is aborted for whatever comes then',
    sees: '',
    fails: 'P2010',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.auto.update(bump);
        await tx.auto.create({ data: { code: 'two' } }).catch(() => undefined);
        await tx.$executeRaw`update "Auto" set count = 9`;
      }),
  },
  {
    name: 'a raw error in the middle, caught in a savepoint',
    sees: 'update Auto, update Label',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.auto.update(bump);
        await tx.$transaction((inner) => inner.$executeRaw`update "Auto" set count = 1 / (count - count)`).catch(() => undefined); // prettier-ignore
        await tx.label.update({ where: { id: 1 }, data: { name: 'crimson' } });
      }),
  },
  {
    name: 'a parameter that its column cannot take',
    sees: '',
    fails: 'P2010',
    run: (p) => p.$executeRaw`update "Auto" set count = ${'many'}`,
  },
  {
    name: 'a transaction that its callback leaves in the middle of a nested write',
    sees: '',
    fails: 'RangeError',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.owner.delete({ where: { code: 'a' } });
        throw new RangeError('mine');
      }),
  },
  {
    name: 'a statement that is cancelled while it follows referential actions',
    sees: '',
    fails: 'P2010',
    run: (p) =>
      p.$transaction(async (tx) => {
        await tx.$executeRaw`set local statement_timeout = 30`;
        await tx.$executeRaw`delete from "Owner" where pg_sleep(20) is not null`;
      }),
  },
];
