import { encodeBundle } from './bundle.js';
import { leafHash, type Digest } from './hashing.js';
import { treeHash } from './merkle.js';
import { encodeTile, TILE_WIDTH, tilePath, type Tile } from './tile.js';

/** One file of a published log, its path below the directory of the log. */
export interface PublishedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Makes the files of a log out of its leaves, one after the other, in the order in which they are to be written: a tile before
 * those of the levels above, tiles before the bundle. The checkpoint comes last, from whoever signs it; a partial file may be
 * deleted once the full one is there. Holds at most one tile of each level and one bundle.
 */
export class TileBuilder {
  #size: number;
  #leaves: Uint8Array[] = [];
  readonly #levels: Digest[][];

  /**
   * @param size where to begin, a multiple of 256: the leaves of a bundle are given all again
   * @param above for each level from 1 on the hashes of its last, partial tile in a log of that size
   */
  constructor(size = 0, above: readonly (readonly Digest[])[] = []) {
    let count = Math.floor(size / TILE_WIDTH);
    const fits = above.every((hashes) => {
      const width = count % TILE_WIDTH;
      count = Math.floor(count / TILE_WIDTH);
      return hashes.length === width;
    });
    if (!Number.isSafeInteger(size) || size < 0 || size % TILE_WIDTH !== 0 || !fits || count > 0)
      throw new RangeError(`no tiles of a log of ${size} leaves`);
    this.#size = size;
    this.#levels = [[], ...above.map((hashes) => [...hashes])];
  }

  get size(): number {
    return this.#size;
  }

  /** @returns the files that this leaf has filled: none, but for each 256th */
  append(leaf: Uint8Array): readonly PublishedFile[] {
    this.#leaves.push(leaf);
    this.#size += 1;
    const files: PublishedFile[] = [];
    let hash = leafHash(leaf);
    for (let level = 0, size = this.#size; ; level += 1, size /= TILE_WIDTH) {
      const hashes = (this.#levels[level] ??= []);
      hashes.push(hash);
      if (hashes.length < TILE_WIDTH) break;
      files.push(fileOf({ level, index: size / TILE_WIDTH - 1, width: TILE_WIDTH }, encodeTile(hashes)));
      hash = treeHash(hashes);
      this.#levels[level] = [];
    }
    if (this.#leaves.length === TILE_WIDTH) {
      const tile: Tile = { level: 'entries', index: this.#size / TILE_WIDTH - 1, width: TILE_WIDTH };
      files.push(fileOf(tile, encodeBundle(this.#leaves)));
      this.#leaves = [];
    }
    return files;
  }

  /** The partial files of the log as it is now: one of each level that is not filled, and the bundle. */
  rest(): readonly PublishedFile[] {
    const files = this.#levels.flatMap((hashes, level) => {
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1));
      return hashes.length > 0 ? [fileOf({ level, index, width: hashes.length }, encodeTile(hashes))] : [];
    });
    const width = this.#leaves.length;
    const bundle: Tile = { level: 'entries', index: Math.floor(this.#size / TILE_WIDTH), width };
    return width > 0 ? [...files, fileOf(bundle, encodeBundle(this.#leaves))] : files;
  }
}

/** All files of a log but its checkpoint. */
export function* tilesOf(leaves: Iterable<Uint8Array>): Generator<PublishedFile> {
  const tiles = new TileBuilder();
  for (const leaf of leaves) yield* tiles.append(leaf);
  yield* tiles.rest();
}

function fileOf(tile: Tile, bytes: Buffer): PublishedFile {
  return { path: tilePath(tile), bytes };
}
