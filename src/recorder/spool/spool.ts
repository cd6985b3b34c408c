import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { AuditError } from '../../event/errors.js';
import type { ContentRow } from '../../store/content.port.js';
import { adoptFiles, checkDirectory, newOwner, segmentPath, unusable } from './directory.js';
import { realDisk, type Disk, type DiskFile } from './disk.js';
import { encodeFrame, scanFrames, type Frame } from './frame.js';
import { lock, type Lock } from './lock.js';
import { Segment, SEGMENT_BYTES } from './segment.js';

export interface SpoolSettings {
  readonly directory: string;
  readonly maxBytes: number;
  /** Told of bytes that are no frame, and under which name they are kept. */
  readonly onDamage: (damage: { file: string; bytes: number; torn: boolean; id: string }) => void;
  /** Told once of a file with a name of the spool that is not taken for one. */
  readonly onUnfit?: ((file: string, why: string) => void) | undefined;
}

/**
 * Batches on disk, in the order in which they came: append-only files, fsynced before `append()` resolves, dropped when the
 * store has them. What a dead process left is taken over. Calls wait for each other.
 */
export class Spool {
  readonly #directory: string;
  readonly #owner = newOwner();
  readonly #settings: SpoolSettings;
  readonly #disk: Disk;
  #lock: Lock | undefined;
  #number = 0;
  #segments: Segment[] = [];
  /** The file behind the last own segment. */
  #open: { file: DiskFile; segment: Segment } | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #unfit = new Set<string>();

  /** @throws AuditError `AUDIT_SPOOL_UNUSABLE` */
  constructor(settings: SpoolSettings, disk: Disk = realDisk) {
    this.#settings = settings;
    this.#disk = disk;
    this.#directory = resolve(settings.directory);
    checkDirectory(this.#directory, this.#owner);
  }

  get rows(): number {
    return this.#segments.reduce((sum, { rows }) => sum + rows, 0);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** @throws AuditError `AUDIT_SPOOL_UNUSABLE` */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        this.#lock = await lock(this.#directory, this.#owner);
      } catch (error) {
        throw unusable(this.#directory, error instanceof Error ? error.message : String(error), error);
      }
      await this.#adopt();
    });
  }

  /** Takes over what processes left that have died since. */
  adopt(): Promise<void> {
    return this.#inTurn(() => this.#adopt());
  }

  /**
   * Resolves when the batch survives a loss of power.
   * @throws AuditError `AUDIT_SPOOL_FULL` at `maxBytes`, or what the file system says; nothing of the batch counts then
   */
  append(batch: string, rows: readonly ContentRow[]): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#lock) throw unusable(this.#directory, 'it is not open');
      const frame = encodeFrame(batch, rows);
      if (this.bytes + frame.length > this.#settings.maxBytes) throw spoolFull(this.bytes, this.#settings.maxBytes);
      const { file, segment } = await this.#writable();
      try {
        await file.append(frame);
        await file.sync();
        if (!(await file.exists())) throw unusable(this.#directory, 'its file was removed');
      } catch (error) {
        // After a failed write or fsync nobody knows what of this file is on the disk: it gets nothing more.
        this.#open = undefined;
        await file.truncate(segment.size).catch(() => undefined);
        await file.close().catch(() => undefined);
        if (segment.rows === 0) await this.#remove(segment).catch(() => undefined);
        throw error;
      }
      segment.grown(frame.length, rows.length);
    });
  }

  /** The oldest batch, which stays until it is dropped. */
  oldest(): Promise<Frame | undefined> {
    return this.#inTurn(async () => {
      for (;;) {
        const segment = this.#segments[0];
        if (!segment) return undefined;
        const frame = await segment.oldest(async ({ torn }, bytes) => {
          const id = `${crc32(bytes).toString(16).padStart(8, '0')}-${bytes.length}`;
          let file = join(this.#directory, `${id}.damaged`); // found again after a crash, it is the same file
          await this.#setAside(file, bytes).catch(async () => {
            file = join(this.#directory, `${id}-${this.#owner}.damaged`); // somebody has put something else there
            await this.#setAside(file, bytes);
          });
          this.#settings.onDamage({ file, bytes: bytes.length, torn, id });
        });
        if (frame) return frame;
        await this.#remove(segment);
      }
    });
  }

  /** The store has the batch that `oldest()` gave. */
  drop(): Promise<void> {
    return this.#inTurn(async () => {
      const segment = this.#segments[0];
      segment?.drop();
      if (segment?.rows === 0) await this.#remove(segment);
    });
  }

  /** Lets go of the files; what is in them is for the next process. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#open?.file.close().catch(() => undefined);
      this.#open = undefined;
      await this.#lock?.release();
      this.#lock = undefined;
    });
  }

  async #adopt(): Promise<void> {
    const onUnfit = (name: string, why: string): void => {
      if (this.#unfit.has(name) || this.#unfit.size > 1_000) return;
      this.#unfit.add(name);
      this.#settings.onUnfit?.(join(this.#directory, name), why);
    };
    const paths = await adoptFiles(this.#disk, this.#directory, this.#owner, () => ++this.#number, onUnfit);
    for (const path of paths) {
      const bytes = await this.#disk.read(path, 0);
      const rows = scanFrames(bytes).frames.reduce((sum, frame) => sum + frame.rows.length, 0);
      this.#segments.push(new Segment(this.#disk, path, bytes.length, rows));
    }
  }

  async #writable(): Promise<{ file: DiskFile; segment: Segment }> {
    if (this.#open && this.#open.segment.size < Math.min(SEGMENT_BYTES, this.#settings.maxBytes / 4)) return this.#open;
    await this.#open?.file.close();
    this.#open = undefined;
    const path = segmentPath(this.#directory, this.#owner, ++this.#number);
    const file = await this.#disk.create(path);
    await this.#disk.syncDirectory(this.#directory);
    const segment = new Segment(this.#disk, path);
    this.#segments.push(segment);
    return (this.#open = { file, segment });
  }

  async #remove(segment: Segment): Promise<void> {
    this.#segments = this.#segments.filter((each) => each !== segment);
    if (this.#open?.segment === segment) {
      await this.#open.file.close();
      this.#open = undefined;
    }
    await this.#disk.remove(segment.path);
  }

  async #setAside(path: string, bytes: Buffer): Promise<void> {
    await this.#disk.remove(path);
    const file = await this.#disk.create(path);
    try {
      await file.append(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#disk.syncDirectory(this.#directory);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

export function spoolFull(bytes: number, maxBytes: number): AuditError {
  return new AuditError(
    'AUDIT_SPOOL_FULL',
    `the spool holds ${bytes} of ${maxBytes} bytes: is the database reachable? spool.maxBytes sets the bound`,
    { bytes, maxBytes },
  );
}
