import { vkeyOf, type Vkey } from '../../chain/vkey.js';
import type { Signer } from '../port.js';
import type { HeldKey } from './private-key.js';
import { signerUnavailable } from './unavailable.js';

/** A key of this process: what reads it is called when it is first needed, and again only if that failed. */
export type KeySource = () => Promise<HeldKey>;

/** Signs with keys that this process reads. @param sources the key, and the one before it during a rotation */
export function heldSigner(sources: readonly KeySource[]): Pick<Signer, 'vkeys' | 'sign'> {
  let reading: Promise<readonly HeldKey[]> | undefined;
  const keys = (): Promise<readonly HeldKey[]> => {
    reading ??= Promise.all(sources.map((read) => read())).then(distinct);
    reading.catch(() => (reading = undefined)); // somebody mends it
    return reading;
  };
  return {
    vkeys: async (name) => (await keys()).map(({ publicKey }) => vkeyOf(name, publicKey)),
    async sign(bytes, vkey) {
      const key = (await keys()).find(({ publicKey }) => isSame(publicKey, vkey));
      if (key === undefined) throw signerUnavailable(`${vkey.name}+${vkey.id}`, 'this process does not hold its key');
      return key.sign(bytes);
    },
  };
}

/** Whoever names the same key twice has not rotated yet. */
function distinct(keys: readonly HeldKey[]): readonly HeldKey[] {
  const seen = new Set<string>();
  return keys.filter(({ publicKey }) => {
    const hex = Buffer.from(publicKey).toString('hex');
    return seen.has(hex) ? false : seen.add(hex);
  });
}

function isSame(publicKey: Uint8Array, { key }: Vkey): boolean {
  return Buffer.from(publicKey).equals(key);
}
