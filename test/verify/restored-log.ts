import { Heads, headLine, type Head } from '../../src/chain/heads.js';
import { parseCheckpoint, type Checkpoint } from '../../src/chain/checkpoint.js';
import { parseNote } from '../../src/chain/note.js';
import type { NamedAnchor, Policy, Report } from '../../src/verify/index.js';
import { MemoryAnchor, signerOf } from '../checkpoint/support/memory.js';
import { copyOf, createLog, type TestLog } from '../support/log.js';
import type { Tampering } from './attacker.js';
import { append, cut, noteOf, OTHER_ROOT, signedBy, toldData } from './matrix/forger.js';
import { declaredLines, policyOf, REGISTRY, term, TENANTS } from './signed-log.js';

export const EMPTY = { ...new Heads([]).member() };

/** A log that went on from a backup of four entries ago: both histories have signed the sizes 5 and 6. */
export interface RestoredLog {
  readonly log: TestLog;
  readonly anchor: MemoryAnchor;
  /** Knows of the restore. */
  readonly policy: Policy;
}

export async function restoredLog(): Promise<RestoredLog> {
  const signer = signerOf('one');
  const old = await createLog();
  const anchor = new MemoryAnchor();
  for (let i = 0; i < 2; i += 1) await term(old, anchor, TENANTS, signer);
  const log = await copyOf(old);
  for (let i = 0; i < 4; i += 1) await term(old, anchor, TENANTS, signer);
  // A day of them: more than the verifier keeps of those that differ.
  for (let i = 0; i < 1_200; i += 1) anchor.notes.push({ note: await noteOf(100 + i, 'cd'.repeat(32), ['one']) });
  await term(log, anchor, ['acme'], signer, 'the disk was lost');
  await term(log, anchor, ['acme'], signer);
  const policy = await policyOf({ restores: await declaredLines(log) });
  await old.close();
  return { log, anchor, policy };
}

export const showing = (...notes: MemoryAnchor['notes']): NamedAnchor => ({
  name: 'other',
  async *list() {
    yield* await Promise.resolve(notes);
  },
});

/** Verdict, level, and the codes in the order of the list of codes. */
export const codesOf = ({ verdict, level, codes }: Report): string => [verdict, level, ...Object.keys(codes)].join(' ');

export interface RestoredCase {
  readonly name: string;
  readonly finds: string;
  readonly steps?: (restored: RestoredLog) => Promise<readonly Tampering[]>;
  readonly policy?: (restored: RestoredLog) => Partial<Policy>;
  readonly anchors?: (restored: RestoredLog) => Promise<readonly NamedAnchor[]>;
}

const checkpointsOf = ({ notes }: MemoryAnchor): readonly Checkpoint[] =>
  notes.map(({ note }) => parseCheckpoint(parseNote(Buffer.from(note)).text));

/** Without the two checkpoints that came behind the declaration. */
const before = ({ anchor }: RestoredLog): NamedAnchor => showing(...anchor.notes.slice(0, -2));

/** Every one is asked of the verifier, and of those of its mutants that stand on a restore. */
export const RESTORED: readonly RestoredCase[] = [
  { name: 'is verified, though one key has signed two histories of some sizes', finds: 'VERIFIED L2' },
  { name: 'is not where the auditor does not know of it', policy: () => ({ restores: [] }), finds: 'INCOMPLETE L2 RESTORE_DECLARED' }, // prettier-ignore
  {
    name: 'and was cut off afterwards is found out, behind thousands that the restore names',
    anchors: async ({ anchor }) => [anchor, showing({ note: await noteOf(3_000, OTHER_ROOT, ['one']) })],
    finds: 'TAMPERED L2 REGISTRY_CUT',
  },
  {
    name: 'and was rewritten afterwards is found out, behind thousands that the restore names',
    anchors: async ({ anchor }) => [anchor, showing({ note: await noteOf(6, OTHER_ROOT, ['one']) })],
    finds: 'TAMPERED L2 REGISTRY_REWRITTEN EQUIVOCATION',
  },
  {
    name: 'and was set back once more, to the same backup or later, by whoever owns the database, has a restore that the auditor does not know of',
    steps: async ({ log, anchor }) => {
      const lost = checkpointsOf(anchor).filter(({ size }) => size === 6);
      const { rows } = await log.pool.query<{ from: string }>(`select data::jsonb #>> '{details,from}' as from from audit.content where op = 'restore.declared'`); // prettier-ignore
      const details = { reason: 'x', from: rows[0]?.from, abandoned: lost.map((each) => headLine(each)) };
      return [
        ...cut(0, 5),
        ...cut(2, 5),
        'delete from audit.checkpoint where size > 5',
        'update audit.head set size = 5 where chain = 2',
        append('restore.declared', JSON.stringify({ details })),
        append('heads', toldData([]), EMPTY),
        signedBy(7, ['one']),
      ];
    },
    finds: 'TAMPERED L2 HEAD_ALTERED RESTORE_DECLARED',
  },
  {
    name: 'whose declaration nobody signed leaves nothing behind',
    steps: () => Promise.resolve(['delete from audit.checkpoint where size > 4']),
    anchors: (restored) => Promise.resolve([before(restored)]),
    finds: 'TAMPERED L2 REGISTRY_REWRITTEN',
  },
  {
    name: 'whose declaration nobody signed excuses no two histories',
    steps: () => Promise.resolve(['delete from audit.checkpoint where size > 4']),
    anchors: async (restored) => [before(restored), showing({ note: await noteOf(6, OTHER_ROOT, ['one']) })],
    finds: 'TAMPERED L2 REGISTRY_REWRITTEN EQUIVOCATION',
  },
  {
    name: 'and of which the auditor knows by another registry is one that he does not know of',
    policy: () => ({ restores: [headLine({ origin: REGISTRY, size: 5, root: OTHER_ROOT })] }),
    finds: 'INCOMPLETE L2 RESTORE_DECLARED',
  },
  {
    name: 'behind the line of the auditor is one that he does not know of',
    policy: ({ anchor }) => ({ restores: [headLine(checkpointsOf(anchor).find(({ size }) => size === 4) as Head)] }), // the backup had it
    finds: 'INCOMPLETE L2 RESTORE_DECLARED',
  },
];
