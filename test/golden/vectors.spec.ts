import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encodeBody, type Body } from '../../src/chain/body.js';
import type { CapturedFields } from '../../src/chain/captured.js';
import { commitment, type SectionName } from '../../src/chain/commitment.js';
import { entryText, tenantKey, type EntryText } from '../../src/chain/entry.js';
import { finish } from '../../src/chain/finish.js';
import { leafHash, NO_PREVIOUS } from '../../src/chain/hashing.js';
import { entryHash, isOrigin, leafOf, type EntryHeader } from '../../src/chain/leaf.js';
import { decodeFrontier, encodeFrontier, FrontierBuilder, rootOf } from '../../src/chain/merkle.js';
import { RULES } from '../../src/chain/rules.js';
import { canonicalJson, type CanonicalObject } from '../../src/event/canonical.js';
import { projected, resourceId } from '../../src/event/identity.js';
import type { Flag, KeyPart } from '../../src/event/types.js';
import { uuidV7Millis, uuidV7Minter } from '../../src/event/uuid.js';
import { vectors } from './vectors.js';

type Fields = Omit<Body, 'v' | 'occurredAt' | 'flags'> & { occurredAtMicros: number; flags?: Flag[] };

describe('bodies', () => {
  const { bodies, canonical } = vectors('bodies.json') as {
    bodies: { name: string; fields: Fields; body: string }[];
    canonical: { name: string; value: CanonicalObject; canonical: string }[];
  };

  it.each(bodies)('$name', ({ fields: { occurredAtMicros, ...fields }, body }) => {
    expect(encodeBody({ ...fields, occurredAt: occurredAtMicros })).toBe(body);
  });

  it.each(canonical)('canonical: $name', ({ value, canonical: text }) => {
    expect(canonicalJson(value)).toBe(text);
    expect(canonicalJson(JSON.parse(text) as CanonicalObject)).toBe(text);
  });
});

describe('what has no canonical form', () => {
  interface Refusal {
    name: string;
    code: string;
    path: string;
    json?: string;
    host?: string;
  }
  const { refused, sizes } = vectors('refused.json') as {
    refused: Refusal[];
    sizes: { character: string; count: number; sha256?: string; refused?: { code: string } }[];
  };

  class Point {
    x = 1;
  }
  const circle: { a: { b: unknown[] } } = { a: { b: [0] } };
  circle.a.b.push(circle);
  const hosts = new Map<string, unknown>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['bigint', 1n],
    ['symbol', Symbol('s')],
    ['function', () => 1],
    ['Date', new Date(0)],
    ['Map', new Map([['k', 1]])],
    ['Set', new Set([1])],
    ['RegExp', /x/],
    ['Error', new Error('x')],
    ['Uint8Array', new Uint8Array(2)],
    ['class instance', new Point()],
    ['boxed string', Object('text')],
    ['Promise', Promise.resolve(1)],
    ['object with toJSON', { toJSON: () => 'text' }],
    ['cycle', circle],
  ]);

  it.each(refused)('$name', ({ name, code, path, json, host }) => {
    if (host !== undefined && !hosts.has(host)) throw new Error(`no value for ${name}`);
    const value = (json === undefined ? { a: { b: [0, hosts.get(host ?? '')] } } : JSON.parse(json)) as CanonicalObject;
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code, facts: { path } }));
  });

  it('stands in the vectors with every value that only JavaScript has', () => {
    expect(refused.flatMap(({ host }) => host ?? []).toSorted()).toEqual([...hosts.keys()].toSorted());
  });

  it.each(sizes)('$count × $character against the limit in bytes', ({ character, count, sha256, refused: refusal }) => {
    const encode = (): string => canonicalJson({ a: character.repeat(count) });
    if (refusal) expect(encode).toThrow(expect.objectContaining(refusal));
    else expect(hash('sha256', encode())).toBe(sha256);
  });
});

describe('entries', () => {
  type Entry = EntryHeader & { body: string; hash: string; leafHex?: string };
  const { chains, alone } = vectors('entries.json') as {
    chains: { origin: string; entries: Entry[]; root: string; frontier: string }[];
    alone: Entry[];
  };

  it.each(chains)('the chain $origin', ({ origin, entries, root, frontier }) => {
    expect(isOrigin(origin)).toBe(true);
    const tree = new FrontierBuilder();
    let prev = NO_PREVIOUS;
    for (const [seq, entry] of entries.entries()) {
      const header = { origin, seq, sealedAt: entry.sealedAt, prev };
      expect(entry).toMatchObject({ seq, prev });
      if (entry.leafHex !== undefined)
        expect(Buffer.from(leafOf(header, entry.body)).toString('hex')).toBe(entry.leafHex);
      prev = entryHash(header, entry.body);
      expect(prev).toBe(entry.hash);
      tree.append(prev);
    }
    expect(tree.root()).toBe(root);
    expect(encodeFrontier(tree.frontier())).toBe(frontier);
  });

  it.each(alone)('the entry $seq', ({ body, hash: expected, leafHex, ...header }) => {
    expect(isOrigin(header.origin)).toBe(true);
    expect(Buffer.from(leafOf(header, body)).toString('hex')).toBe(leafHex);
    expect(entryHash(header, body)).toBe(expected);
  });
});

describe('commitments', () => {
  interface Case {
    name: string;
    section: SectionName;
    salt: string;
    hex?: string;
    repeat?: { byte: number; count: number };
    commit: string;
  }
  const { commitments } = vectors('commitments.json') as { commitments: Case[] };

  it.each(commitments)('$name as $section with salt $salt', ({ section, salt, hex, repeat, commit }) => {
    const bytes = repeat ? Buffer.alloc(repeat.count, repeat.byte) : Buffer.from(hex ?? '', 'hex');
    expect(commitment(section, salt, bytes)).toBe(commit);
    const text = bytes.toString();
    if (Buffer.from(text).equals(bytes)) expect(commitment(section, salt, text)).toBe(commit);
  });
});

describe('Merkle trees', () => {
  const { leaves, trees } = vectors('merkle.json') as {
    leaves: string[];
    trees: { size: number; root: string; frontier: string }[];
  };
  const tree = new FrontierBuilder();

  it('have these leaves', () => {
    expect(leaves.map((_, i) => leafHash(`leaf ${i}`))).toEqual(leaves);
  });

  it.each(trees)('of $size leaves', ({ size, root, frontier }) => {
    // The sizes ascend, so that one tree passes through all of them.
    while (tree.size < size) tree.append(leafHash(`leaf ${tree.size}`));
    expect(tree.root()).toBe(root);
    expect(encodeFrontier(tree.frontier())).toBe(frontier);
    expect(rootOf(decodeFrontier(size, frontier).nodes)).toBe(root);
  });
});

describe('ids', () => {
  const { projections, resourceIds, uuids } = vectors('ids.json') as {
    projections: { text: string; count: number; projected: string }[];
    resourceIds: { key: KeyPart | KeyPart[]; id: string }[];
    uuids: { micros: number; counter: number; random: string; id: string }[];
  };

  it.each(projections)('$count × $text is projected', ({ text, count, projected: expected }) => {
    expect(projected(text.repeat(count))).toBe(expected);
  });

  it.each(resourceIds)('$id is the id of a record', ({ key, id }) => {
    expect(resourceId(key)).toBe(id);
  });

  it.each(uuids)('$id is the UUIDv7 of $micros, $counter', ({ micros, counter, random, id }) => {
    const mint = uuidV7Minter((size) =>
      new Uint8Array(size).map((_, i) => Buffer.from(random, 'hex')[i % 6] as number),
    );
    for (let i = 0; i < counter; i += 1) mint(micros);
    expect(mint(micros)).toBe(id);
    expect(uuidV7Millis(id)).toBe(Math.floor(micros / 1000));
  });
});

describe('what an entry says of a captured row, by rules 1', () => {
  type Row = Omit<CapturedFields, 'at' | 'actor'> & { id: string; at: number | null; sealed: number; actor: string | null };
  const { rules, captured } = vectors('finish.json') as {
    rules: number;
    captured: { name: string; row: Row; incarnation: string; entry: EntryText & { tenant: string } }[];
  };

  it('are the rules of this version', () => {
    expect(rules).toBe(RULES);
  });

  it.each(captured)('$name', ({ row, incarnation, entry }) => {
    const actor = row.actor === null ? null : Buffer.from(row.actor, 'hex');
    const finished = finish({ ...row, at: row.at ?? undefined, actor }, incarnation);
    const stamp = { id: row.id, at: row.at ?? row.sealed, isTimeLost: row.at === null };
    expect({ tenant: tenantKey(finished.tenant), ...entryText(finished, stamp, row.resourceId) }).toEqual(entry);
  });
});
