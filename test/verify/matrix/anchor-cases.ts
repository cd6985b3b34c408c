import type { AnchoredNote } from '../../../src/checkpoint/port.js';
import type { NamedAnchor } from '../../../src/verify/index.js';
import { ORIGIN } from '../signed-log.js';
import { finds, right, type Auditor, type MatrixCase } from './case.js';
import { cut, drop, noteOf, OTHER_ROOT, resign, retell, rewriteEntry } from './forger.js';

/** Something is wrong with the anchors alone: at L0 and L1 nobody asks them. */
const anchors = (name: string, change: (notes: readonly AnchoredNote[], fixture: Parameters<NonNullable<MatrixCase['auditor']>>[1]) => readonly NamedAnchor[] | Promise<readonly NamedAnchor[]>, found: string, more: Partial<MatrixCase> & { policy?: Auditor['policy']; now?: () => number } = {}): MatrixCase => ({
  name: `anchor: ${name}`,
  finds: finds(['', '', found]),
  ...more,
  auditor: async (has, fixture, level) =>
    level === 'L2'
      ? { ...has, policy: { ...has.policy, ...more.policy }, anchors: await change(fixture.anchor.notes, fixture), ...(more.now && { now: more.now }) }
      : has,
}); // prettier-ignore
const anchor = (name: string, notes: readonly AnchoredNote[]): NamedAnchor => ({
  name,
  async *list() {
    yield* await Promise.resolve(notes);
  },
});
const away = (name: string, first: readonly AnchoredNote[] = []): NamedAnchor => ({
  name,
  async *list() {
    yield* await Promise.resolve(first);
    throw new Error('no route');
  },
});
const asPut = (notes: readonly AnchoredNote[], change: (note: string) => string): readonly AnchoredNote[] =>
  notes.map(({ note, ...rest }) => ({ ...rest, note: change(note) }));
const one = (...notes: readonly string[]): readonly AnchoredNote[] =>
  notes.map((note) => ({ note, storedAt: Date.now() }));
/** Another character in the signature. */
const forged = (note: string): string => `${note.slice(0, -10)}${note.at(-10) === 'A' ? 'B' : 'A'}${note.slice(-9)}`;
const lie = (data: string): string => data.replace('"id":7', '"id":8');

/** What is done to the anchors, or by those who keep them. */
export const ANCHOR_CASES: readonly MatrixCase[] = [
  anchors('cannot be read', () => [away('memory')], 'ANCHOR_MISSING ANCHOR_UNREACHABLE BELOW_LEVEL'),
  anchors('breaks off behind its first note', (notes) => [away('memory', notes.slice(0, 1))], 'ANCHOR_UNREACHABLE'),
  anchors(
    'takes no questions',
    () => [{ name: 'stdout' } as NamedAnchor],
    'ANCHOR_MISSING ANCHOR_UNREACHABLE BELOW_LEVEL',
  ),
  anchors('is empty', () => [anchor('memory', [])], 'ANCHOR_MISSING BELOW_LEVEL'),
  anchors('is not there', () => [], 'ANCHOR_MISSING BELOW_LEVEL'),
  anchors('answers an older list', (notes) => [anchor('memory', notes.slice(0, 2))], '', {
    says: { L2: /after that \(1 entries are there\)/ },
  }),
  anchors('has nothing but the first note', (notes) => [anchor('memory', notes.slice(0, 1))], ''),
  anchors(
    'overwritten with garbage',
    (notes) => [
      anchor(
        'memory',
        asPut(notes, () => 'garbage'),
      ),
    ],
    'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_FORGED',
  ),
  anchors(
    'one note overwritten with garbage',
    (notes) => [anchor('memory', asPut(notes.slice(0, 1), () => '\u001b[2J').concat(notes.slice(1)))],
    'CHECKPOINT_FORGED',
  ),
  anchors(
    'one note of a hundred megabytes',
    (notes) => [anchor('memory', [...notes, { note: 'x'.repeat(100_000_000) }])],
    'CHECKPOINT_FORGED',
  ),
  anchors(
    'signatures overwritten',
    (notes) => [anchor('memory', asPut(notes, forged))],
    'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_FORGED',
  ),
  anchors(
    'notes of another log, by the same key',
    async () => [anchor('memory', one(await noteOf(4, OTHER_ROOT, ['one'], `${ORIGIN}/1`)))],
    'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_UNTRUSTED',
  ),
  anchors(
    'notes of a key of their own',
    async () => [anchor('memory', one(await noteOf(4, OTHER_ROOT, ['evil'])))],
    'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_UNTRUSTED',
  ),
  anchors(
    'notes of a key of their own beside the right ones',
    async (notes) => [anchor('memory', [...notes, ...one(await noteOf(4, OTHER_ROOT, ['evil']))])],
    'CHECKPOINT_UNTRUSTED',
  ),
  anchors(
    'another history of a size, signed by the key',
    async (notes) => [anchor('memory', [...notes, ...one(await noteOf(4, OTHER_ROOT, ['one']))])],
    'EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  anchors(
    'another history of a size between, signed by the key',
    async (notes) => [anchor('memory', [notes[0]!, ...one(await noteOf(3, OTHER_ROOT, ['one'])), notes[2]!])],
    'EQUIVOCATION REGISTRY_REWRITTEN',
  ),
  anchors(
    'has more than the registry, signed by the key',
    async (notes) => [anchor('memory', [...notes, ...one(await noteOf(7, OTHER_ROOT, ['one']))])],
    'REGISTRY_CUT',
  ),
  anchors('the newest is older than the policy allows', (notes) => [anchor('memory', notes)], 'ANCHOR_STALE', {
    policy: { maxAnchorAge: 60 },
    now: () => Date.now() + 120_000,
  }),
  right(
    anchors('the newest has an age that the policy allows', (notes) => [anchor('memory', notes)], '', {
      policy: { maxAnchorAge: 3600 },
    }),
  ),
  anchors(
    'stored lately, and does not say when',
    (notes) => [
      anchor(
        'memory',
        notes.map(({ note }) => ({ note })),
      ),
    ],
    'ANCHOR_STALE',
    { policy: { maxAnchorAge: 60 }, now: () => Date.now() + 120_000 },
  ),
  right(
    anchors('two, and both are asked for', (notes) => [anchor('a', notes), anchor('b', notes)], '', {
      policy: { quorum: 2 },
    }),
  ),
  anchors(
    'two are asked for, and one is away',
    (notes) => [anchor('a', notes), away('b')],
    'ANCHOR_MISSING ANCHOR_UNREACHABLE BELOW_LEVEL',
    { policy: { quorum: 2 } },
  ),
  anchors(
    'two are asked for, and one has nothing',
    (notes) => [anchor('a', notes), anchor('b', [])],
    'ANCHOR_MISSING BELOW_LEVEL',
    { policy: { quorum: 2 } },
  ),
  right(
    anchors(
      'two are asked for, and one has an older list',
      (notes) => [anchor('a', notes), anchor('b', notes.slice(0, 1))],
      '',
      { policy: { quorum: 2 } },
    ),
  ),
  anchors('one of two is enough, and one is away', (notes) => [anchor('a', notes), away('b')], 'ANCHOR_UNREACHABLE', {
    policy: { quorum: 1 },
  }),
  anchors(
    'two show different histories, each signed by the key',
    async (notes) => [anchor('a', notes), anchor('b', one(await noteOf(4, OTHER_ROOT, ['one'])))],
    'EQUIVOCATION REGISTRY_REWRITTEN',
    { policy: { quorum: 1 } },
  ),
  anchors(
    'one is ahead of a standby',
    async (notes) => [anchor('memory', [...notes, ...one(await noteOf(7, OTHER_ROOT, ['one']))])],
    'STANDBY_BEHIND',
    { server: { isStandby: () => Promise.resolve(true) } },
  ),
  anchors('a standby was rewritten', (notes) => [anchor('memory', notes)], '', {
    finds: finds(['', '', 'EQUIVOCATION REGISTRY_REWRITTEN']),
    steps: [...rewriteEntry(1, 3, lie), retell(), resign('one')],
    server: { isStandby: () => Promise.resolve(true) },
  }),
  {
    ...anchors('of a standby that lags', (notes) => [anchor('memory', notes)], '', {
      server: { isStandby: () => Promise.resolve(true) },
    }),
    on: 'backup',
    finds: finds(['', '', 'STANDBY_BEHIND']),
  },
  anchors(
    'answers an older list, and so much of the log was cut off',
    (notes) => [anchor('memory', notes.slice(0, 2))],
    '',
    {
      finds: finds(['']),
      steps: [
        ...cut(0, 3),
        ...cut(1, 3),
        'delete from audit.checkpoint where size > 3',
        'update audit.head set size = 3 where chain = 1',
      ],
    },
  ),
  anchors('nothing, when all was dropped', () => [anchor('memory', [])], '', {
    finds: finds([
      'CHECKPOINT_FORGED',
      'BELOW_LEVEL CHAIN_MISSING REGISTRY_CUT',
      'ANCHOR_MISSING BELOW_LEVEL CHAIN_MISSING REGISTRY_CUT',
    ]),
    steps: [0, 1, 2, 3].flatMap((chain) => drop(chain)),
  }),
];
