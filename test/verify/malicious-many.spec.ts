import { generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { handoverStatement } from '../../src/chain/handover.js';
import { headLine } from '../../src/chain/heads.js';
import { formatVkey, vkeyOf } from '../../src/chain/vkey.js';
import { Apart } from '../../src/verify/registry/apart.js';
import { keyAt, MOST_HANDED_OVER, parseHandover, trustedKeys, type Handover } from '../../src/verify/registry/keys.js';
import { Restores } from '../../src/verify/registry/restores.js';
import { SortedRecords } from '../../src/verify/registry/sorted-records.js';
import { REGISTRY } from './signed-log.js';

const rootOf = (n: number): string => hash('sha256', String(n));
const claimOf = (n: number) => ({ size: 1 + (n % 40), root: rootOf(n), source: 1, storedAt: undefined, signers: [0] });
const line = (n: number, origin = REGISTRY): string => headLine({ origin, ...claimOf(n) });
const declared = (abandoned: unknown): string => JSON.stringify({ details: { abandoned } });

describe('of thousands of declared restores', () => {
  it('the first that names a checkpoint counts, and sizes are asked for in their order', () => {
    const restores = new Restores(REGISTRY, [line(7)], 0);
    const named = Array.from({ length: 2_000 }, (_, i) => ({
      seq: 3 * i,
      of: [i % 700, (i * 31) % 900, (i * 7) % 50],
    }));
    for (const { seq, of } of named) expect(restores.add(seq, declared(of.map((n) => line(n))))).toBe(true);
    for (let n = 0; n < 1_000; n += 1)
      expect(restores.firstOf(claimOf(n))).toBe(named.find(({ of }) => of.includes(n))?.seq);
    const sizes: number[] = [];
    for (let size = restores.nextSize(0); size !== undefined; size = restores.nextSize(size)) sizes.push(size);
    const expected = [...new Set([claimOf(7).size, ...named.map(({ seq }) => seq + 1)])].toSorted((a, b) => a - b);
    expect(sizes).toEqual(expected);
    const apart = new Apart(restores);
    for (let n = 0; n < 1_000; n += 1) apart.add(claimOf(n));
    // Those that nobody names: n from 700 on, but the multiples that the second list has.
    expect(apart.left(Number.MAX_SAFE_INTEGER)?.count).toBe(
      Array.from({ length: 1_000 }, (_, n) => n).filter((n) => !named.some(({ of }) => of.includes(n))).length,
    );
  });

  it('as many lines are read as ever are declared; lines of another log, and what is none, name nothing', () => {
    const restores = new Restores(REGISTRY, [], 0, 10);
    expect(restores.add(1, declared([line(1), line(2, 'example.com/other'), 5, null, 'x', `${REGISTRY} 1`]))).toBe(
      true,
    );
    expect(restores.all).toEqual([{ seq: 1, count: 1, least: 2 }]);
    expect(restores.add(2, declared([3, 4, 5, 6, 7].map((n) => line(n))))).toBe(false);
    expect([3, 4, 5, 6, 7].map((n) => restores.firstOf(claimOf(n)))).toEqual([2, 2, 2, 2, undefined]);
    expect(restores.add(3, declared([line(8)]))).toBe(false);
    expect(restores.add(4, 'no JSON')).toBe(true);
    expect(restores.all.map(({ count }) => count)).toEqual([1, 4, 0, 0]);
  });
});

describe('of thousands of keys, each handed over to by the one before', () => {
  const handovers: Handover[] = [];
  let before: { privateKey: KeyObject; text: string } | undefined;
  for (let seq = 0; handovers.length < MOST_HANDED_OVER + 5; seq += 2) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const text = formatVkey(vkeyOf(REGISTRY, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)));
    if (before !== undefined) {
      const signature = sign(null, Buffer.from(handoverStatement(before.text, text)), before.privateKey).toString(
        'base64',
      );
      const details = { from: before.text, to: text, signature };
      handovers.push(parseHandover(seq, JSON.stringify({ details })) as Handover);
    }
    before = { privateKey, text };
  }

  it('some are trusted, and that there are more is said once', () => {
    const named = [{ vkey: handovers[0]?.from as Handover['to'] }];
    const told: number[] = [];
    const keys = trustedKeys(named, handovers, ({ seq }) => told.push(seq));
    expect(keys).toHaveLength(1 + MOST_HANDED_OVER);
    expect(told).toEqual([handovers[MOST_HANDED_OVER]?.seq]);
    expect(trustedKeys(named, handovers.slice(0, MOST_HANDED_OVER), () => told.push(0))).toHaveLength(1 + MOST_HANDED_OVER); // prettier-ignore
    expect(told).toHaveLength(1);
  });

  it('each has its time', () => {
    for (let size = 0; size < 60; size += 1) {
      const past = handovers.filter(({ seq }) => seq < size).at(-1);
      const next = handovers.find(({ seq }) => seq >= size);
      expect(keyAt(handovers, size)).toEqual({ ...(past && { to: past.to }), until: next?.from });
    }
    expect(keyAt(handovers, Number.MAX_SAFE_INTEGER)).toEqual({ to: handovers.at(-1)?.to });
    expect(keyAt([], 5)).toEqual({});
  });
});

it('records that are long are fewer in memory', () => {
  const records = new SortedRecords({ numbers: 1, bytes: 10_000 }, 100_000);
  for (let i = 0; i < 100; i += 1) records.add([(i * 37) % 100], Buffer.alloc(10_000, i));
  // Other tests have such folders meanwhile: ours holds records of this length.
  const files = readdirSync(tmpdir())
    .filter((name) => name.startsWith('nestjs-prisma-audit-'))
    .flatMap((name) => readdirSync(join(tmpdir(), name)).map((file) => statSync(join(tmpdir(), name, file)).size));
  expect(files.filter((size) => size > 0 && size % 10_008 === 0 && size <= 100_000).length).toBeGreaterThan(10);
  expect([...records.sorted()].map(({ numbers: [n], bytes }) => [n, bytes[0]])).toEqual(Array.from({ length: 100 }, (_, n) => [n, (n * 73) % 100])); // prettier-ignore
  records.close();
});
