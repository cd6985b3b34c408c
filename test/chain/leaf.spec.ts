import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_PREVIOUS } from '../../src/chain/hashing.js';
import { entryHash, isOrigin, leafOf, type EntryHeader } from '../../src/chain/leaf.js';
import { formatMillis } from '../../src/event/clock.js';

const origin = fc.stringMatching(/^[a-z0-9._~-]{1,12}(\/[a-z0-9._~-]{1,5}){0,2}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const header: fc.Arbitrary<EntryHeader> = fc.record({
  origin: fc.oneof(origin, fc.constant('a')),
  seq: fc.oneof(fc.maxSafeNat(), fc.nat(20)),
  sealedAt: fc.integer({ min: 0, max: 253_402_300_799_999 }).map((at) => formatMillis(at)),
  prev: fc.oneof(digest, fc.constant(NO_PREVIOUS)),
});
// Bodies that try to look like header lines. A real one has no line feed; the leaf does not depend on it.
const body = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\n', '0', 'a', '{', '}') }),
  header.map((other) => leafOf(other, '{}')),
);

describe('a leaf', () => {
  it('has the bytes of its description', () => {
    const bytes = leafOf({ origin: 'a/b', seq: 7, sealedAt: '2026-01-01T00:00:00.000Z', prev: NO_PREVIOUS }, '{"v":1}');
    expect(bytes).toBe(`audit-entry/v1\na/b\n7\n2026-01-01T00:00:00.000Z\n${'0'.repeat(64)}\n{"v":1}`);
  });

  it('can be taken apart again, whatever the body: so no two entries have the same bytes', () => {
    fc.assert(
      fc.property(header, body, (h, b) => {
        const [version, from, seq, sealedAt, prev, ...rest] = leafOf(h, b).split('\n');
        expect({ version, origin: from, seq: Number(seq), sealedAt, prev, body: rest.join('\n') }).toEqual({
          version: 'audit-entry/v1',
          ...h,
          body: b,
        });
      }),
    );
  });

  it('differs when any part of header or body differs', () => {
    // One part at a time, since two independent entries hardly ever agree in anything.
    const changed = fc.tuple(
      header,
      header,
      body,
      body,
      fc.constantFrom('origin', 'seq', 'sealedAt', 'prev', 'body', 'all'),
    );
    fc.assert(
      fc.property(changed, ([a, b, bodyA, bodyB, part]) => {
        const second = part === 'all' ? b : part === 'body' ? a : { ...a, [part]: b[part as keyof EntryHeader] };
        const secondBody = part === 'body' || part === 'all' ? bodyB : bodyA;
        const same = JSON.stringify([a, bodyA]) === JSON.stringify([{ ...a, ...second }, secondBody]);
        expect(leafOf(a, bodyA) === leafOf(second, secondBody)).toBe(same);
        expect(entryHash(a, bodyA) === entryHash(second, secondBody)).toBe(same);
      }),
    );
  });

  it('is hashed as UTF-8 behind a zero byte', () => {
    fc.assert(
      fc.property(header, body, (h, b) => {
        const expected = createHash('sha256')
          .update(Buffer.of(0))
          .update(Buffer.from(leafOf(h, b), 'utf8'))
          .digest('hex');
        expect(entryHash(h, b)).toBe(expected);
      }),
    );
  });
});

describe('an origin', () => {
  it.each([
    'a',
    '0',
    'audit.example/production',
    'db-1.eu~x/tenant_7',
    'a/b/c/d',
    '.',
    '~',
    'x'.repeat(255),
    `${'x'.repeat(127)}/${'y'.repeat(127)}`,
  ])('can be %s', (text) => {
    expect(isOrigin(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['in upper case', 'Audit.example'],
    ['with a scheme', 'https://audit.example'],
    ['with a port', 'audit.example:8080'],
    ['with a slash at the end', 'audit.example/'],
    ['with a slash in front', '/audit'],
    ['with two slashes', 'a//b'],
    ['a slash', '/'],
    ['with a space', 'a b'],
    ['with a line feed', 'a\nb'],
    ['with a line feed at the end', 'a\n'],
    ['with a carriage return at the end', 'a\r'],
    ['with an umlaut', 'prüfung'],
    ['with a letter that lowers to ASCII', '\u212a'],
    ['with NUL', 'a\0'],
    ['a mail address', 'ann@example.com'],
    ['with an escape', 'a%2fb'],
    ['with a plus', 'a+b'],
    ['of 256 bytes', 'x'.repeat(256)],
  ])('cannot be %s', (_, text) => {
    expect(isOrigin(text)).toBe(false);
  });

  it('never contains a line feed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '/', '.', '\n', '\r', '\u2028', '_') }), (text) => {
        expect(isOrigin(text) && /[^a-z0-9._~/-]|^\/|\/$|\/\//.test(text)).toBe(false);
      }),
    );
  });
});
