import fc from 'fast-check';
import { full } from '../../support/full.js';

/** The same inputs in each run. */
export const RUNS = { seed: 6962, numRuns: full ? 5_000 : 500 } as const;

/** Bytes that are nearly right: some of them changed, taken out, put in, doubled, or cut off. */
export function mangled(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(),
    take: fc.nat({ max: 3 }),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc
        .constantFrom('\n', ' ', '+', '=', '\n\n', '\u2014 ', '\r\n', '0', '\ufeff', '\u00a0')
        .map((text) => Buffer.from(text)),
    ),
  });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 3 })).map(([original, changes]) =>
    changes.reduce((buffer, { at, take, put }) => {
      const from = at % (buffer.length + 1);
      return Buffer.concat([buffer.subarray(0, from), put, buffer.subarray(from + take)]);
    }, original),
  );
}

/** What a parser made of it; `undefined` if it refused. Any other error than a refusal is thrown. */
export function taken<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if ((error as { code?: string }).code === 'AUDIT_EVIDENCE_INVALID') return undefined;
    throw error;
  }
}
