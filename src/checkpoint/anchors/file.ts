import { constants } from 'node:fs';
import { access, open, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Anchor, AnchoredNote } from '../port.js';
import { syncDirectory } from './durable.js';
import { linesOf } from './lines.js';
import { checkPut } from './note-head.js';
import { formatRecord, MAX_LINE_BYTES, parseRecord, type AnchorRecord } from './record.js';
import { codeOf } from '../node-error.js';
import { anchorUnavailable, asUnavailable, onDisk } from './unavailable.js';
import { checkPath, type LocalOptions } from './local.js';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/**
 * A file that only grows: a line for each checkpoint, on disk before `put` resolves. Any number of processes may append to it. Its folder
 * must be there. Worth as much as the place where it lies: a share of another machine, a file that `chattr +a` guards.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function fileAnchor(path: string, { isLocal = true }: LocalOptions = {}): Anchor {
  const file = resolve(checkPath(path, 'fileAnchor'));
  const name = `file ${JSON.stringify(file)}`;
  let isNamed = false;
  return {
    name,
    place: { type: 'file', path: file },
    isLocal,
    async put(checkpoint) {
      checkPut(checkpoint);
      try {
        await append(file, checkpoint.note);
        // Whoever made it may not have come this far.
        if (!isNamed) await syncDirectory(dirname(file));
        isNamed = true;
      } catch (error) {
        throw asUnavailable(name, 'nothing was kept', onDisk(error, dirname(file)));
      }
    },
    list: (origin, from = 0) => read(file, name, origin, from),
  };
}

async function append(path: string, note: string): Promise<void> {
  const file = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, 0o644);
  try {
    const isTorn = await endsInALine(file);
    const record = formatRecord({ storedAt: Date.now(), note }, isTorn);
    // In one call: the system appends it as a whole, whoever else does.
    const bytes = Buffer.from(`${isTorn ? '\n' : ''}${record}\n`);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.length) throw new Error('the disk took a part of it: is it full?');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether the last line has no end: its writer was stopped, or the disk was full. */
async function endsInALine(file: FileHandle): Promise<boolean> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error('it is no regular file');
  if (stats.size === 0) return false;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, stats.size - 1);
  return last[0] !== 10;
}

async function* read(path: string, name: string, origin: string, from: number): AsyncGenerator<AnchoredNote> {
  const file = await openIfThere(path, name);
  if (file === undefined) return;
  try {
    for await (const record of recordsOf(file, name))
      if (record.origin === origin && record.size >= from) yield { note: record.note, storedAt: record.storedAt };
  } finally {
    await file.close();
  }
}

async function* recordsOf(file: FileHandle, name: string): AsyncGenerator<AnchorRecord> {
  const broken = (line: number): Error =>
    anchorUnavailable(
      name,
      `line ${line} is not one that was written there: the file was changed, or its disk is damaged`,
    );
  const tooLong = (line: number): Error => anchorUnavailable(name, `line ${line} is longer than any that is written there`); // prettier-ignore
  let since: number | undefined; // the first line of those in front that cannot be read
  try {
    const chunks = file.createReadStream({ autoClose: false });
    for await (const { number, text, hasEnd } of linesOf(chunks, MAX_LINE_BYTES, tooLong)) {
      if (text === '') continue;
      const record = parseRecord(text);
      if (record === undefined) {
        since ??= number;
        if (!hasEnd) since = undefined; // what it was writing when it was stopped, after others that were
        continue;
      }
      if (since !== undefined && !record.isAfterTorn) break;
      since = undefined;
      yield record;
    }
  } catch (error) {
    throw asUnavailable(name, 'cannot be read', error);
  }
  if (since !== undefined) throw broken(since);
}

/** `undefined` before the first `put`. */
async function openIfThere(path: string, name: string): Promise<FileHandle | undefined> {
  try {
    const file = await open(path, O_RDONLY | O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new Error('it is no regular file');
  } catch (error) {
    // A folder that is not there is a disk that is not mounted, rather than a log without checkpoints.
    if (codeOf(error) === 'ENOENT' && (await isThere(dirname(path)))) return undefined;
    throw asUnavailable(name, 'cannot be read', onDisk(error, dirname(path)));
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
