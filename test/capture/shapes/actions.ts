import type { Shape } from './shape.js';

/** Referential actions: what the database changes on its own. */
export const OF_ACTIONS: Shape[] = [
  {
    name: 'ON DELETE CASCADE, SET NULL and SET DEFAULT at once',
    sees: 'delete Owner, delete Cascaded ×2, update Nulled, update Defaulted',
    run: (p) => p.owner.delete({ where: { code: 'a' } }),
  },
  {
    name: 'ON UPDATE CASCADE, SET NULL and SET DEFAULT at once',
    sees: 'update Owner, update Cascaded ×2, update Nulled, update Defaulted',
    run: (p) => p.owner.update({ where: { code: 'a' }, data: { code: 'renamed' } }),
  },
  {
    name: 'an upsert with ON UPDATE CASCADE, SET NULL and SET DEFAULT at once',
    sees: 'update Owner, update Cascaded ×2, update Nulled, update Defaulted',
    run: (p) => p.owner.upsert({ where: { code: 'a' }, create: { code: 'a' }, update: { code: 'renamed' } }),
  },
  {
    name: 'deleteMany that cascades from two rows',
    sees: 'delete Owner ×2, delete Cascaded ×2, update Nulled ×2, update Defaulted ×2',
    run: (p) => p.owner.deleteMany({ where: { code: { in: ['a', 'b'] } } }),
  },
  {
    name: 'ON DELETE RESTRICT',
    sees: '',
    fails: 'P2003',
    run: (p) => p.owner.delete({ where: { code: 'c' } }),
  },
  {
    name: 'ON UPDATE RESTRICT',
    sees: '',
    fails: 'P2003',
    run: (p) => p.owner.update({ where: { code: 'c' }, data: { code: 'd' } }),
  },
  {
    name: 'a delete that cascades over a self-relation and a join table',
    sees: 'delete people, update people, delete Profile, update posts ×2, delete memberships ×2',
    run: (p) => p.person.delete({ where: { id: 1 }, include: { posts: { orderBy: { id: 'asc' } } } }),
  },
  {
    name: 'a cascade into an implicit join table',
    sees: 'delete Label ×3, delete _LabelToPost ×2',
    run: (p) => p.label.deleteMany(),
  },
];
