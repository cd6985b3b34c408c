import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';

export interface DiskFile {
  /** Resolves when the operating system has taken all the bytes. */
  append(bytes: Buffer): Promise<void>;
  /** Resolves when they survive a loss of power. */
  sync(): Promise<void>;
  /** Whether the file still has a name: somebody may have cleaned up. */
  exists(): Promise<boolean>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** What a spool asks of a file system. A port, so that a test can fill the disk and see the order of the calls. */
export interface Disk {
  /** A new file, mode 0600, to append to. */
  create(path: string): Promise<DiskFile>;
  /** Makes names that were created or changed survive a loss of power. */
  syncDirectory(path: string): Promise<void>;
  /** The bytes of a file from `from` on, to `to` or the end. */
  read(path: string, from: number, to?: number): Promise<Buffer>;
  /** Why a file that somebody left is not taken for one of a spool; `undefined` for one that may be. MUST NOT open it. */
  unfit(path: string): Promise<string | undefined>;
  list(directory: string): Promise<string[]>;
  /** MUST be atomic, and fail when `from` is not there any more. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Of `fs.Stats`, which would bring the types of Node into the package's declarations. */
interface FileFacts {
  readonly nlink: number;
  readonly uid: number;
  readonly mode: number;
  readonly size: number;
  isFile(): boolean;
}

/** A file ends soon behind 4 MiB, with the batch that passes them. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

export function unfitness(stats: FileFacts): string | undefined {
  if (!stats.isFile()) return 'it is not a regular file';
  if (stats.nlink !== 1) return 'it has another name as well';
  if (process.getuid && stats.uid !== process.getuid()) return 'it belongs to another user';
  if ((stats.mode & 0o022) !== 0) return 'others may write it';
  if (stats.size > MAX_FILE_BYTES) return 'it is larger than a spool makes one';
  return undefined;
}

export const realDisk: Disk = {
  async create(path) {
    const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600);
    return {
      append: (bytes) => file.appendFile(bytes),
      sync: () => file.datasync(),
      exists: async () => (await file.stat()).nlink > 0,
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    };
  },
  async syncDirectory(path) {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  async read(path, from, to) {
    // Not followed, and not waited for: somebody else may have put something there since it was looked at.
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const why = unfitness(await file.stat());
      if (why !== undefined) throw new Error(`${path} is not read: ${why}`);
      const size = (to ?? (await file.stat()).size) - from;
      const bytes = Buffer.alloc(Math.max(0, size));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  },
  unfit: async (path) => unfitness(await lstat(path)),
  list: (directory) => readdir(directory),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
};
