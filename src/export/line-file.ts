import { createHash, hash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of an export, as its manifest tells of it. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Entries, leaves or sections in it: lines but the head. Absent: it is no list of lines. */
  readonly rows?: number | undefined;
}

/** Beside a file of lines: of each line the first eight bytes of its SHA-256. It says which line was changed; that none was, the file's own hash says. */
export const LINES = '.lines';
export const DIGEST_BYTES = 8;

/** @param line with its end */
export function lineDigest(line: string | Uint8Array): Buffer {
  return hash('sha256', line, 'buffer').subarray(0, DIGEST_BYTES);
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
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafe(BUFFERED);
  #used = 0;
  #bytes = 0;

  private constructor(name: string, file: FileHandle) {
    [this.#name, this.#file] = [name, file];
  }

  static async create(directory: string, name: string): Promise<HashedFile> {
    return new HashedFile(name, await open(join(directory, name), 'wx', 0o600));
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
