import { expect, it } from '@jest/globals';
import { verify, type Report } from '../../src/verify/index.js';
import { MemoryAnchor, signerOf } from '../checkpoint/support/memory.js';
import { copyOf, createLog, type TestLog } from '../support/log.js';
import { after } from './attacker.js';
import { declaredLines, policyOf, term } from './signed-log.js';

const one = signerOf('one');

async function said(log: TestLog, anchor: MemoryAnchor): Promise<Report> {
  const policy = await policyOf({ restores: await declaredLines(log) });
  return await after(log.pool, [], (source) => verify(source, { policy, anchors: [anchor] }));
}

/** Two terms, of which there is a copy, and four more. */
async function grown(anchor: MemoryAnchor): Promise<{ log: TestLog; early: TestLog }> {
  const log = await createLog();
  for (let i = 0; i < 2; i += 1) await term(log, anchor, ['acme'], one);
  const early = await copyOf(log);
  for (let i = 0; i < 4; i += 1) await term(log, anchor, ['acme'], one);
  return { log, early };
}

it('a log that was restored to an early backup, and then to a later one, is verified: each declaration names all that was left behind', async () => {
  const anchor = new MemoryAnchor();
  const { log, early } = await grown(anchor);
  const late = await copyOf(log);
  await term(log, anchor, ['acme'], one);
  await term(early, anchor, ['globex'], one, 'the disk was lost');
  await term(early, anchor, ['globex'], one);
  await term(late, anchor, ['acme'], one, 'the disk was found');
  await term(late, anchor, ['acme'], one);
  const report = await said(late, anchor);
  expect([report.verdict, Object.keys(report.codes)]).toEqual(['VERIFIED', []]);
  await Promise.all([log, early, late].map((each) => each.close()));
}, 60_000);

it('a history that was left behind and is put back is not signed on, though it is longer than the one that was declared', async () => {
  const anchor = new MemoryAnchor();
  const { log, early } = await grown(anchor);
  await term(early, anchor, ['globex'], one, 'the disk was lost');
  await term(early, anchor, ['globex'], one);
  const before = anchor.sizes.length;
  await expect(term(log, anchor, ['acme'], one)).rejects.toThrow();
  expect(anchor.sizes).toHaveLength(before);
  await Promise.all([log, early].map((each) => each.close()));
}, 60_000);
