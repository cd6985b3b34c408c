import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LINES, lineDigest } from './line-digest.js';
import { readWhole, type TakeLine } from './whole-lines.js';

/** A file of an export, as its manifest tells of it. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Entries, leaves or sections in it: lines but the head. Absent: it is no list of lines. */
  readonly rows?: number | undefined;
}

const BUFFERED = 256 * 1024;

/** Writes lines, and what the manifest is to say of them. Holds a quarter of a megabyte, or a line. */
export class LineFile {
  readonly #name: string;
  readonly #lines: HashedFile;
  readonly #digests: HashedFile;
  #rows = 0;

  private constructor(name: string, lines: HashedFile, digests: HashedFile) {
    [this.#name, this.#lines, this.#digests] = [name, lines, digests];
  }

  /** @param head a line in front of the others, or nothing; with a byte order mark, if it has one */
  static async create(directory: string, name: string, head = ''): Promise<LineFile> {
    const lines = await HashedFile.create(directory, name);
    const file = new LineFile(name, lines, await HashedFile.create(directory, name + LINES));
    if (head !== '') await file.#append(head);
    return file;
  }

  /**
   * One that was begun, up to its last line that is whole. Nothing is changed before all lines were looked at.
   * @param take is given each line but the head, with its end
   * @throws AuditError `AUDIT_OPTIONS_INVALID` where a line is not the one that was written
   */
  static async reopen(directory: string, name: string, head: string, take: TakeLine): Promise<LineFile> {
    const whole = await readWhole(directory, name, head, take);
    const file = new LineFile(
      name,
      await HashedFile.reopen(directory, name, whole.hash, whole.bytes),
      await HashedFile.reopen(
        directory,
        name + LINES,
        createHash('sha256').update(whole.digests),
        whole.digests.length,
      ),
    );
    file.#rows = whole.rows;
    for (const digest of whole.newer) await file.#digests.write(digest);
    if (head !== '' && whole.bytes === 0) await file.#append(head);
    return file;
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param line with its end */
  async write(line: string): Promise<void> {
    this.#rows += 1;
    await this.#append(line);
  }

  async #append(line: string): Promise<void> {
    const digest = lineDigest(line);
    if (!this.#lines.take(line)) await this.#lines.write(line);
    if (!this.#digests.take(digest)) await this.#digests.write(digest);
  }

  /** Resolves when the disk has it. */
  async close(): Promise<readonly ListedFile[]> {
    const lines = await this.#lines.close();
    return [
      { ...lines, rows: this.#rows },
      { ...(await this.#digests.close()), name: this.#name + LINES },
    ];
  }

  /** Lets go of it, whatever is there. */
  async abandon(): Promise<void> {
    await this.#lines.abandon();
    await this.#digests.abandon();
  }
}

/** Gathers what it is given in one buffer, which is written when it is full. */
class HashedFile {
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #hash: Hash;
  readonly #buffer = Buffer.allocUnsafe(BUFFERED);
  #used = 0;
  #bytes: number;

  private constructor(name: string, file: FileHandle, hash = createHash('sha256'), bytes = 0) {
    [this.#name, this.#file, this.#hash, this.#bytes] = [name, file, hash, bytes];
  }

  static async create(directory: string, name: string): Promise<HashedFile> {
    return new HashedFile(name, await open(join(directory, name), 'wx', 0o600));
  }

  /** @param hash of the bytes that stay */
  static async reopen(directory: string, name: string, hash: Hash, bytes: number): Promise<HashedFile> {
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
    const file = await open(join(directory, name), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    await file.truncate(bytes);
    return new HashedFile(name, file, hash, bytes);
  }

  /** @returns false where there is no room for it: then nothing was taken, and `write` makes room */
  take(bytes: string | Buffer): boolean {
    const size = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
    if (size > this.#buffer.length - this.#used) return false;
    if (typeof bytes === 'string') this.#buffer.write(bytes, this.#used);
    else bytes.copy(this.#buffer, this.#used);
    this.#used += size;
    return true;
  }

  async write(bytes: string | Buffer): Promise<void> {
    await this.#flush();
    if (!this.take(bytes)) await this.#append(Buffer.from(bytes as string)); // either of the two
  }

  async #flush(): Promise<void> {
    const used = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    await this.#append(used);
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.#file.writeFile(bytes); // at the place where the last one ended
  }

  async close(): Promise<ListedFile> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    return { name: this.#name, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }
}
