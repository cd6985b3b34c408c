import { exactCount, isCount } from './count.js';
import type { Digest } from './hashing.js';
import { treeHash } from './merkle.js';
import type { HashReader } from './proof.js';
import { refused } from './refused.js';

/**
 * Tiles are 256 hashes wide. A hash of level L is that of 256^L leaves, and only a full tile has a hash in the level above.
 * `entries`: the leaves themselves, 256 in a bundle.
 */
export interface Tile {
  readonly level: number | 'entries';
  /** Number of the tile in its level. */
  readonly index: number;
  /** 1 to 256; less is a partial tile, at the right edge. */
  readonly width: number;
}

export const TILE_WIDTH = 256;
/** 256^6 leaves are 2^48, and 2^53 of them have 32 tiles there. */
const MAX_LEVEL = 6;

/** `tile/<level>/<index>`: the index in groups of three digits, all but the last with an `x`; a partial one with `.p/<width>`. */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % 1_000).padStart(3, '0')];
  for (let n = Math.floor(index / 1_000); n > 0; n = Math.floor(n / 1_000))
    groups.unshift(`x${String(n % 1_000).padStart(3, '0')}`);
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` for any path that `tilePath` does not make */
export function parseTilePath(path: string): Tile {
  const match = /^tile\/([0-6]|entries)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (match === null) throw refused('tile', 'its path is not that of a tile');
  const [, level = '', groups = '', partial] = match;
  const width = partial === undefined ? TILE_WIDTH : (exactCount(partial) ?? 0);
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const tile: Tile = { level: level === 'entries' ? level : Number(level), index, width };
  if (width < 1 || !isCount(index) || tilePath(tile) !== path) throw refused('tile', 'its path is not that of a tile');
  return tile;
}

/**
 * The tiles of a log of `size` leaves, level after level, without the bundles: these are the tiles of level 0 once more.
 * @param since only those that a log of that size does not have
 */
export function* tilesOfSize(size: number, since = 0): Generator<Tile & { readonly level: number }> {
  if (!isCount(size) || !isCount(since)) throw new RangeError(`no log of ${size} leaves, or of ${since}`);
  let [now, before] = [size, since];
  for (let level = 0; now > 0 && level <= MAX_LEVEL; level += 1) {
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < now; index += 1) {
      const width = Math.min(TILE_WIDTH, now - index * TILE_WIDTH);
      if (before < index * TILE_WIDTH + width) yield { level, index, width };
    }
    [now, before] = [Math.floor(now / TILE_WIDTH), Math.floor(before / TILE_WIDTH)];
  }
}

/** The bytes of a tile: its hashes one behind the other. */
export function encodeTile(hashes: readonly Digest[]): Buffer {
  const bytes = Buffer.from(hashes.join(''), 'hex');
  if (hashes.length < 1 || hashes.length > TILE_WIDTH || bytes.length !== hashes.length * 32)
    throw refused('tile', 'it is not 1 to 256 hashes');
  return bytes;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` if the bytes are not as many hashes as the path says */
export function parseTile(bytes: Uint8Array, width: number): readonly Digest[] {
  if (width < 1 || width > TILE_WIDTH || bytes.length !== width * 32)
    throw refused('tile', `it has ${bytes.length} bytes, and ${width} hashes have ${width * 32}`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: width }, (_, i) => buffer.toString('hex', i * 32, i * 32 + 32));
}

/** Reads the hashes of complete subtrees out of tiles. @param tile the hashes of one, at least as many as are asked for */
export function readerOfTiles(tile: (level: number, index: number) => readonly Digest[]): HashReader {
  return (level, index) => {
    const width = 2 ** (level % 8);
    const first = index * width;
    const from = first % TILE_WIDTH;
    const hashes = tile(Math.floor(level / 8), Math.floor(first / TILE_WIDTH)).slice(from, from + width);
    if (hashes.length !== width) throw refused('tile', `it ends before hash ${from + width}`);
    return treeHash(hashes);
  };
}
