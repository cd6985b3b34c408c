import crypto, { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { vectors } from '../golden/vectors.js';
import { inPage } from './support/in-page.js';
import * as here from './support/page-code.js';

const page = inPage<typeof here>('page-code.ts');
type Code = typeof here;

/** Whatever comes of it, as text: bytes in hex, errors by code and reason. */
function outcome(work: () => unknown): string {
  try {
    return JSON.stringify({ value: work() }, (_name, value: unknown) =>
      ArrayBuffer.isView(value) ? `hex:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}` : value instanceof Map ? [...value] : value,
    ); // prettier-ignore
  } catch (error) {
    const { name, code, facts, message } = error as { name: string; code?: string; facts?: object; message: string };
    return JSON.stringify({ name, code, facts, message: code === undefined ? undefined : message });
  }
}

/** Both do the same. */
function same(work: (code: Code) => unknown): void {
  expect(outcome(() => work(page))).toBe(outcome(() => work(here)));
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: fc.constantFrom('\ud800', '\udfff', '\0', '\n', 'ä', '=', '+', '/', '-', '_', 'f', '0', '\u{1f600}') }), // prettier-ignore
);
/** Of what is beyond ASCII Node takes the lower half of each unit for a digit: no code of ours asks for that. */
const ascii = fc.oneof(fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEFxyzXYZ+/-_= \n\0') }), fc.string({ unit: 'binary-ascii' })); // prettier-ignore
const bytes = fc.uint8Array({ maxLength: 300 });
const RUNS = { numRuns: 1_000 };

describe('the Buffer of the page', () => {
  const ENCODINGS = ['utf8', 'hex', 'base64', 'latin1'] as const;

  it.each(ENCODINGS)('reads and writes %s as Node does', (encoding) => {
    const texts = encoding === 'hex' || encoding === 'base64' ? ascii : text;
    fc.assert(
      fc.property(texts, bytes, fc.nat(310), fc.nat(310), (given, raw, start, end) => {
        expect(Buffer.from(page.Buffer.from(given, encoding)).toString('hex')).toBe(Buffer.from(given, encoding).toString('hex')); // prettier-ignore
        expect(page.Buffer.from(raw).toString(encoding, start, end)).toBe(Buffer.from(raw).toString(encoding, start, end)); // prettier-ignore
        const [ours, theirs] = [page.Buffer.alloc(40, 7), Buffer.alloc(40, 7)];
        if (encoding !== 'base64') expect(ours.write(given, start % 40, encoding)).toBe(theirs.write(given, start % 40, encoding)); // prettier-ignore
        if (encoding !== 'base64') expect(Buffer.from(ours).equals(theirs)).toBe(true);
      }),
      RUNS,
    );
  });

  it('measures, finds and joins as Node does', () => {
    fc.assert(
      fc.property(text, text, fc.array(bytes, { maxLength: 4 }), (given, sought, parts) => {
        expect(page.Buffer.byteLength(given)).toBe(Buffer.byteLength(given));
        if (sought !== '' && sought.isWellFormed())
          expect(page.Buffer.from(given).indexOf(sought)).toBe(Buffer.from(given).indexOf(sought));
        expect(Buffer.from(page.Buffer.concat(parts)).equals(Buffer.concat(parts))).toBe(true);
      }),
      RUNS,
    );
  });

  it('takes the same texts for exact base64, and for the digests of proofs', () => {
    const exact = fc.oneof(text, ascii, bytes.map((raw) => Buffer.from(raw).toString('base64')), fc.uint8Array({ minLength: 31, maxLength: 33 }).map((raw) => Buffer.from(raw).toString('base64'))); // prettier-ignore
    fc.assert(
      fc.property(exact, ascii, fc.nat(60), (given, other, at) => {
        for (const each of [given, given.slice(0, at) + other.slice(0, 2) + given.slice(at)])
          same(({ digestOfBase64, exactBase64 }) => [digestOfBase64(each), exactBase64(each)?.toString('hex')]);
      }),
      RUNS,
    );
  });

  it('takes a part of what it stands on, and no copy', () => {
    const whole = Uint8Array.of(1, 2, 3, 4);
    const part = page.Buffer.from(whole.buffer, 1, 2);
    expect([...part]).toEqual([2, 3]);
    whole[1] = 9;
    expect([...part.subarray(0, 1)]).toEqual([9]);
    expect(Reflect.apply(part.toString, part.subarray(0, 1), ['hex'])).toBe('09');
  });
});

describe('the crypto of the page', () => {
  it('hashes as Node does, whole and in parts', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(text, bytes), { maxLength: 4 }), (parts) => {
        const [ours, theirs] = [page.crypto.createHash('sha256'), crypto.createHash('sha256')];
        for (const part of parts) {
          expect(page.crypto.hash('sha256', part)).toBe(crypto.hash('sha256', part));
          ours.update(part);
          theirs.update(part);
        }
        expect(ours.digest('hex')).toBe(theirs.digest('hex'));
      }),
      RUNS,
    );
  });

  it.each([0, 1, 54, 55, 56, 63, 64, 65, 65_535, 65_536, 65_537, 1_048_576])('hashes %s bytes, and opens a section of them', (size) => {
    const long = crypto.randomBytes(size);
    same(({ leafHash }) => leafHash(long));
    for (const name of ['sha256', 'sha512'] as const) expect(Buffer.from(page[name](long.subarray(0, 300_000))).toString('hex')).toBe(crypto.hash(name, long.subarray(0, 300_000)));
    same(({ commitment }) => commitment('data', '0'.repeat(32), long));
    same(({ commitment }) => commitment('data', '0'.repeat(32), long.toString('latin1')));
  }); // prettier-ignore

  it('hashes every length up to three blocks', () => {
    for (let size = 0; size < 400; size += 1) {
      const random = crypto.randomBytes(size);
      for (const name of ['sha256', 'sha512'] as const)
        expect(Buffer.from(page[name](random)).toString('hex')).toBe(crypto.hash(name, random));
    }
  });

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const checked = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): readonly [boolean, boolean] => {
    let theirs = false;
    try {
      theirs = crypto.verify(null, message, crypto.createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' }), signature); // prettier-ignore
    } catch {
      // no key
    }
    return [page.crypto.verify(null, message, page.crypto.createPublicKey({ key }), signature), theirs];
  };

  it('takes and refuses signatures as Node does, whatever one bit of them or of the key is', () => {
    const message = Buffer.from('what is signed');
    const signature = sign(null, message, privateKey);
    expect(checked(der, message, signature)).toEqual([true, true]);
    for (let bit = 0; bit < 512; bit += 5) {
      const other = Buffer.from(signature);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(checked(der, message, other)).toEqual([false, false]);
      const key = Buffer.from(der);
      key[12 + (bit >> 4)] = (key[12 + (bit >> 4)] ?? 0) ^ (1 << (bit & 7));
      expect(checked(key, message, signature)).toEqual([false, false]);
    }
    expect(checked(der, message, signature.subarray(0, 63))).toEqual([false, false]);
  });

  it('takes no S beyond the order of the group, which would be a second signature of the same text', () => {
    const message = Buffer.from('once');
    const signature = sign(null, message, privateKey);
    const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString('hex')}`) + order;
    const second = Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').toReversed()]); // prettier-ignore
    expect(checked(der, message, second)).toEqual([false, false]);
  });

  // Points of order 1, 2, 4 and 8: a signature of R = the point and S = 0 holds for any message, or for one in eight, under such a key.
  it.each([
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ])('agrees with Node about the key %s of small order', (point) => {
    const key = Buffer.concat([der.subarray(0, 12), Buffer.from(point, 'hex')]);
    for (let i = 0; i < 8; i += 1)
      for (const r of [point, '0100000000000000000000000000000000000000000000000000000000000000']) {
        const [ours, theirs] = checked(key, Buffer.of(i), Buffer.concat([Buffer.from(r, 'hex'), Buffer.alloc(32)]));
        expect(ours).toBe(theirs);
      }
  });
});

describe('the code of the verifier in the page, on the vectors', () => {
  interface Named {
    name: string;
  }
  const unhex = (hex: string): Buffer => Buffer.from(hex, 'hex');

  it('vkeys', () => {
    const { vkeys, refused } = vectors('vkeys.json') as { vkeys: { vkey: string }[]; refused: (Named & { vkey: string })[] }; // prettier-ignore
    for (const { vkey } of [...vkeys, ...refused]) same(({ parseVkey }) => parseVkey(vkey));
    expect(vkeys.length).toBeGreaterThan(2);
    for (const { vkey } of vkeys) expect(page.formatVkey(page.parseVkey(vkey))).toBe(vkey);
  });

  it('notes and checkpoints', () => {
    const { notes, refused } = vectors('notes.json') as { notes: { note: string; vkeys: string[]; text: string }[]; refused: { vkeys: string[]; hex: string; fill?: { byte: number; count: number } }[] }; // prettier-ignore
    for (const { note, vkeys, text: said } of notes) {
      same(({ openNote, parseVkey }) => openNote(Buffer.from(note), vkeys.map(parseVkey)));
      expect(page.openNote(Buffer.from(note), vkeys.map(page.parseVkey)).text).toBe(said);
    }
    for (const { hex, vkeys, fill } of refused) {
      const note = Buffer.concat([Buffer.alloc(fill?.count ?? 0, fill?.byte), unhex(hex)]);
      same(({ openNote, parseVkey }) => openNote(note, vkeys.map(parseVkey)));
    }
    const given = vectors('checkpoints.json') as { checkpoints: { text: string; vkey: string; note: string }[]; refused: { text: string }[]; proofs: { proof: string; tlogProof: string }[]; proofsRefused: { text: string }[] }; // prettier-ignore
    for (const { text: line, vkey, note } of given.checkpoints) {
      same(({ parseCheckpoint }) => parseCheckpoint(line));
      same(({ openCheckpoint, parseVkey }) => openCheckpoint(Buffer.from(note), [parseVkey(vkey)]));
    }
    for (const { text: line } of given.refused) same(({ parseCheckpoint }) => parseCheckpoint(line));
    for (const { proof, tlogProof } of given.proofs) {
      same(({ parseProof }) => parseProof(proof));
      same(({ parseTlogProof }) => parseTlogProof(Buffer.from(tlogProof)));
    }
    for (const { text: proof } of given.proofsRefused) same(({ parseTlogProof }) => parseTlogProof(Buffer.from(proof)));
  });

  it('trees and their proofs', () => {
    const given = vectors('proofs.json') as { roots: string[]; inclusion: { index: number; size: number; hashes: string[] }[]; consistency: { from: number; to: number; hashes: string[] }[] }; // prettier-ignore
    const leaves = given.roots.slice(1).map((_, i) => page.leafHash(`leaf ${i}`));
    for (const [size, root] of given.roots.entries()) expect(page.treeHash(leaves.slice(0, size))).toBe(root);
    for (const { index, size, hashes } of given.inclusion) {
      const of = { leaf: leaves[index] ?? '', index, size, root: given.roots[size] ?? '' };
      expect(page.verifyInclusion(hashes, of)).toBe(true);
      expect(page.verifyInclusion(hashes, { ...of, index: index + 1 })).toBe(false);
    }
    for (const { from, to, hashes } of given.consistency)
      expect(page.verifyConsistency(hashes, { size: from, root: given.roots[from] ?? '' }, { size: to, root: given.roots[to] ?? '' })).toBe(true); // prettier-ignore
  });

  it('heads and proof folders', () => {
    const given = vectors('heads.json') as { refused: string[]; folders: { vkey: string; files: Record<string, string> }[] }; // prettier-ignore
    for (const line of given.refused) same(({ parseHeadLine }) => parseHeadLine(line));
    expect(given.folders.length).toBeGreaterThan(0);
    for (const { vkey, files } of given.folders) {
      const folder = new Map(Object.entries(files).map(([name, content]) => [name, new Uint8Array(Buffer.from(content))])); // prettier-ignore
      same(({ checkProof, parseVkey }) => checkProof(folder, [parseVkey(vkey)]));
      expect(() => page.checkProof(folder, [page.parseVkey(vkey)])).not.toThrow();
    }
  });

  it('entries, bodies and sections', () => {
    const { chains } = vectors('entries.json') as { chains: { origin: string; entries: { seq: number; sealedAt: string; prev: string; body: string; hash: string }[] }[] }; // prettier-ignore
    for (const { origin, entries } of chains)
      for (const { body, hash, ...header } of entries) {
        const leaf = page.leafOf({ origin, ...header }, body);
        expect(page.leafHash(leaf)).toBe(hash);
        expect(page.leafHash(Buffer.from(leaf))).toBe(hash);
        same(({ parseLeaf }) => parseLeaf(Buffer.from(leaf)));
      }
    const { commitments } = vectors('commitments.json') as { commitments: { section: 'actor' | 'data'; salt: string; hex?: string; repeat?: { byte: number; count: number }; commit: string }[] }; // prettier-ignore
    expect(commitments.length).toBeGreaterThan(5);
    for (const { section, salt, hex = '', repeat, commit } of commitments)
      expect(page.commitment(section, salt, Buffer.concat([unhex(hex), Buffer.alloc(repeat?.count ?? 0, repeat?.byte)]))).toBe(commit); // prettier-ignore
    const { bodies, canonical } = vectors('bodies.json') as { bodies: { body: string }[]; canonical: { value: never }[] }; // prettier-ignore
    for (const { value } of canonical) same(({ canonicalJson }) => canonicalJson(value));
    for (const { body } of bodies) same(({ canonicalJson }) => canonicalJson(JSON.parse(body) as never));
  });
});
