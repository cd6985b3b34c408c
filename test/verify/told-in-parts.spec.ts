import { expect, it } from '@jest/globals';
import { formatTold, MOST_TOLD, type ToldSize } from '../../src/chain/registry.js';
import { RegistryCheck } from '../../src/verify/registry/check-registry.js';
import type { EntryRecord } from '../../src/verify/source.js';

it('a registry that is about to tell of more chains than fit into one entry has not told of all that was sealed before', () => {
  const check = new RegistryCheck(undefined, (code, message) => { throw new Error(`${code}: ${message}`); }, Date.now()); // prettier-ignore
  const told = (from: number, count: number): readonly ToldSize[] =>
    Array.from({ length: count }, (_, i) => [from + i, 2]);
  const tell = (seq: number, heads: readonly ToldSize[]): void => {
    const body = JSON.stringify({ heads: { count: heads.length, root: 'ab'.repeat(32) } });
    // What `entry` looks at.
    check.entry({ seq, id: '', action: 'heads', sealedAt: seq * 1_000, body, content: { data: formatTold(heads) } } as EntryRecord); // prettier-ignore
  };
  tell(1, told(1, 3));
  expect(check.lastHeadsAt).toBe(1_000);
  tell(2, told(4, MOST_TOLD));
  expect(check.lastHeadsAt).toBe(1_000);
  tell(3, told(4 + MOST_TOLD, 5));
  expect(check.lastHeadsAt).toBe(3_000);
  check.close();
});
