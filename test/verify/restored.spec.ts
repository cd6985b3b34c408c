import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { handoverStatement } from '../../src/chain/handover.js';
import { Heads, headLine } from '../../src/chain/heads.js';
import { formatVkey } from '../../src/chain/vkey.js';
import { parseCheckpoint } from '../../src/chain/checkpoint.js';
import { parseNote } from '../../src/chain/note.js';
import { verify, type NamedAnchor, type Policy, type Report, type VerifyState } from '../../src/verify/index.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { copyOf, createLog, type TestLog } from '../support/log.js';
import { after, type Tampering } from './attacker.js';
import { append, cut, noteOf, OTHER_ROOT, retell, rewriteEntry, signedBy, toldData } from './matrix/forger.js';
import { declaredLines, policyOf, REGISTRY, term, TENANTS } from './signed-log.js';

const EMPTY = { ...new Heads([]).member() };
const SIGNER = signerOf('one');
const DAY = 86_400_000;

/** A log that went on from a backup of four entries ago: both histories have signed the sizes 5 and 6. */
let log: TestLog;
let anchor: MemoryAnchor;
let policy: Policy;
beforeAll(async () => {
  const old = await createLog();
  anchor = new MemoryAnchor();
  for (let i = 0; i < 2; i += 1) await term(old, anchor, TENANTS, SIGNER);
  log = await copyOf(old);
  for (let i = 0; i < 4; i += 1) await term(old, anchor, TENANTS, SIGNER);
  // A day of them: more than the verifier keeps of those that differ.
  for (let i = 0; i < 1_200; i += 1) anchor.notes.push({ note: await noteOf(100 + i, 'cd'.repeat(32), ['one']) });
  await term(log, anchor, ['acme'], SIGNER, 'the disk was lost');
  await term(log, anchor, ['acme'], SIGNER);
  policy = await policyOf({ restores: await declaredLines(log) });
  await old.close();
}, 60_000);
afterAll(() => log.close());

interface Asked {
  readonly policy?: Partial<Policy>;
  readonly anchors?: readonly NamedAnchor[];
  readonly now?: () => number;
  readonly since?: VerifyState;
  readonly onState?: (state: VerifyState) => void;
}

async function said(
  steps: readonly Tampering[],
  { policy: changes, anchors = [anchor], ...rest }: Asked = {},
): Promise<Report> {
  // prettier-ignore
  return await after(log.pool, steps, (source) => verify(source, { policy: { ...policy, ...changes }, anchors, ...rest }));
}
const codesOf = ({ verdict, level, codes }: Report): string => [verdict, level, ...Object.keys(codes)].join(' ');
const showing = (...notes: MemoryAnchor['notes']): NamedAnchor => ({
  name: 'other',
  async *list() {
    yield* await Promise.resolve(notes);
  },
});

describe('a log that went on from a backup, with a restore that the auditor knows of', () => {
  it('is verified, though one key has signed two histories of some sizes', async () => {
    expect(codesOf(await said([]))).toBe('VERIFIED L2');
  });

  it('is verified by what came after a state that has it', async () => {
    const states: VerifyState[] = [];
    await said([], { onState: (state) => states.push(state) });
    const [since] = states as [VerifyState];
    expect(codesOf(await said([append('heads', toldData([]), EMPTY)], { since }))).toBe('VERIFIED L3');
  });

  it('is not where he does not know of it, and that alone is said', async () => {
    const report = await said([], { policy: { restores: [] } });
    expect(codesOf(report)).toBe('INCOMPLETE L2 RESTORE_DECLARED');
    expect(report.findings[0]?.message).toContain(policy.restores[0]);
  });

  it.each([
    ['cut off', 3_000, 'REGISTRY_CUT'],
    ['rewritten', 6, 'EQUIVOCATION REGISTRY_REWRITTEN'],
  ])('and was %s afterwards is found out, behind thousands that the restore names', async (_name, size, codes) => {
    const more = showing({ note: await noteOf(size, OTHER_ROOT, ['one']) });
    expect(
      codesOf(await said([], { anchors: [anchor, more] }))
        .split(' ')
        .slice(2)
        .toSorted()
        .join(' '),
    ).toBe(codes);
  });

  it('and was set back once more, to the same backup or later, by whoever owns the database, is a restore that he does not know of', async () => {
    const lost = anchor.notes.map(({ note }) => parseCheckpoint(parseNote(Buffer.from(note)).text)).filter(({ size }) => size === 6);
    const { rows } = await log.pool.query<{ from: string }>(`select data::jsonb #>> '{details,from}' as from from audit.content where op = 'restore.declared'`);
    const details = { reason: 'x', from: rows[0]?.from, abandoned: lost.map((each) => headLine(each)) };
    const report = await said([
      ...cut(0, 5),
      ...cut(2, 5),
      'delete from audit.checkpoint where size > 5',
      'update audit.head set size = 5 where chain = 2',
      append('restore.declared', JSON.stringify({ details })),
      append('heads', toldData([]), EMPTY),
      signedBy(7, ['one']),
    ]); // prettier-ignore
    expect(codesOf(report)).toContain('RESTORE_DECLARED');
  }); // prettier-ignore
});

describe('a key whose time the policy has ended', () => {
  it('names no next one: who has stolen it rewrites nothing', async () => {
    const [one, evil] = await Promise.all(['one', 'evil'].map(async (label) => formatVkey(await vkeyOfLabel(REGISTRY, label)))) as [string, string]; // prettier-ignore
    const bytes = await SIGNER.sign(Buffer.from(handoverStatement(one, evil)), await vkeyOfLabel(REGISTRY, 'one'));
    const data = JSON.stringify({ details: { from: one, to: evil, signature: Buffer.from(bytes).toString('base64') } });
    const steps = [
      ...rewriteEntry(1, 1, (text) => text.replace('"id":7', '"id":8')),
      retell(),
      'delete from audit.checkpoint',
      append('key.rotated', data),
      signedBy(7, ['evil']),
    ];
    const keys = [{ vkey: await vkeyOfLabel(REGISTRY, 'one'), until: Date.now() + DAY }];
    const asked = { anchors: [], policy: { level: 'L1', quorum: 0 } } as const;
    expect(codesOf(await said(steps, asked))).toContain(' L1'); // who has a key that still counts is found by anchors
    expect(codesOf(await said(steps, { ...asked, policy: { ...asked.policy, keys } }))).toContain(' L0 CHECKPOINT_UNTRUSTED BELOW_LEVEL'); // prettier-ignore
  });
});

describe('the age of what is anchored', () => {
  const now = (): number => Date.now() + 30 * DAY;
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, Date.now() + 300 * DAY])('is that of the entry, where the anchor says %s', async (storedAt) => {
    const notes = anchor.notes.map(({ note }) => ({ note, storedAt }));
    expect(codesOf(await said([], { now, anchors: [showing(...notes)], policy: { maxAnchorAge: 60 } }))).toBe('INCOMPLETE L2 ANCHOR_STALE');
  }); // prettier-ignore

  it('is that of the first time it was stored, however often it is put again', async () => {
    const again = { note: anchor.notes.at(-1)?.note ?? '', storedAt: now() };
    const report = await said([], { now, anchors: [showing(...anchor.notes, again)], policy: { maxAnchorAge: 60 } });
    expect(codesOf(report)).toBe('INCOMPLETE L2 ANCHOR_STALE');
  });
});
