import { encodeBody } from '../../../src/chain/body.js';
import { commitment, type SectionName } from '../../../src/chain/commitment.js';
import { entryHash, leafOf } from '../../../src/chain/leaf.js';
import { parseLeaf } from '../../../src/chain/parse-leaf.js';
import { entryOfLeaf } from '../../../src/export/leaf-entry.js';
import { rowJson } from '../../../src/export/row-json.js';
import type { SealedAnswer, SealedLeaf, ShownEntry } from '../../../src/viewer/answers.js';

export interface Sealed {
  readonly entry: ShownEntry;
  readonly sealed: Omit<SealedAnswer, 'before' | 'next'> & { readonly before: SealedLeaf; readonly next: SealedLeaf };
}

export const SECTIONS: Readonly<Record<SectionName, string>> = {
  actor: JSON.stringify({ id: 'ann', email: 'ann@example.test', ip: '203.0.113.7' }),
  data: JSON.stringify({
    id: 'inv-42',
    old: { status: 'DRAFT', total: 10, note: 'J\u00fcrgen\u202e', paid_at: null, meta: { a: [1, { b: '1e400' }] } },
    new: {
      status: 'APPROVED',
      total: 10.5,
      note: 'J\u00fcrgen',
      paid_at: '2026-03-01T10:00:00.123456',
      meta: { a: [] },
    },
    redacted: ['iban'],
  }),
};
const SALTS: Readonly<Record<SectionName, string>> = { actor: '0123456789abcdef'.repeat(2), data: 'fedcba9876543210'.repeat(2) }; // prettier-ignore
const ORIGIN = 'example.com/test/3';

/** An entry between two others, as the server shows it and as it is sealed. @param given bytes of its sections; `undefined`: it never had it */
export function sealedEntry(given: Readonly<Partial<Record<SectionName, string>>> = SECTIONS): Sealed {
  const commit = (name: SectionName): string | null =>
    given[name] === undefined ? null : commitment(name, SALTS[name], given[name]);
  const body = (n: number, isOurs: boolean): string =>
    encodeBody({
      id: `019b76da-a800-7000-8000-00000000000${n}`,
      occurredAt: 1_767_225_600_000_000 + n,
      source: 'change',
      action: 'Invoice.update',
      outcome: 'success',
      resource: 'Invoice',
      group: '0b6a1d2e-0000-4000-8000-000000000001',
      tx: 'a.17',
      severity: 'warning',
      flags: ['deferred'],
      commit: isOurs ? { actor: commit('actor'), data: commit('data') } : { actor: null, data: null },
    });
  const sealedAt = '2026-01-01T00:00:01.000Z';
  const leaves: SealedLeaf[] = [];
  for (const n of [6, 7, 8]) {
    const header = { origin: ORIGIN, seq: n, sealedAt, prev: leaves.at(-1)?.hash ?? 'ab'.repeat(32) };
    leaves.push({ leaf: leafOf(header, body(n, n === 7)), hash: entryHash(header, body(n, n === 7)) });
  }
  const [before, own, next] = leaves as [SealedLeaf, SealedLeaf, SealedLeaf]; // three were made
  const parsed = parseLeaf(Buffer.from(own.leaf));
  const bytes = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, Buffer.from(text)]));
  const made = entryOfLeaf({ ...parsed, body: body(7, true), tenant: 'acme' }, bytes);
  const section = (name: SectionName): SealedAnswer['sections']['actor'] =>
    given[name] === undefined ? 'never was' : { salt: SALTS[name], bytes: Buffer.from(given[name]).toString('base64') };
  return {
    entry: JSON.parse(rowJson(made)) as ShownEntry,
    sealed: { ...own, sections: { actor: section('actor'), data: section('data') }, before, next },
  };
}
