import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPin, parsePins, type Pin } from '../../src/verify/index.js';

const ROOT = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const HASH = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

describe('a pin', () => {
  it('is a line: origin, size, tree hash in base64', () => {
    expect(formatPin({ origin: 'example.com/audit/1', size: 42, root: ROOT })).toBe(`example.com/audit/1 42 ${HASH}`);
  });

  it('comes back as it was, whatever it is', () => {
    const word = fc.stringMatching(/^[a-z0-9._~-]{1,20}$/);
    const pin = fc.record<Pin>({
      origin: fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join('/')),
      size: fc.integer({ min: 0, max: 999_999_999_999_999 }),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    });
    fc.assert(
      fc.property(fc.array(pin), fc.constantFrom('\n', '\r\n', '\n\n', '\n# note\n', ' \n\t'), (pins, between) => {
        expect(parsePins(pins.map((each) => formatPin(each)).join(between))).toEqual(pins);
      }),
    );
  });

  it('may stand among empty lines and remarks', () => {
    expect(parsePins(`# kept by the auditor\n\n  a 1 ${HASH}  \n\t#a 2 ${HASH}\n`)).toEqual([
      { origin: 'a', size: 1, root: ROOT },
    ]);
    expect(parsePins('')).toEqual([]);
  });

  it.each([
    ['without a hash', 'a 1'],
    ['with something behind it', `a 1 ${HASH} x`],
    ['of an origin in capitals', `A 1 ${HASH}`],
    ['of an origin with a scheme', `https://a 1 ${HASH}`],
    ['of a size that is negative', `a -1 ${HASH}`],
    ['of a size that is not whole', `a 1.5 ${HASH}`],
    ['of a size in another notation', `a 1e3 ${HASH}`],
    ['of a size that JavaScript cannot hold', `a 9007199254740993 ${HASH}`],
    ['of a hash in hex', `a 1 ${ROOT}`],
    ['of a hash that is cut', `a 1 ${HASH.slice(4)}`],
    ['of a hash without padding', `a 1 ${HASH.slice(0, -1)}`],
    ['of a hash whose unused bits are set', `a 1 ${HASH.slice(0, -2)}V=`],
    ['of a hash in the alphabet of URLs', `a 1 ${HASH.replace('+', '-').replace('/', '_')}`],
    ['in the middle of nothing', 'nonsense'],
  ])('%s is refused with the number of its line', (_name, line) => {
    expect(() => parsePins(`# first\na 1 ${HASH}\n${line}\n`)).toThrow(
      expect.objectContaining({
        code: 'AUDIT_PIN_INVALID',
        facts: { line: 3 },
        message: expect.stringMatching(/^line 3 is not "origin size hash" as the command checkpoint prints it/),
      }),
    );
  });
});
