import { hash, sign } from 'node:crypto';
import { parseNote } from '../../../src/chain/note.js';
import { parseCheckpoint } from '../../../src/chain/checkpoint.js';
import { vkeyOf, type Vkey } from '../../../src/chain/vkey.js';
import type { Anchor, AnchoredNote, Signer } from '../../../src/checkpoint/port.js';
import { keyOfSeed } from '../../chain/support/keys.js';

/** Keys that are the same in each run; the first is the newest. */
export function signerOf(...labels: readonly string[]): Signer {
  const keys = labels.map((label) => keyOfSeed(Buffer.from(hash('sha256', label), 'hex')));
  return {
    vkeys: (name) => Promise.resolve(keys.map(({ publicKey }) => vkeyOf(name, publicKey))),
    sign: (bytes, vkey) => {
      const key = keys.find(({ publicKey }) => publicKey.equals(Buffer.from(vkey.key)));
      if (key === undefined) throw new Error('no such key');
      return Promise.resolve(sign(null, bytes, key.privateKey));
    },
  };
}

export async function vkeyOfLabel(name: string, label: string): Promise<Vkey> {
  return (await signerOf(label).vkeys(name))[0] as Vkey;
}

/** An anchor in memory that can be away, and can answer with what it had earlier. */
export class MemoryAnchor implements Anchor {
  readonly name = 'memory';
  notes: AnchoredNote[] = [];
  isAway = false;

  put({ note }: { note: string }): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('away'));
    if (!this.notes.some((each) => each.note === note)) this.notes.push({ note, storedAt: Date.now() });
    return Promise.resolve();
  }

  async *list(origin: string, from = 0): AsyncGenerator<AnchoredNote> {
    if (this.isAway) throw new Error('away');
    for (const each of this.notes) {
      const checkpoint = parseCheckpoint(parseNote(Buffer.from(each.note)).text);
      if (checkpoint.origin === origin && checkpoint.size >= from) yield each;
      await Promise.resolve();
    }
  }

  get sizes(): number[] {
    return this.notes.map(({ note }) => parseCheckpoint(parseNote(Buffer.from(note)).text).size);
  }
}
