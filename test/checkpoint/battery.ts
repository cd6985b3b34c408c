import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signCheckpoint } from '../../src/chain/checkpoint.js';
import type { Anchor, AnchoredNote } from '../../src/checkpoint/port.js';
import { signerOf } from '../chain/support/keys.js';

/** A place for checkpoints, as an anchor of one kind reaches it. */
export interface Place {
  /** Another anchor for the same place, as another process has it. */
  anchor(): Anchor;
  /** Makes it unreachable for all of them; the last that is asked of it. */
  ruin(): Promise<void> | void;
  close(): Promise<void> | void;
}

export type Checkpointed = Parameters<Anchor['put']>[0];

/** Signed checkpoints; another `root` is another history. */
export async function checkpoint(origin: string, size: number, root = '00'): Promise<Checkpointed> {
  return { origin, size, note: await signCheckpoint({ origin, size, root: root.repeat(32) }, [signerOf(origin)]) };
}

export async function listed(anchor: Anchor, origin: string, from?: number): Promise<AnchoredNote[]> {
  if (anchor.list === undefined) throw new Error(`${anchor.name} cannot be listed`);
  const notes: AnchoredNote[] = [];
  for await (const note of anchor.list(origin, from)) notes.push(note);
  return notes;
}

const notesOf = async (anchor: Anchor, origin: string, from?: number): Promise<string[]> =>
  [...new Set((await listed(anchor, origin, from)).map(({ note }) => note))].toSorted();

/** What the port asks of every anchor that can be listed. @param time whether it tells when a note was stored */
export function battery(kind: string, time: boolean, make: () => Promise<Place> | Place): void {
  describe(`an anchor: ${kind}`, () => {
    let place: Place;
    beforeAll(async () => {
      place = await make();
    }, 120_000);
    afterAll(async () => await place?.close());

    it('has nothing at first, and gives back what was put, byte by byte, to another process too', async () => {
      const [anchor, origin] = [place.anchor(), 'log-1/registry'];
      expect(await listed(anchor, origin)).toEqual([]);
      const before = Date.now();
      const put = await Promise.all([1, 300, 2 ** 40, Number.MAX_SAFE_INTEGER].map((size) => checkpoint(origin, size)));
      for (const each of put) await anchor.put(each);
      for (const each of [anchor, place.anchor()]) {
        const found = await listed(each, origin);
        expect(found.map(({ note }) => note).toSorted()).toEqual(put.map(({ note }) => note).toSorted());
        for (const { storedAt = Number.NaN } of time ? found : []) {
          expect(storedAt).toBeGreaterThanOrEqual(before - 1_500); // to the second, where the clock tells no more
          expect(storedAt).toBeLessThanOrEqual(Date.now() + 1_500);
        }
        if (!time) expect(found.map(({ storedAt }) => storedAt)).toEqual(put.map(() => undefined));
      }
    });

    it('gives those of a size and beyond', async () => {
      const [anchor, origin] = [place.anchor(), 'log-2/registry'];
      const sizes = [9, 10, 11, 100, 1_000];
      const put = await Promise.all(sizes.map((size) => checkpoint(origin, size)));
      for (const each of put) await anchor.put(each);
      for (const from of [0, 1, 9, 10, 12, 1_000, 1_001]) {
        const expected = put.filter(({ size }) => size >= from).map(({ note }) => note);
        expect([from, await notesOf(anchor, origin, from)]).toEqual([from, expected.toSorted()]);
      }
    });

    it('keeps two histories of one size, and either again', async () => {
      const [anchor, origin] = [place.anchor(), 'log-3/registry'];
      const [one, other] = [await checkpoint(origin, 5, 'aa'), await checkpoint(origin, 5, 'bb')];
      for (const each of [one, other, one, one, other]) await place.anchor().put(each);
      expect(await notesOf(anchor, origin)).toEqual([one.note, other.note].toSorted());
    });

    it('tells origins apart, however alike they are', async () => {
      const origins = ['log-4/registry', 'log-4', 'log-4__registry', 'log-4/registry/0000000000000001', 'log-40/registry', '..', '.', '../log-4']; // prettier-ignore
      const anchor = place.anchor();
      const put = await Promise.all([...origins, 'x/'.repeat(126) + 'y'].map((origin) => checkpoint(origin, 1)));
      for (const each of put) await anchor.put(each);
      for (const { origin, note } of put) expect([origin, await notesOf(anchor, origin)]).toEqual([origin, [note]]);
      expect(await listed(anchor, 'log-5')).toEqual([]);
    });

    it('takes many at once, from two processes', async () => {
      const origin = 'log-6/registry';
      const put = await Promise.all(Array.from({ length: 40 }, (_, i) => checkpoint(origin, 1 + (i % 20), i < 20 ? 'aa' : 'bb'))); // prettier-ignore
      const both = [place.anchor(), place.anchor()];
      await Promise.all(put.flatMap((each) => both.map((anchor) => anchor.put(each))));
      expect(await notesOf(place.anchor(), origin)).toEqual(put.map(({ note }) => note).toSorted());
    });

    it('takes nothing that is not what it is said to be', async () => {
      const anchor = place.anchor();
      const { note } = await checkpoint('log-7', 3);
      for (const wrong of [
        { origin: 'log-8', size: 3, note },
        { origin: 'log-7', size: 4, note },
        { origin: 'log-7', size: 3, note: '' },
        { origin: 'log-7', size: 3, note: note + 'x'.repeat(128 * 1024) },
      ])
        await expect(anchor.put(wrong)).rejects.toMatchObject({ code: 'AUDIT_EVIDENCE_INVALID' });
      expect(await listed(anchor, 'log-7')).toEqual([]);
    });

    it('has a name that one can show', () => {
      expect(place.anchor().name).toMatch(/^[^\n]{3,}$/);
      expect(place.anchor().name).not.toMatch(/secret|pass|whsec/i);
    });

    it('says that it took nothing, and cannot be read, rather than that there is nothing', async () => {
      const anchor = place.anchor();
      await place.ruin();
      for (const each of [anchor, place.anchor()]) {
        const unavailable = expect.objectContaining({ code: 'AUDIT_ANCHOR_UNAVAILABLE', message: expect.stringContaining(each.name) }); // prettier-ignore
        await expect(listed(each, 'log-1/registry')).rejects.toEqual(unavailable);
        await expect(each.put(await checkpoint('log-1/registry', 301))).rejects.toEqual(unavailable);
      }
    });
  });
}
