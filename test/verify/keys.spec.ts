import { expect, it } from '@jest/globals';
import { handoverStatement } from '../../src/chain/handover.js';
import { formatVkey } from '../../src/chain/vkey.js';
import { isKey, lineOfKeys, parseHandover, trustedKeys } from '../../src/verify/registry/keys.js';
import { signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { REGISTRY } from './signed-log.js';

/** Two keys with one id of 32 bits under this name, found by trying some hundred thousand. */
const TWINS = ['k108666', 'k113426'] as const;

async function handover(from: string, to: string) {
  const [before, next] = await Promise.all([from, to].map((label) => vkeyOfLabel(REGISTRY, label)));
  if (before === undefined || next === undefined) throw new Error('two keys');
  const bytes = await signerOf(from).sign(Buffer.from(handoverStatement(formatVkey(before), formatVkey(next))), before);
  const details = { from: formatVkey(before), to: formatVkey(next), signature: Buffer.from(bytes).toString('base64') };
  return parseHandover(3, JSON.stringify({ details }));
}

it('a key is trusted for its bytes, not for an id that another can be made to have', async () => {
  const [honest, twin] = await Promise.all(TWINS.map((label) => vkeyOfLabel(REGISTRY, label)));
  if (honest === undefined || twin === undefined) throw new Error('two keys');
  expect(twin.id).toBe(honest.id);
  const [right, wrong] = [await handover(TWINS[0], 'next'), await handover(TWINS[1], 'next')];
  if (right === undefined || wrong === undefined) throw new Error('two handovers');
  expect([right.proof, wrong.proof]).toEqual(['signed', 'signed']);
  const next = await vkeyOfLabel(REGISTRY, 'next');
  expect(trustedKeys([{ vkey: honest }], [right]).map(({ vkey }) => vkey)).toEqual([honest, next]);
  expect(trustedKeys([{ vkey: honest }], [wrong]).map(({ vkey }) => vkey)).toEqual([honest]);
  expect(lineOfKeys([{ vkey: honest }], [right, wrong])).toEqual([[right], [wrong]]);
  expect([isKey(right.from, honest), isKey(wrong.from, honest)]).toEqual([true, false]);
});
