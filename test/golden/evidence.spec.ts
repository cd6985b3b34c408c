import { createHash, hash, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encodeBundle, parseBundle } from '../../src/chain/bundle.js';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from '../../src/chain/checkpoint.js';
import { leafHash, nodeHash, type Digest } from '../../src/chain/hashing.js';
import { headLine, Heads, parseHeadLine, type Head } from '../../src/chain/heads.js';
import { formatProof, parseProof, type Inclusion } from '../../src/chain/inclusion.js';
import { treeHash } from '../../src/chain/merkle.js';
import { formatNote, openNote, parseNote, signNote, type NoteSigner } from '../../src/chain/note.js';
import { proofFolder, type EntryProof } from '../../src/chain/proof-folder.js';
import { consistencyPlan, inclusionPlan, proofOf, verifyConsistency, verifyInclusion } from '../../src/chain/proof.js';
import { tilesOf } from '../../src/chain/publish.js';
import { parseTilePath, tilePath, type Tile } from '../../src/chain/tile.js';
import { formatTlogProof, parseTlogProof } from '../../src/chain/tlog-proof.js';
import { formatVkey, parseVkey, vkeyOf } from '../../src/chain/vkey.js';
import { keyOfSeed } from '../chain/support/keys.js';
import { vectors } from './vectors.js';

interface Named {
  name: string;
}
const refused = (reason = 'form'): unknown =>
  expect.objectContaining({ code: 'AUDIT_EVIDENCE_INVALID', facts: expect.objectContaining({ reason }) as unknown });
const unhex = (hex: string): Buffer => Buffer.from(hex, 'hex');

const keys = vectors('vkeys.json') as {
  vkeys: { name: string; seed: string; key: string; id: string; vkey: string }[];
  refused: (Named & { vkey: string })[];
};
const signers = new Map<string, NoteSigner>(
  keys.vkeys.map(({ seed, vkey }) => {
    const { privateKey } = keyOfSeed(unhex(seed));
    return [vkey, { vkey: parseVkey(vkey), sign: (bytes) => Promise.resolve(sign(null, bytes, privateKey)) }];
  }),
);

describe('vkeys', () => {
  it.each(keys.vkeys)('$vkey', ({ name, seed, key, id, vkey }) => {
    expect(keyOfSeed(unhex(seed)).publicKey.toString('hex')).toBe(key);
    expect(parseVkey(vkey)).toEqual({ name, id, key: Uint8Array.from(unhex(key)) });
    expect(formatVkey(vkeyOf(name, unhex(key)))).toBe(vkey);
  });

  it.each(keys.refused)('refused: $name', ({ vkey }) => {
    expect(() => parseVkey(vkey)).toThrow(refused());
  });
});

describe('notes', () => {
  interface Refused extends Named {
    reason: string;
    vkeys: string[];
    hex: string;
    fill?: { byte: number; count: number };
  }
  const { notes, refused: wrong } = vectors('notes.json') as {
    notes: { text: string; note: string; vkeys: string[]; signers: string[] }[];
    refused: Refused[];
  };

  it.each(notes)('$note', async ({ text, note, vkeys, signers: expected }) => {
    const open = openNote(Buffer.from(note), vkeys.map(parseVkey));
    expect([open.text, open.signers.map(formatVkey)]).toEqual([text, expected]);
    expect(formatNote(open)).toBe(note);
    const [first = ''] = vkeys;
    const signer = signers.get(first);
    if (signer && open.signatures.length === 1) expect(await signNote(text, [signer])).toBe(note);
  });

  it.each(wrong)('refused: $name', ({ reason, vkeys, hex, fill }) => {
    const note = Buffer.concat([Buffer.alloc(fill?.count ?? 0, fill?.byte), unhex(hex)]);
    expect(() => openNote(note, vkeys.map(parseVkey))).toThrow(refused(reason));
    if (reason !== 'form') expect(() => parseNote(note)).not.toThrow();
  });
});

describe('checkpoints and the texts of proofs', () => {
  const given = vectors('checkpoints.json') as {
    checkpoints: { origin: string; size: number; root: string; text: string; vkey: string; note: string }[];
    refused: (Named & { text: string })[];
    proofs: (Inclusion & { checkpoint: string; proof: string; tlogProof: string })[];
    proofsRefused: (Named & { text: string })[];
  };

  it.each(given.checkpoints)('$size of $origin', async ({ text, vkey, note, ...checkpoint }) => {
    expect(formatCheckpoint(checkpoint)).toBe(text);
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(openCheckpoint(Buffer.from(note), [parseVkey(vkey)])).toMatchObject(checkpoint);
    const signer = signers.get(vkey);
    if (signer !== undefined) expect(await signCheckpoint(checkpoint, [signer])).toBe(note);
  });

  it.each(given.refused)('refused: $name', ({ text }) => {
    expect(() => parseCheckpoint(text)).toThrow(refused());
  });

  it.each(given.proofs)('of leaf $index', ({ index, hashes, checkpoint, proof, tlogProof }) => {
    expect(formatProof({ index, hashes })).toBe(proof);
    expect(parseProof(proof)).toEqual({ index, hashes });
    expect(formatTlogProof({ index, hashes, checkpoint })).toBe(tlogProof);
    expect(parseTlogProof(Buffer.from(tlogProof))).toEqual({ index, hashes, checkpoint });
  });

  it.each(given.proofsRefused)('refused, a proof: $name', ({ text }) => {
    expect(() => parseTlogProof(Buffer.from(text))).toThrow(refused());
  });
});

describe('roots and proofs', () => {
  const given = vectors('proofs.json') as {
    roots: Digest[];
    inclusion: { index: number; size: number; hashes: Digest[] }[];
    consistency: { from: number; to: number; hashes: Digest[] }[];
    every: { inclusion: string; consistency: string };
  };
  const levels: Digest[][] = [given.roots.slice(1).map((_, i) => leafHash(`leaf ${i}`))];
  const read = (level: number, index: number): Digest => {
    const hashes = (levels[level] ??= []);
    return (hashes[index] ??= nodeHash(read(level - 1, index * 2), read(level - 1, index * 2 + 1)));
  };
  const leaves = levels[0] as Digest[];
  const at = (size: number): { size: number; root: Digest } => ({ size, root: given.roots[size] as Digest });

  it('of sizes 0 to 300', () => {
    expect(given.roots).toHaveLength(301);
    for (const [size, root] of given.roots.entries()) expect(treeHash(leaves.slice(0, size))).toBe(root);
  });

  it.each(given.inclusion)('leaf $index of $size', ({ index, size, hashes }) => {
    expect(proofOf(inclusionPlan(index, size), read)).toEqual(hashes);
    expect(verifyInclusion(hashes, { leaf: leaves[index] as Digest, index, ...at(size) })).toBe(true);
  });

  it.each(given.consistency)('from $from to $to', ({ from, to, hashes }) => {
    expect(proofOf(consistencyPlan(from, to), read)).toEqual(hashes);
    expect(verifyConsistency(hashes, at(from), at(to))).toBe(true);
  });

  it('every one of sizes 1 to 300', () => {
    const [inclusion, consistency] = [createHash('sha256'), createHash('sha256')];
    for (let size = 1; size <= 300; size += 1) {
      for (let index = 0; index < size; index += 1)
        inclusion.update(proofOf(inclusionPlan(index, size), read).join(''), 'hex');
      for (let from = 1; from <= size; from += 1)
        consistency.update(proofOf(consistencyPlan(from, size), read).join(''), 'hex');
    }
    expect({ inclusion: inclusion.digest('hex'), consistency: consistency.digest('hex') }).toEqual(given.every);
  });
});

describe('tiles', () => {
  const given = vectors('tiles.json') as {
    paths: (Tile & { path: string })[];
    refused: string[];
    logs: { size: number; root: Digest; count: number; every: string; files?: { path: string; sha256: string }[] }[];
    bundles: { leaves: string[]; bundle: string }[];
    bundlesRefused: (Named & { width: number; bundle: string })[];
  };

  it.each(given.paths)('$path', ({ path, ...tile }) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it.each(given.refused)('refused: %s', (path) => {
    expect(() => parseTilePath(path)).toThrow(refused());
  });

  it.each(given.logs)('a log of $size', ({ size, root, count, every, files: expected }) => {
    const leaves = Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`));
    expect(treeHash(leaves.map((leaf) => leafHash(leaf)))).toBe(root);
    const files = [...tilesOf(leaves)].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const all = createHash('sha256');
    for (const { path, bytes } of files) all.update(`${path}\n`).update(bytes);
    expect([files.length, all.digest('hex')]).toEqual([count, every]);
    if (expected !== undefined)
      expect(files.map(({ path, bytes }) => ({ path, sha256: hash('sha256', bytes) }))).toEqual(expected);
  });

  it.each(given.bundles)('the bundle $bundle', ({ leaves, bundle }) => {
    expect(encodeBundle(leaves.map(unhex)).toString('hex')).toBe(bundle);
    expect(parseBundle(unhex(bundle), leaves.length)).toEqual(leaves.map(unhex));
  });

  it.each(given.bundlesRefused)('refused, a bundle: $name', ({ width, bundle }) => {
    expect(() => parseBundle(unhex(bundle), width)).toThrow(refused());
  });
});

describe('heads', () => {
  const given = vectors('heads.json') as {
    heads: { heads: Head[]; lines: string[]; member: { count: number; root: Digest }; proofs: Inclusion[] }[];
    refused: string[];
    folders: (Named & { vkey: string; files: Record<string, string> })[];
  };

  it.each(given.heads)('of $member.count chains', ({ heads: list, lines, member, proofs }) => {
    const heads = new Heads(list);
    expect([heads.lines, heads.member()]).toEqual([lines, member]);
    for (const proof of proofs) {
      const line = lines[proof.index] as string;
      expect(headLine(parseHeadLine(line))).toBe(line);
      expect(heads.prove(parseHeadLine(line).origin)).toEqual({ ...proof, line });
      const said = { leaf: leafHash(line), index: proof.index, size: member.count, root: member.root };
      expect(verifyInclusion(proof.hashes, said)).toBe(true);
    }
  });

  it.each(given.refused)('refused: %s', (line) => {
    expect(() => parseHeadLine(line)).toThrow(refused());
  });

  it.each(given.folders)('the folder of $name', ({ files }) => {
    const of = (name: string): string => files[name] ?? '';
    const { checkpoint, ...toCheckpoint } = parseTlogProof(Buffer.from(of('registry.tlog-proof')));
    const proof: EntryProof = {
      entry: Buffer.from(of('entry.leaf')),
      openings: (['actor', 'data'] as const)
        .filter((section) => files[`${section}.salt`] !== undefined)
        .map((section) => ({
          section,
          salt: of(`${section}.salt`),
          bytes: Buffer.from(of(`${section}.bytes`)),
        })),
      ...(files['entry.proof'] === undefined
        ? {}
        : {
            chain: {
              toHead: parseProof(files['entry.proof']),
              head: parseHeadLine(of('head.leaf')),
              toHeads: parseProof(of('head.proof')),
              heads: Buffer.from(of('registry.leaf')),
            },
          }),
      toCheckpoint,
      checkpoint,
    };
    const made = proofFolder(proof).map(({ path, bytes }) => [path, bytes.toString()]);
    expect(Object.fromEntries(made)).toEqual(files);
  });
});
