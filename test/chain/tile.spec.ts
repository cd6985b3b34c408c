import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBundle, MAX_LEAF_BYTES, parseBundle } from '../../src/chain/bundle.js';
import { leafHash, type Digest } from '../../src/chain/hashing.js';
import { FrontierBuilder, rootOf, treeHash } from '../../src/chain/merkle.js';
import {
  consistencyPlan,
  inclusionPlan,
  proofOf,
  rootPlan,
  verifyConsistency,
  verifyInclusion,
} from '../../src/chain/proof.js';
import { TileBuilder, tilesOf } from '../../src/chain/publish.js';
import {
  encodeTile,
  parseTile,
  parseTilePath,
  readerOfTiles,
  tilePath,
  tilesOfSize,
  type Tile,
} from '../../src/chain/tile.js';
import { full } from '../support/full.js';
import { refusal } from './support/keys.js';
import { mangled, RUNS, taken } from './support/mangled.js';

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => Buffer.from(`leaf ${i}`));

describe('the path of a tile', () => {
  it.each<[Tile, string]>([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 0, index: 999, width: 255 }, 'tile/0/999.p/255'],
    [{ level: 1, index: 1_000, width: 1 }, 'tile/1/x001/000.p/1'],
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 'entries', index: 70_000, width: 12 }, 'tile/entries/x070/000.p/12'],
    [{ level: 6, index: 0, width: 32 }, 'tile/6/000.p/32'],
  ])('of %p is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it('comes back as it was written, and is refused in every other form', () => {
    const tile = fc.record({
      level: fc.constantFrom<Tile['level']>(0, 1, 2, 6, 'entries'),
      index: fc.oneof(fc.nat(2_000), fc.integer({ min: 0, max: 2 ** 45 })),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tile, (given) => {
        expect(parseTilePath(tilePath(given))).toEqual(given);
      }),
      RUNS,
    );
    const text = tile.map((given) => Buffer.from(tilePath(given)));
    fc.assert(
      fc.property(fc.oneof(mangled(text).map(String), fc.string()), (path) => {
        const read = taken(() => parseTilePath(path));
        if (read !== undefined) expect(tilePath(read)).toBe(path);
      }),
      RUNS,
    );
  });

  it.each([
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/000',
    'tile/0/x001',
    'tile/00/000',
    'tile/7/000',
    'tile/-1/000',
    'tile/data/000',
    '/tile/0/000',
    'tile/0/000/',
    'tile/0/000\n',
    'tile/0/../000',
    'tile/0/x999/x999/x999/x999/x999/999',
  ])('is not %s', (path) => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining(refusal('tile')));
  });
});

describe('the tiles of a log', () => {
  const paths = (size: number, since?: number): string[] => [...tilesOfSize(size, since)].map(tilePath);

  it('are those of the specification', () => {
    expect(paths(0)).toEqual([]);
    expect(paths(1)).toEqual(['tile/0/000.p/1']);
    expect(paths(256)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
    const many = paths(70_000);
    expect(many.slice(272)).toEqual([
      'tile/0/272',
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
  });

  it('since a size are those that a log of that size does not have', () => {
    const size = fc.oneof(fc.nat(1_000), fc.nat(200_000));
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const before = new Set(paths(from));
        expect(paths(to, from)).toEqual(paths(to).filter((path) => !before.has(path)));
      }),
      { ...RUNS, numRuns: full ? 1_000 : 50 },
    );
  });

  it('are counted beyond 32 bits, and end', () => {
    const size = 2 ** 53 - 1;
    expect(paths(size, size - 1)).toEqual(['tile/0/x035/x184/x372/x088/831.p/255']);
    expect(paths(2 ** 53 - 256, 2 ** 53 - 257).slice(1)).toHaveLength(1);
    expect(() => paths(-1)).toThrow(RangeError);
  });
});

describe('what is published', () => {
  const SIZE = full ? 70_000 : 3_000;
  const leaves = leavesOf(SIZE);
  const hashes = leaves.map((leaf) => leafHash(leaf));

  it('is all tiles and bundles of the log, each once, and no others', () => {
    for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 700, SIZE]) {
      const files = [...tilesOf(leaves.slice(0, size))];
      const tiles = [...tilesOfSize(size)].map(tilePath);
      const bundles = tiles
        .filter((path) => path.startsWith('tile/0/'))
        .map((path) => path.replace('/0/', '/entries/'));
      expect(files.map(({ path }) => path).toSorted()).toEqual([...tiles, ...bundles].toSorted());
    }
  });

  it('has a tile before those above it, and tiles before the bundle', () => {
    const paths = [...tilesOf(leaves.slice(0, 600))].map(({ path }) => path);
    expect(paths).toEqual([
      'tile/0/000',
      'tile/entries/000',
      'tile/0/001',
      'tile/entries/001',
      'tile/0/002.p/88',
      'tile/1/000.p/2',
      'tile/entries/002.p/88',
    ]);
  });

  it('gives every root and every proof back', () => {
    const files = new Map([...tilesOf(leaves)].map(({ path, bytes }) => [path, bytes]));
    const widths = new Map([...tilesOfSize(SIZE)].map((tile) => [`${tile.level} ${tile.index}`, tile.width]));
    const read = readerOfTiles((level, index) => {
      const width = widths.get(`${level} ${index}`) ?? 0;
      return parseTile(files.get(tilePath({ level, index, width })) ?? Buffer.alloc(0), width);
    });
    const rootAt = (size: number): Digest => rootOf(rootPlan(size).map(({ level, index }) => read(level, index)));
    const tree = new FrontierBuilder();
    const roots = hashes.map((hash) => {
      tree.append(hash);
      return tree.size % (full ? 997 : 97) === 0 || tree.size === SIZE ? tree.root() : '';
    });
    for (const [i, root] of roots.entries()) if (root !== '') expect(rootAt(i + 1)).toBe(root);
    const last = { size: SIZE, root: rootAt(SIZE) };
    for (let index = 0; index < SIZE; index += full ? 997 : 97) {
      const leaf = hashes[index] as Digest;
      expect(verifyInclusion(proofOf(inclusionPlan(index, SIZE), read), { leaf, index, ...last })).toBe(true);
      const first = { size: index + 1, root: rootAt(index + 1) };
      expect(verifyConsistency(proofOf(consistencyPlan(index + 1, SIZE), read), first, last)).toBe(true);
    }
    for (let i = 0; i * 256 < SIZE; i += 1) {
      const width = Math.min(256, SIZE - i * 256);
      const bundle = files.get(tilePath({ level: 'entries', index: i, width }));
      expect(parseBundle(bundle as Buffer, width)).toEqual(leaves.slice(i * 256, i * 256 + width));
    }
  });

  it('goes on from where it was left', () => {
    const all = new Map([...tilesOf(leaves)].map(({ path, bytes }) => [path, bytes.toString('hex')]));
    for (const begun of [256, 512, 2_560, ...(full ? [65_536, 69_888] : [])]) {
      const above: Digest[][] = [];
      for (let level = 1, count = begun / 256; count > 0; level += 1, count = Math.floor(count / 256)) {
        const width = 256 ** level;
        const from = Math.floor(count / 256) * 256;
        above.push(
          Array.from({ length: count % 256 }, (_, i) =>
            treeHash(hashes.slice((from + i) * width, (from + i + 1) * width)),
          ),
        );
      }
      const tiles = new TileBuilder(begun, above);
      const files = [...leaves.slice(begun).flatMap((leaf) => tiles.append(leaf)), ...tiles.rest()];
      expect(files.length).toBeGreaterThan(0);
      for (const { path, bytes } of files) expect([path, bytes.toString('hex')]).toEqual([path, all.get(path)]);
      expect(tiles.size).toBe(SIZE);
    }
  });

  it.each<[number, Digest[][]]>([
    [1, []],
    [255, []],
    [256, []],
    [256, [['a', 'b']]],
    [0, [['a']]],
    [-256, []],
    [256.5, []],
    [65_536, [[]]],
  ])('does not go on from %p with %p', (size, above) => {
    expect(() => new TileBuilder(size, above)).toThrow(RangeError);
  });

  it('refuses a leaf that has no place in a bundle', () => {
    expect(() => [...tilesOf([Buffer.alloc(0)])]).toThrow(expect.objectContaining(refusal('bundle')));
    expect(() => [...tilesOf([Buffer.alloc(MAX_LEAF_BYTES + 1)])]).toThrow(expect.objectContaining(refusal('bundle')));
  });
});

describe('the bytes', () => {
  it('of a tile are its hashes', () => {
    const list = leavesOf(3).map((leaf) => leafHash(leaf));
    expect(encodeTile(list).toString('hex')).toBe(list.join(''));
    expect(parseTile(encodeTile(list), 3)).toEqual(list);
    for (const width of [0, 2, 4, 257]) expect(taken(() => parseTile(encodeTile(list), width))).toBeUndefined();
    for (const wrong of [[], ['ab'], Array<string>(257).fill(list[0] as Digest), ['g'.repeat(64)]])
      expect(taken(() => encodeTile(wrong))).toBeUndefined();
  });

  it('of a bundle are its leaves with their lengths, and no others', () => {
    const leaf = fc.uint8Array({ minLength: 1, maxLength: 300 });
    const list = fc.array(leaf, { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(list, (leaves) => {
        expect(parseBundle(encodeBundle(leaves), leaves.length)).toEqual(leaves.map((bytes) => Buffer.from(bytes)));
      }),
      { ...RUNS, numRuns: 50 },
    );
    const right = encodeBundle(leavesOf(4));
    fc.assert(
      fc.property(
        fc.oneof(mangled(fc.constant(right)), fc.uint8Array({ maxLength: 30 })),
        fc.integer({ min: 0, max: 6 }),
        (bytes, width) => {
          const leaves = taken(() => parseBundle(bytes, width));
          if (leaves !== undefined) expect(encodeBundle(leaves)).toEqual(Buffer.from(bytes));
        },
      ),
      RUNS,
    );
    expect(parseBundle(encodeBundle([Buffer.alloc(MAX_LEAF_BYTES, 1)]), 1)[0]).toHaveLength(MAX_LEAF_BYTES);
  });
});
