import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { codeOf } from '../checkpoint/node-error.js';
import { AuditError } from '../event/errors.js';

/** Beyond these a zip has other fields (Zip64), which not everything reads that an auditor has. */
const MOST_BYTES = 0xffff_ffff;
const MOST_FILES = 0xffff;

/** Names are UTF-8 (APPNOTE.TXT 4.4.4, bit 11), and what is in it is deflated (4.4.5). */
const [UTF8, DEFLATED] = [0x0800, 8];
/** Made on Unix, so that the mode of a file counts: a plain file of its owner alone. */
const [MADE_BY_UNIX, MODE] = [0x031e, 0o100600];

/**
 * A new zip (APPNOTE.TXT 6.3.10), a file at a time. Sizes and sums are written over the head of a file once they are known, so that also what reads it from
 * its beginning finds them. Without its last record, which is written by `close()`, nothing takes it for a zip.
 */
export class ZipFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #time: Buffer;
  readonly #central: Buffer[] = [];
  #at = 0;

  private constructor(path: string, file: FileHandle, at: Date) {
    [this.#path, this.#file, this.#time] = [path, file, dosTime(at)];
  }

  /** @throws AuditError `AUDIT_OPTIONS_INVALID` if there is something of that name, or nothing to write it into */
  static async create(path: string, at: Date): Promise<ZipFile> {
    try {
      return new ZipFile(path, await open(path, 'wx', 0o600), at);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw new AuditError('AUDIT_OPTIONS_INVALID', `there is something at ${path} already: name a new file`); // prettier-ignore
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no directory to write ${path} into: make it first`); // prettier-ignore
      throw error;
    }
  }

  /** Resolves with the SHA-256 of the content. @param content or, as `{ path }`, the file that has it */
  async add(name: string, content: string | Uint8Array | { readonly path: string }): Promise<string> {
    const [start, sums] = [this.#at, { crc: 0, bytes: 0, deflated: 0 }];
    const sha256 = createHash('sha256');
    const head = (): Buffer => localHeader(name, this.#time, sums);
    await this.#write(head());
    const source = typeof content === 'object' && 'path' in content ? createReadStream(content.path) : Readable.from([Buffer.from(content as string)]); // prettier-ignore
    await pipeline(
      source,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sums.crc = crc32(chunk, sums.crc);
          sums.bytes += chunk.length;
          sha256.update(chunk);
          yield chunk;
        }
      },
      createDeflateRaw(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          sums.deflated += chunk.length;
          await this.#write(chunk);
        }
      },
    );
    if (Math.max(sums.bytes, this.#at) > MOST_BYTES || this.#central.length >= MOST_FILES - 1)
      throw new AuditError('AUDIT_OPTIONS_INVALID', 'a package has 4 GiB and 65,534 files at most: make one of a shorter period, or a directory with --out'); // prettier-ignore
    await writeAll(this.#file, head(), start);
    this.#central.push(centralHeader(name, this.#time, sums, start));
    return sha256.digest('hex');
  }

  /** Resolves when the disk has it. */
  async close(): Promise<void> {
    const start = this.#at;
    for (const header of this.#central) await this.#write(header);
    await this.#write(endRecord(this.#central.length, this.#at - start, start));
    await this.#file.sync();
    await this.#file.close();
  }

  /** What was written so far is no zip, and goes. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  async #write(bytes: Buffer): Promise<void> {
    await writeAll(this.#file, bytes, this.#at);
    this.#at += bytes.length;
  }
}

interface Sums {
  readonly crc: number;
  readonly bytes: number;
  readonly deflated: number;
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** 4.3.7. */
function localHeader(name: string, time: Buffer, sums: Sums): Buffer {
  const named = Buffer.from(name);
  return Buffer.concat([Buffer.from('PK\u0003\u0004'), shared(time, sums), u16(named.length), u16(0), named]);
}

/** 4.3.12. */
function centralHeader(name: string, time: Buffer, sums: Sums, start: number): Buffer {
  const named = Buffer.from(name);
  const none = [u16(0), u16(0), u16(0), u16(0)]; // extra field, comment, disk, internal attributes
  return Buffer.concat([Buffer.from('PK\u0001\u0002'), u16(MADE_BY_UNIX), shared(time, sums), u16(named.length), ...none, u32(MODE * 0x1_0000), u32(start), named]); // prettier-ignore
}

function shared(time: Buffer, { crc, bytes, deflated }: Sums): Buffer {
  return Buffer.concat([u16(20), u16(UTF8), u16(DEFLATED), time, u32(crc), u32(deflated % 2 ** 32), u32(bytes % 2 ** 32)]); // prettier-ignore
}

/** 4.3.16. */
function endRecord(files: number, bytes: number, start: number): Buffer {
  return Buffer.concat([Buffer.from('PK\u0005\u0006'), u16(0), u16(0), u16(files), u16(files), u32(bytes), u32(start), u16(0)]); // prettier-ignore
}

/** 4.4.6, to two seconds. In UTC, so that the same content makes the same file anywhere. */
function dosTime(at: Date): Buffer {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return Buffer.concat([u16(time), u16(date)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
