import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from '../../src/chain/checkpoint.js';
import { EMPTY_ROOT, leafHash } from '../../src/chain/hashing.js';
import { signNote } from '../../src/chain/note.js';
import { formatVkey, isSignedBy, parseVkey, vkeyOf } from '../../src/chain/vkey.js';
import { keyOfSeed, refusal, signerOf } from './support/keys.js';
import { mangled, RUNS, taken } from './support/mangled.js';

const origin = fc.stringMatching(/^[a-z0-9._~-]{1,20}(\/[a-z0-9._~-]{1,10}){0,3}$/);
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('a checkpoint', () => {
  const right = { origin: 'a.example/1', size: 42, root: leafHash('x') };

  it('comes back as it was written', () => {
    const digest = bytes32.map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(fc.record({ origin, size: fc.integer({ min: 1, max: 2 ** 53 - 1 }), root: digest }), (given) => {
        expect(parseCheckpoint(formatCheckpoint(given))).toEqual(given);
      }),
      RUNS,
    );
  });

  it('is refused in every form that would not be written', () => {
    const text = fc.constant(Buffer.from(formatCheckpoint(right)));
    fc.assert(
      fc.property(fc.oneof(mangled(text).map(String), fc.string()), (said) => {
        const read = taken(() => parseCheckpoint(said));
        if (read !== undefined) expect(formatCheckpoint(read)).toBe(said);
      }),
      RUNS,
    );
  });

  const root = Buffer.from(right.root, 'hex').toString('base64');
  it.each([
    ['nothing', ''],
    ['of size 0', `a\n0\n${Buffer.from(EMPTY_ROOT, 'hex').toString('base64')}\n`],
    ['with a zero in front', `a\n042\n${root}\n`],
    ['with a sign', `a\n+42\n${root}\n`],
    ['too large to be counted', `a\n9007199254740992\n${root}\n`],
    ['in other digits', `a\n\u0664\u0662\n${root}\n`],
    ['with an extension', `a\n42\n${root}\nmore\n`],
    ['without an end', `a\n42\n${root}`],
    ['with an origin in capitals', `A\n42\n${root}\n`],
    ['with a scheme', `https://a\n42\n${root}\n`],
    ['with a slash behind', `a/\n42\n${root}\n`],
    ['with a long origin', `${'a'.repeat(256)}\n42\n${root}\n`],
    ['with a short root', `a\n42\n${Buffer.alloc(31).toString('base64')}\n`],
    [
      'with slack bits',
      `a\n42\n${root.slice(0, -2)}${String.fromCodePoint((root.at(-2)?.codePointAt(0) ?? 0) + 1)}=\n`,
    ],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining(refusal('checkpoint')));
  });

  it('is not written of an empty log, nor of what has no form', () => {
    for (const wrong of [
      { size: 0 },
      { size: 1.5 },
      { size: -1 },
      { size: 2 ** 53 },
      { root: 'ab' },
      { origin: 'A b' },
    ])
      expect(() => formatCheckpoint({ ...right, ...wrong })).toThrow(expect.objectContaining(refusal('checkpoint')));
  });

  it('is signed by a key of its own name, and no other counts', async () => {
    const mine = signerOf(right.origin);
    const sameKey = signerOf('a.example/2', right.origin);
    const note = Buffer.from(await signCheckpoint(right, [mine, sameKey]));
    expect(openCheckpoint(note, [mine.vkey])).toEqual({ ...right, signers: [mine.vkey] });
    expect(() => openCheckpoint(note, [sameKey.vkey])).toThrow(
      expect.objectContaining(refusal('checkpoint', 'unsigned')),
    );
    await expect(signCheckpoint(right, [sameKey])).rejects.toMatchObject(refusal('checkpoint', 'unsigned'));
  });

  it('is not any signed note', async () => {
    const signer = signerOf('a');
    const note = Buffer.from(await signNote('a\nb\nc\n', [signer]));
    expect(() => openCheckpoint(note, [signer.vkey])).toThrow(expect.objectContaining(refusal('checkpoint')));
  });
});

describe('a vkey', () => {
  it('comes back as it was written, plus signs in its base64 too', () => {
    let plus = 0;
    fc.assert(
      fc.property(origin, bytes32, (name, key) => {
        const text = formatVkey(vkeyOf(name, key));
        plus += text.split('+').length > 3 ? 1 : 0;
        expect(parseVkey(text)).toEqual(vkeyOf(name, key));
      }),
      RUNS,
    );
    expect(plus).toBeGreaterThan(0);
  });

  it('is refused in every other form', () => {
    const right = formatVkey(signerOf('a.example/1').vkey);
    fc.assert(
      fc.property(fc.oneof(mangled(fc.constant(Buffer.from(right))).map(String), fc.string()), (text) => {
        const read = taken(() => parseVkey(text));
        if (read !== undefined) expect([formatVkey(read), text]).toEqual([text, right]);
      }),
      RUNS,
    );
  });

  const key = Buffer.alloc(32, 7);
  it.each([
    ['nothing', ''],
    ['a name alone', 'a'],
    ['without a key', 'a+01234567+'],
    ['with a wrong id', formatVkey({ name: 'a', id: '01234567', key })],
    ['with an id in capitals', formatVkey(vkeyOf('a', key)).replace(/\+(.{8})\+/, (id) => id.toUpperCase())],
    ['of another kind of key', `a+01234567+${Buffer.from([4, ...key]).toString('base64')}`],
    ['too short', formatVkey({ ...vkeyOf('a', key), key: key.subarray(1) })],
    ['with a line feed', `${formatVkey(vkeyOf('a', key))}\n`],
    ['too long', `${formatVkey(vkeyOf('a', key))}${'a'.repeat(10_000)}`],
    ['under a name with a scheme', formatVkey({ ...vkeyOf('a', key), name: 'https://a' })],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseVkey(text)).toThrow(expect.objectContaining(refusal('vkey')));
  });

  it('checks Ed25519 by the vectors of RFC 8032', () => {
    const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
    const { publicKey } = keyOfSeed(seed);
    expect(publicKey.toString('hex')).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
    const signature = Buffer.from(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      'hex',
    );
    expect(isSignedBy(vkeyOf('a', publicKey), Buffer.of(0x72), signature)).toBe(true);
    expect(isSignedBy(vkeyOf('a', publicKey), Buffer.of(0x73), signature)).toBe(false);
    // A key that is no point: nobody signed with it, and nothing is thrown.
    expect(isSignedBy(vkeyOf('a', Buffer.alloc(32, 0xff)), Buffer.of(0x72), signature)).toBe(false);
  });
});
