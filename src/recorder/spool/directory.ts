import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError, isAuditError } from '../../event/errors.js';
import type { Disk } from './disk.js';
import { isHeld, lockPath, MAX_LOCK_PATH } from './lock.js';

/** `<process number>-<random>.<number>.spool`; the number is the order. */
const NAME = /^(?<owner>\d+-[0-9a-f]{8})\.(?:\d{8}\.spool|lock)$/;

export const newOwner = (): string => `${process.pid}-${randomBytes(4).toString('hex')}`;

export const segmentPath = (directory: string, owner: string, number: number): string =>
  join(directory, `${owner}.${String(number).padStart(8, '0')}.spool`);

/**
 * Makes the directory (mode 0700) and a file in it, so that what would fail later fails now.
 * @throws AuditError `AUDIT_SPOOL_UNUSABLE`
 */
export function checkDirectory(directory: string, owner: string): void {
  if (process.platform === 'win32')
    throw unusable(directory, 'a spool needs sockets in a directory, which Windows has not');
  if (Buffer.byteLength(lockPath(directory, owner)) > MAX_LOCK_PATH)
    throw unusable(directory, `its path must be shorter, ${MAX_LOCK_PATH - 24} bytes at most`);
  const probe = join(directory, `.${owner}.probe`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    checkOwner(directory);
    writeFileSync(probe, '', { mode: 0o600, flag: 'wx' });
    rmSync(probe);
  } catch (error) {
    if (isAuditError(error)) throw error;
    throw unusable(directory, error instanceof Error ? error.message : String(error), error);
  }
}

/** Whoever may write to it can put events into the log, as they go through it before they are sealed. */
function checkOwner(directory: string): void {
  const { mode, uid } = statSync(directory);
  if ((mode & 0o002) !== 0)
    throw unusable(directory, 'everybody may write to it. A directory inside it will do: it is made with mode 0700');
  if (process.getuid && uid !== process.getuid() && uid !== 0)
    throw unusable(directory, 'it belongs to another user, who could change what is in it');
}

/**
 * Takes the files that dead processes left, by renaming each: of several processes that try, one succeeds for each file.
 * Resolves with their new paths, in the order in which they were written.
 */
export async function adoptFiles(
  disk: Disk,
  directory: string,
  owner: string,
  nextNumber: () => number,
  onUnfit: (name: string, why: string) => void = () => undefined,
): Promise<string[]> {
  const names = (await disk.list(directory)).toSorted();
  const owners = new Map<string, string[]>();
  for (const name of names) {
    const from = NAME.exec(name)?.groups?.['owner'];
    if (from === undefined || from === owner) continue;
    owners.set(from, [...(owners.get(from) ?? []), name]);
  }
  const adopted: string[] = [];
  for (const [dead, files] of owners) {
    if (await isHeld(directory, dead)) continue;
    for (const name of files) {
      if (!name.endsWith('.spool')) continue;
      const why = await disk.unfit(join(directory, name)).catch(() => 'gone');
      if (why !== undefined) {
        if (why !== 'gone') onUnfit(name, why);
        continue;
      }
      const path = segmentPath(directory, owner, nextNumber());
      try {
        await disk.rename(join(directory, name), path);
        adopted.push(path);
      } catch {
        // Another process was faster.
      }
    }
    await disk.remove(lockPath(directory, dead)).catch(() => undefined); // a directory of that name is not ours
  }
  if (adopted.length > 0) await disk.syncDirectory(directory);
  return adopted;
}

export function unusable(directory: string, why: string, cause?: unknown): AuditError {
  return new AuditError(
    'AUDIT_SPOOL_UNUSABLE',
    `the spool cannot be kept in ${JSON.stringify(directory)}: ${why}. Name a directory on a local disk that this process may write to (spool.directory)`,
    { directory },
    cause,
  );
}
