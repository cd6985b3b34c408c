import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commitment, type SectionName } from '../../src/chain/commitment.js';

const section = fc.constantFrom<SectionName>('actor', 'data');
const salt = fc.stringMatching(/^[0-9a-f]{32}$/);
const bytes = fc.uint8Array({ maxLength: 100 });

it('a commitment is the hash of name, salt and bytes, one line each', () => {
  fc.assert(
    fc.property(section, salt, bytes, (name, salted, content) => {
      const input = Buffer.concat([Buffer.from(`audit-section/v1\n${name}\n${salted}\n`), content]);
      expect(commitment(name, salted, content)).toBe(createHash('sha256').update(input).digest('hex'));
    }),
  );
});

it('text is committed as its UTF-8', () => {
  fc.assert(
    fc.property(section, salt, fc.string({ unit: 'binary' }), (name, salted, text) => {
      expect(commitment(name, salted, text)).toBe(commitment(name, salted, Buffer.from(text)));
    }),
  );
});

it('a commitment differs when section, salt or bytes differ', () => {
  const one = fc.tuple(section, fc.constantFrom('0'.repeat(32), '1'.repeat(32)), fc.uint8Array({ maxLength: 1 }));
  fc.assert(
    fc.property(one, one, (a, b) => {
      const same = JSON.stringify([a[0], a[1], [...a[2]]]) === JSON.stringify([b[0], b[1], [...b[2]]]);
      expect(commitment(...a) === commitment(...b)).toBe(same);
    }),
  );
});
