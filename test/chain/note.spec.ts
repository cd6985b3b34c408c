import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatNote, NOTE_LIMITS, openNote, parseNote, signNote, type NoteSigner } from '../../src/chain/note.js';
import { refusal, signerOf } from './support/keys.js';
import { mangled, RUNS, taken } from './support/mangled.js';

const a = signerOf('example.com/a');
const b = signerOf('example.com/b');
const text = 'one\n\nzwei \u00fc\n';
const bytes = (note: string): Buffer => Buffer.from(note);
const lineOf = async (signer: NoteSigner, of = text): Promise<string> =>
  (await signNote(of, [signer])).slice(of.length + 1);

describe('a note', () => {
  it('says who signed it, of those who are known', async () => {
    const note = bytes(await signNote(text, [a, b]));
    expect(openNote(note, [a.vkey])).toMatchObject({ text, signers: [a.vkey] });
    expect(openNote(note, [b.vkey, a.vkey]).signers).toEqual([a.vkey, b.vkey]);
    expect(() => openNote(note, [])).toThrow(expect.objectContaining(refusal('note', 'unsigned')));
    expect(() => openNote(note, [signerOf('example.com/a', 'other').vkey])).toThrow(
      expect.objectContaining(refusal('note', 'unsigned')),
    );
  });

  it('comes back as it was written', () => {
    const line = fc.record({
      name: fc.stringMatching(/^[a-z\u00e9/.]{1,20}$/),
      keyId: fc.stringMatching(/^[0-9a-f]{8}$/),
      signature: fc.uint8Array({ minLength: 1, maxLength: 100 }),
    });
    const any = fc.string({ unit: 'grapheme' }).map((said) => `${said.replaceAll(/\p{Cc}/gu, '\n')}\n`);
    fc.assert(
      fc.property(any, fc.array(line, { minLength: 1, maxLength: 5 }), (said, signatures) => {
        expect(parseNote(bytes(formatNote({ text: said, signatures })))).toEqual({ text: said, signatures });
      }),
      RUNS,
    );
  });

  it('is refused in every form that would not be written', async () => {
    const right = bytes(await signNote(text, [a, b]));
    fc.assert(
      fc.property(fc.oneof(mangled(fc.constant(right)), fc.uint8Array({ maxLength: 300 })), (note) => {
        const read = taken(() => parseNote(note));
        if (read !== undefined) expect(formatNote(read)).toBe(Buffer.from(note).toString());
        const open = taken(() => openNote(note, [a.vkey, b.vkey]));
        if (open !== undefined) expect(open.text).toBe(text);
      }),
      RUNS,
    );
  });

  it('is not one with any bit of text or signature changed', async () => {
    const right = bytes(await signNote(text, [a]));
    for (let bit = 0; bit < right.length * 8; bit += 1) {
      const wrong = Buffer.from(right);
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(taken(() => openNote(wrong, [a.vkey]))).toBeUndefined();
    }
  });

  it('may have lines of others, in any order', async () => {
    const [mine, other] = [await lineOf(a), await lineOf(b)];
    for (const lines of [
      [mine, other],
      [other, mine],
      [other, other, mine],
      [mine, mine],
    ])
      expect(openNote(bytes(`${text}\n${lines.join('')}`), [a.vkey]).signers).toEqual([a.vkey]);
  });

  it('is refused for one wrong line of a key that is known, wherever it stands', async () => {
    const [right, wrong] = [await lineOf(a), await lineOf(a, 'another text\n')];
    for (const lines of [[wrong], [right, wrong], [wrong, right], [await lineOf(b), right, wrong]])
      expect(() => openNote(bytes(`${text}\n${lines.join('')}`), [a.vkey, b.vkey])).toThrow(
        expect.objectContaining(refusal('note', 'signature')),
      );
  });

  it('passes over a line with the id of a known key under another name', async () => {
    const stolen = (await lineOf(a)).replace('example.com/a', 'example.com/b');
    expect(openNote(bytes(`${text}\n${stolen}${await lineOf(b)}`), [b.vkey]).signers).toEqual([b.vkey]);
  });

  const signature = 'AAAAAAE=';
  it.each([
    ['empty', ''],
    ['text alone', 'a\n'],
    ['without a signature', 'a\n\n'],
    ['without an end', `a\n\n\u2014 n ${signature}`],
    ['with a line feed too many', `a\n\n\u2014 n ${signature}\n\n`],
    ['with a hyphen', `a\n\n- n ${signature}\n`],
    ['with a carriage return', `a\r\n\n\u2014 n ${signature}\n`],
    ['with a tab', `a\tb\n\n\u2014 n ${signature}\n`],
    ['with NUL', `a\0\n\n\u2014 n ${signature}\n`],
    ['without a name', `a\n\n\u2014  ${signature}\n`],
    ['with a plus in the name', `a\n\n\u2014 n+m ${signature}\n`],
    ['with a wide blank in the name', `a\n\n\u2014 n\u00a0m ${signature}\n`],
    ['without base64', `a\n\n\u2014 n\n`],
    ['with an empty signature', `a\n\n\u2014 n \n`],
    ['with a key id alone', `a\n\n\u2014 n AAAAAA==\n`],
    ['with slack bits', `a\n\n\u2014 n AAAAAAF=\n`],
    ['without padding', `a\n\n\u2014 n AAAAAAE\n`],
    ['with base64 for addresses', `a\n\n\u2014 n AAAAAP-_\n`],
    ['with a blank behind', `a\n\n\u2014 n ${signature} \n`],
    ['with more signatures than are looked at', `a\n\n${`\u2014 n ${signature}\n`.repeat(NOTE_LIMITS.signatures + 1)}`],
    ['with a signature that is too long', `a\n\n\u2014 n ${Buffer.alloc(9_000).toString('base64')}\n`],
    ['too long', `${'a'.repeat(NOTE_LIMITS.bytes)}\n\n\u2014 n ${signature}\n`],
  ])('is refused when it is %s', (_, note) => {
    expect(() => parseNote(bytes(note))).toThrow(expect.objectContaining(refusal('note')));
  });

  it('is refused when it is not UTF-8', () => {
    for (const wrong of ['ff', 'c080', 'eda080', 'f4908080', 'c3'])
      expect(() => parseNote(Buffer.concat([Buffer.from(wrong, 'hex'), bytes(`\n\n\u2014 n ${signature}\n`)]))).toThrow(
        expect.objectContaining(refusal('note')),
      );
  });

  it('has room for sixteen signatures of post-quantum size', () => {
    const signatures = Array.from({ length: 16 }, (_, i) => ({
      name: `w${i}`,
      keyId: '00000000',
      signature: new Uint8Array(5_000),
    }));
    expect(parseNote(bytes(formatNote({ text, signatures }))).signatures).toHaveLength(16);
  });

  it('takes no time to refuse', () => {
    for (const said of [
      '\n'.repeat(NOTE_LIMITS.bytes),
      '\u2014 '.repeat(30_000),
      `a\n\n${'\u2014 '.repeat(30_000)}\n`,
    ]) {
      const start = performance.now();
      expect(taken(() => parseNote(bytes(said)))).toBeUndefined();
      expect(performance.now() - start).toBeLessThan(500);
    }
  });
});

describe('signing', () => {
  it('never gives out what the signer did not sign with that key', async () => {
    const wrong = { vkey: a.vkey, sign: b.sign };
    await expect(signNote(text, [wrong])).rejects.toMatchObject(refusal('note', 'signature'));
    for (const answer of [new Uint8Array(0), new Uint8Array(64), new Uint8Array(65)])
      await expect(signNote(text, [{ ...a, sign: () => Promise.resolve(answer) }])).rejects.toMatchObject(
        refusal('note', 'signature'),
      );
    await expect(
      signNote(text, [{ ...a, sign: () => Promise.reject(new Error('the machine is away')) }]),
    ).rejects.toThrow('the machine is away');
  });

  it('refuses a text that would be another note, and a key twice', async () => {
    for (const wrong of ['', 'a', 'a\r\n', 'a\0\n', '\ud800\n', 'a\n\n\u2014 x'])
      await expect(signNote(wrong, [a])).rejects.toMatchObject(refusal('note'));
    await expect(signNote(text, [a, a])).rejects.toMatchObject(refusal('note'));
    await expect(signNote(text, [])).rejects.toMatchObject(refusal('note'));
  });

  it('hands the signer a copy of the bytes of the text', async () => {
    let seen = '';
    const meddling = (given: Uint8Array): Promise<Uint8Array> => {
      seen = Buffer.from(given).toString();
      const signed = a.sign(given);
      given.fill(0);
      return signed;
    };
    expect(await signNote(text, [{ ...a, sign: meddling }])).toBe(await signNote(text, [a]));
    expect(seen).toBe(text);
  });
});
