import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { handoverStatement } from '../../src/chain/handover.js';
import { formatVkey } from '../../src/chain/vkey.js';
import { verify, type NamedAnchor, type Policy, type Report, type VerifyState } from '../../src/verify/index.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { createLog, type TestLog } from '../support/log.js';
import { after, type Tampering } from './attacker.js';
import { append, retell, rewriteEntry, signedBy, toldData } from './matrix/forger.js';
import { codesOf, EMPTY, RESTORED, restoredLog, showing, type RestoredLog } from './restored-log.js';
import { REGISTRY, term } from './signed-log.js';

const SIGNER = signerOf('one');
const DAY = 86_400_000;

let restored: RestoredLog;
let log: TestLog;
let anchor: MemoryAnchor;
let policy: Policy;
beforeAll(async () => {
  restored = await restoredLog();
  ({ log, anchor, policy } = restored);
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

describe('a log that went on from a backup, with a restore that the auditor knows of', () => {
  it.each(RESTORED)('$name', async ({ steps, policy: changes, anchors, finds }) => {
    const report = await said((await steps?.(restored)) ?? [], {
      ...(changes === undefined ? {} : { policy: changes(restored) }),
      ...(anchors === undefined ? {} : { anchors: await anchors(restored) }),
    });
    expect(codesOf(report)).toBe(finds);
  });

  it('is verified by what came after a state that has it', async () => {
    const states: VerifyState[] = [];
    await said([], { onState: (state) => states.push(state) });
    const [since] = states as [VerifyState];
    expect(codesOf(await said([append('heads', toldData([]), EMPTY)], { since }))).toBe('VERIFIED L3');
  });

  it('says what both have in common, and plainly where that is nothing', async () => {
    const [finding] = (await said([], { policy: { restores: [] } })).findings;
    expect(finding?.message).toMatch(/left \d+ checkpoints behind, the least of size \d+; the greatest that was signed before it and agrees has the size \d+\. /); // prettier-ignore
    // Another log of its name, whose owner says that it was restored.
    const [other, own] = [await createLog(), new MemoryAnchor()];
    own.notes = [...anchor.notes];
    await term(other, own, ['globex'], SIGNER, 'the disk was lost');
    const report = await after(other.pool, [], (source) => verify(source, { policy: { ...policy, restores: [] }, anchors: [own] })); // prettier-ignore
    const { message } = report.findings.find(({ code }) => code === 'RESTORE_DECLARED') ?? {};
    expect(message).toMatch(/behind, the least of size \d+, and NONE THAT WAS SIGNED BEFORE IT AGREES: nothing says that this is the same log/); // prettier-ignore
    await other.close();
  });

  it('names the line that the policy is to have, where the auditor does not know of it', async () => {
    const report = await said([], { policy: { restores: [] } });
    expect(report.findings[0]?.message).toContain(policy.restores[0]);
  });
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
