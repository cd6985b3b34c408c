import type { Client, Shape } from './shape.js';

/** What the delegates of the seven models have in common; Prisma's own types of them have no common call. */
interface Delegate {
  create(args: object): Promise<unknown>;
  createMany(args: object): Promise<unknown>;
  createManyAndReturn(args: object): Promise<unknown>;
  update(args: object): Promise<unknown>;
  updateMany(args: object): Promise<unknown>;
  updateManyAndReturn(args: object): Promise<unknown>;
  upsert(args: object): Promise<unknown>;
  delete(args: object): Promise<unknown>;
  deleteMany(args: object): Promise<unknown>;
}

interface IdKind {
  readonly kind: string;
  readonly table: string;
  readonly model: 'auto' | 'uuid' | 'cuid' | 'text' | 'pair' | 'keyless' | 'big';
  /** The first row of the seed, by its id. */
  readonly one: object;
  /** A new value of the id. */
  readonly moved: object;
}

const IDS: IdKind[] = [
  { kind: 'an autoincrement id', table: 'Auto', model: 'auto', one: { id: 1 }, moved: { id: 77 } },
  {
    kind: 'a uuid',
    table: 'uuids',
    model: 'uuid',
    one: { id: '00000000-0000-4000-8000-000000000001' },
    moved: { id: '00000000-0000-4000-8000-000000000077' },
  },
  { kind: 'a cuid', table: 'Cuid', model: 'cuid', one: { id: 'c1' }, moved: { id: 'c77' } },
  { kind: 'a string id', table: 'texts', model: 'text', one: { code: 'one' }, moved: { code: 'moved' } },
  {
    kind: 'a composite id',
    table: 'Pair',
    model: 'pair',
    one: { part_code: { part: 7, code: 'one' } },
    moved: { part: 77 },
  },
  { kind: '@unique without @id', table: 'Keyless', model: 'keyless', one: { code: 'one' }, moved: { code: 'moved' } },
  { kind: 'a BigInt id', table: 'Big', model: 'big', one: { id: 9007199254740993n }, moved: { id: 2n ** 62n } },
];

type Row = readonly [what: string, sees: string, run: (table: Delegate, id: IdKind) => Promise<unknown>];

const ROWS: Row[] = [
  ['create', 'insert', (t) => t.create({ data: { code: 'new', count: 3, words: ['x', '"', ''] } })],
  ['createMany', 'insert ×2', (t) => t.createMany({ data: [{ code: 'a', count: 1 }, { code: 'b' }] })],
  [
    'createMany that skips duplicates',
    'insert',
    (t) => t.createMany({ data: [{ code: 'two' }, { code: 'b' }], skipDuplicates: true }),
  ],
  ['createManyAndReturn', 'insert ×2', (t) => t.createManyAndReturn({ data: [{ code: 'a' }, { code: 'b' }] })],
  [
    'update with select',
    'update',
    (t, { one }) => t.update({ where: one, data: { count: { increment: 2 } }, select: { count: true } }),
  ],
  [
    'update that changes the key, with omit',
    'update',
    (t, { one, moved }) => t.update({ where: one, data: { ...moved, words: { push: 'm' } }, omit: { words: true } }),
  ],
  ['updateMany', 'update ×2', (t) => t.updateMany({ data: { count: { multiply: 3 } } })],
  ['updateManyAndReturn', 'update', (t) => t.updateManyAndReturn({ where: { count: 2 }, data: { words: ['r'] } })],
  [
    'native upsert that inserts',
    'insert',
    (t) => t.upsert({ where: { code: 'up' }, create: { code: 'up' }, update: { count: 9 } }),
  ],
  [
    'native upsert that updates',
    'update',
    (t) => t.upsert({ where: { code: 'two' }, create: { code: 'two' }, update: { count: { decrement: 9 } } }),
  ],
  [
    'native upsert that changes the key',
    'update',
    (t, { moved }) => t.upsert({ where: { code: 'two' }, create: { code: 'two' }, update: { ...moved, words: ['m'] } }),
  ],
  [
    'upsert that reads first',
    'update',
    (t, { one }) => t.upsert({ where: one, create: { code: 'other' }, update: { count: 10 } }),
  ],
  ['delete', 'delete', (t, { one }) => t.delete({ where: one })],
  ['deleteMany', 'delete ×2', (t) => t.deleteMany({})],
];

/** Each mutation of one table × each kind of id. */
export const OF_IDS: Shape[] = IDS.flatMap((id) =>
  ROWS.map(([what, sees, run]) => {
    const [op, ...times] = sees.split(' ');
    return {
      name: `${what}, ${id.kind}`,
      sees: [op, id.table, ...times].join(' '),
      // Each delegate is narrower than Delegate in what it takes; the rows above give only what all of them take.
      run: (prisma: Client) => run(prisma[id.model] as unknown as Delegate, id),
    };
  }),
);
