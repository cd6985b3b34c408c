import { expect, it } from '@jest/globals';
import { signCheckpoint } from '../../src/chain/checkpoint.js';
import { Claims } from '../../src/verify/registry/claims.js';
import { signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { REGISTRY } from './signed-log.js';

it('knows who signed, however many keys there have been', async () => {
  const labels = Array.from({ length: 120 }, (_, i) => `key ${i}`);
  const vkeys = await Promise.all(labels.map((label) => vkeyOfLabel(REGISTRY, label)));
  const claims = new Claims(vkeys.map((vkey) => ({ vkey })));
  const root = 'ab'.repeat(32);
  const signed = [[0], [49], [50], [7, 8, 119]];
  for (const [i, places] of signed.entries()) {
    const signers = places.map((at) => ({ vkey: vkeys[at] as (typeof vkeys)[number], sign: (bytes: Uint8Array) => signerOf(labels[at] as string).sign(bytes, vkeys[at] as (typeof vkeys)[number]) })); // prettier-ignore
    const note = await signCheckpoint({ origin: REGISTRY, size: i + 1, root }, signers);
    expect(claims.add(note, REGISTRY, 1, 5).reading).toBe('trusted');
  }
  for (const [i, places] of signed.entries())
    expect(claims.take(i + 1)).toEqual([{ size: i + 1, root, source: 1, storedAt: 5, signers: places }]);
  claims.close();
});
