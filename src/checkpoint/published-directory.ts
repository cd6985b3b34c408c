import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCheckpoint, type Checkpoint } from '../chain/checkpoint.js';
import type { Digest } from '../chain/hashing.js';
import { treeHash } from '../chain/merkle.js';
import { NOTE_LIMITS, parseNote } from '../chain/note.js';
import { rootPlan } from '../chain/proof.js';
import { rootOf } from '../chain/merkle.js';
import type { PublishedFile } from '../chain/publish.js';
import { parseTile, readerOfTiles, TILE_WIDTH, tilePath } from '../chain/tile.js';
import { MAX_LEAF_BYTES } from '../chain/bundle.js';
import { AuditError } from '../event/errors.js';
import { isAbsent, readPlain, writeDurably } from './proof-directory.js';

/** How a file gets to its place; resolves when it is there as a whole. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/** The directory of one published chain. Files come in the order of `TileBuilder`, and none is changed but `checkpoint`. */
export class PublishedDirectory {
  readonly path: string;
  readonly #write: WriteFile;
  /** Files that were written. */
  writes = 0;
  readonly #touched = new Set<string>();

  constructor(path: string, write: WriteFile = replaceFile) {
    this.path = path;
    this.#write = write;
  }

  /** How many full bundles there are: each is written behind all the tiles that its entries fill. */
  async fullBundles(): Promise<number> {
    const has = (index: number): Promise<boolean> =>
      isFile(join(this.path, tilePath({ level: 'entries', index, width: TILE_WIDTH })));
    let [low, step] = [0, 1];
    while (await has(low + step - 1)) [low, step] = [low + step, step * 2];
    for (step /= 2; step >= 1; step /= 2) if (await has(low + step - 1)) low += step;
    return low;
  }

  async checkpoint(): Promise<Checkpoint | undefined> {
    const note = await this.#read('checkpoint', NOTE_LIMITS.bytes);
    try {
      return note && parseCheckpoint(parseNote(note).text);
    } catch (error) {
      throw this.differs('checkpoint', error);
    }
  }

  /**
   * Hashes of a tile out of full ones; of one that is not full as many as there are in a log of `size` entries.
   * @param last hashes of the entries that are in no full tile
   */
  async tile(level: number, index: number, size: number, last: readonly Digest[]): Promise<readonly Digest[]> {
    const count = Math.floor(size / TILE_WIDTH ** level);
    const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH);
    if (width === TILE_WIDTH) {
      const path = tilePath({ level, index, width });
      const bytes = await this.#read(path, TILE_WIDTH * 32);
      if (bytes?.length !== TILE_WIDTH * 32) throw this.differs(path);
      return parseTile(bytes, TILE_WIDTH);
    }
    if (level === 0) return last.slice(0, width);
    const hashes: Digest[] = [];
    for (let i = 0; i < width; i += 1)
      hashes.push(treeHash(await this.tile(level - 1, index * TILE_WIDTH + i, size, last)));
    return hashes;
  }

  /** What `TileBuilder` goes on from. @param size a multiple of 256 */
  async above(size: number): Promise<readonly (readonly Digest[])[]> {
    const levels: (readonly Digest[])[] = [];
    for (
      let [level, count] = [1, size / TILE_WIDTH];
      count > 0;
      [level, count] = [level + 1, Math.floor(count / TILE_WIDTH)]
    )
      levels.push(count % TILE_WIDTH === 0 ? [] : await this.tile(level, Math.floor(count / TILE_WIDTH), size, []));
    return levels;
  }

  /** RFC 6962 tree hash at a size. @param last hashes of the entries that are in no full tile */
  async rootAt(size: number, last: readonly Digest[]): Promise<Digest> {
    const tiles = new Map<string, readonly Digest[]>();
    const plan = rootPlan(size);
    for (const { level, index } of plan) {
      const [tileLevel, tileIndex] = [Math.floor(level / 8), Math.floor((index * 2 ** (level % 8)) / TILE_WIDTH)];
      tiles.set(`${tileLevel}/${tileIndex}`, await this.tile(tileLevel, tileIndex, size, last));
    }
    const read = readerOfTiles((level, index) => tiles.get(`${level}/${index}`) ?? []);
    return rootOf(plan.map(({ level, index }) => read(level, index)));
  }

  /** Whether this very file is there. */
  async holds({ path, bytes }: PublishedFile): Promise<boolean> {
    return (await this.#read(path, bytes.length))?.equals(bytes) ?? false;
  }

  /** A file that does not change once it is there. */
  async put(file: PublishedFile): Promise<void> {
    const target = join(this.path, file.path);
    if (await isFile(target)) {
      if (!(await this.holds(file))) throw this.differs(file.path);
    } else {
      await this.replace(file.path, file.bytes);
    }
    // Whoever does not find a partial one takes the first hashes of this.
    if (!/\.p\/\d+$/.test(file.path)) await rm(`${target}.p`, { recursive: true, force: true });
  }

  /** Partial tiles that a run which was killed has left beside the last full ones. @param size a multiple of 256 */
  async tidy(size: number): Promise<void> {
    const remove = (level: number | 'entries', index: number): Promise<void> =>
      rm(join(this.path, `${tilePath({ level, index, width: TILE_WIDTH })}.p`), { recursive: true, force: true });
    let count = Math.floor(size / TILE_WIDTH);
    if (count > 0) await remove('entries', count - 1);
    for (let level = 0; count > 0; [level, count] = [level + 1, Math.floor(count / TILE_WIDTH)])
      await remove(level, count - 1);
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.path, path);
    const parent = dirname(target);
    await mkdir(parent, { recursive: true });
    await this.#write(target, bytes);
    this.writes += 1;
    this.#touched.add(parent);
  }

  /** Resolves when the disk has the names of all files that were put: what comes after must not be there without them. */
  async settle(): Promise<void> {
    for (const directory of this.#touched) await syncDirectory(directory);
    this.#touched.clear();
  }

  differs(path: string, cause?: unknown): AuditError {
    return new AuditError(
      'AUDIT_PUBLISHED_DIFFERS',
      `${path} in ${this.path} is not what this log has there: the log was changed, or restored from a backup, or this is the directory of another one. Nothing was overwritten; run "nestjs-prisma-audit verify", and publish into a new directory if the log is right`,
      { path },
      cause,
    );
  }

  async #read(path: string, limit: number): Promise<Buffer | undefined> {
    const bytes = await readPlain(join(this.path, path), limit);
    if (bytes === 'too long') throw this.differs(path);
    return bytes;
  }
}

/** All of a bundle. */
export const MAX_BUNDLE_BYTES = TILE_WIDTH * (MAX_LEAF_BYTES + 2);

/** Beside its place first: whoever reads sees the old one or the new one. What a killed process has left there is written over. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.new-${path.slice(dirname(path).length + 1)}`);
  await writeDurably(beside, bytes);
  await rename(beside, path);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
