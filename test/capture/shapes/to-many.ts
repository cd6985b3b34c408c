import type { Client, Shape } from './shape.js';

/** Person 1 has posts 1 and 2, and person 2 as report; post 1 has labels 1 and 2; each of them with one free row, 3. */
interface Side {
  readonly kind: string;
  readonly table: string;
  /** The table that changes when only the bond does. */
  readonly bond: string;
  readonly insertsBond: string;
  readonly freesBond: string;
  readonly deletesBond: string;
  readonly create: object;
  readonly own: { id: number };
  readonly change: object;
  readonly write: (prisma: Client, nested: object) => Promise<unknown>;
}

const SIDES: Side[] = [
  {
    kind: 'one to many',
    table: 'posts',
    bond: 'posts',
    insertsBond: 'update posts',
    freesBond: 'update posts',
    deletesBond: '',
    create: { id: 9, title: 'new' },
    own: { id: 1 },
    change: { title: 'changed' },
    write: (p, posts) => p.person.update({ where: { id: 1 }, data: { posts } }),
  },
  {
    kind: 'self',
    table: 'people',
    bond: 'people',
    insertsBond: 'update people',
    freesBond: 'update people',
    deletesBond: '',
    create: { id: 9, name: 'New', password: 'hush-nested' },
    own: { id: 2 },
    change: { name: 'Bobby', password: 'hush-changed' },
    write: (p, reports) =>
      p.person.update({
        where: { id: 1 },
        data: { reports },
        include: { reports: { orderBy: { id: 'asc' } } },
      }),
  },
  {
    kind: 'implicit many to many',
    table: 'Label',
    bond: '_LabelToPost',
    insertsBond: 'insert _LabelToPost',
    freesBond: 'delete _LabelToPost',
    deletesBond: ', delete _LabelToPost',
    create: { id: 9, name: 'new' },
    own: { id: 1 },
    change: { name: 'changed' },
    write: (p, labels) => p.post.update({ where: { id: 1 }, data: { labels } }),
  },
];

const isBond = ({ table, bond }: Side): boolean => table !== bond;
const withBond = (change: string, side: Side): string => (isBond(side) ? `${change}, ${side.insertsBond}` : change);

type Row = readonly [what: string, sees: (side: Side) => string, nested: (side: Side) => object];

const ROWS: Row[] = [
  ['create', (s) => withBond(`insert ${s.table}`, s), (s) => ({ create: s.create })],
  ['connect', (s) => s.insertsBond, () => ({ connect: { id: 3 } })],
  [
    'connectOrCreate that creates',
    (s) => withBond(`insert ${s.table}`, s),
    (s) => ({ connectOrCreate: { where: { id: 9 }, create: s.create } }),
  ],
  [
    'connectOrCreate that connects',
    (s) => s.insertsBond,
    (s) => ({ connectOrCreate: { where: { id: 3 }, create: s.create } }),
  ],
  ['disconnect', (s) => s.freesBond, (s) => ({ disconnect: s.own })],
  [
    'set',
    (s) =>
      isBond(s) ? 'insert _LabelToPost, delete _LabelToPost ×2' : `update ${s.table} ×${s.table === 'posts' ? 3 : 2}`,
    () => ({ set: [{ id: 3 }] }),
  ],
  ['update', (s) => `update ${s.table}`, (s) => ({ update: { where: s.own, data: s.change } })],
  [
    'updateMany',
    (s) => `update ${s.table}`,
    (s) => ({ updateMany: { where: { OR: [s.own, { id: 3 }] }, data: s.change } }),
  ],
  [
    'upsert that inserts',
    (s) => withBond(`insert ${s.table}`, s),
    (s) => ({ upsert: { where: { id: 9 }, create: s.create, update: s.change } }),
  ],
  [
    'upsert that updates',
    (s) => `update ${s.table}`,
    (s) => ({ upsert: { where: s.own, create: s.create, update: s.change } }),
  ],
  [
    'delete',
    (s) => `delete ${s.table}${s.table === 'posts' ? ', delete _LabelToPost ×2' : s.deletesBond}`,
    (s) => ({ delete: s.own }),
  ],
  [
    'deleteMany',
    (s) => `delete ${s.table}${s.table === 'posts' ? ', delete _LabelToPost ×2' : s.deletesBond}`,
    (s) => ({ deleteMany: { OR: [s.own, { id: 3 }] } }),
  ],
];

export const OF_TO_MANY: Shape[] = SIDES.flatMap((side) =>
  ROWS.map(([what, sees, nested]) => ({
    name: `nested ${what}, ${side.kind}`,
    sees: sees(side),
    run: (prisma: Client) => side.write(prisma, nested(side)),
  })),
);
