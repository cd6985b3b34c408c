import type { Disk } from './disk.js';
import { scanFrames, type Damage, type Frame } from './frame.js';

/** A read stays below this; the file of a segment is a few times as large at most. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;

/** One file of a spool: read from its beginning, while it may still be appended to. */
export class Segment {
  readonly path: string;
  readonly #disk: Disk;
  #size: number;
  #readTo = 0;
  #frames: Frame[] = [];
  /** Events that are in it and not dropped. */
  rows: number;

  constructor(disk: Disk, path: string, size = 0, rows = 0) {
    this.#disk = disk;
    this.path = path;
    this.#size = size;
    this.rows = rows;
  }

  /** Bytes that are known to be on the disk. */
  get size(): number {
    return this.#size;
  }

  grown(bytes: number, rows: number): void {
    this.#size += bytes;
    this.rows += rows;
  }

  /** Its oldest frame that was not dropped; `undefined` if there is none (yet). */
  async oldest(onDamage: (damage: Damage, bytes: Buffer) => Promise<void>): Promise<Frame | undefined> {
    if (this.#frames.length === 0 && this.#readTo < this.#size) {
      const bytes = await this.#disk.read(this.path, this.#readTo, this.#size);
      const { frames, damage } = scanFrames(bytes);
      for (const each of damage) await onDamage(each, bytes.subarray(each.start, each.end));
      this.#readTo = this.#size;
      this.#frames = frames;
    }
    return this.#frames[0];
  }

  drop(): void {
    this.rows -= this.#frames.shift()?.rows.length ?? 0;
  }
}
