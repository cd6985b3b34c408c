import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { NOTE_LIMITS } from '../../chain/note.js';
import { codeOf } from '../node-error.js';
import type { Anchor, AnchoredNote } from '../port.js';
import { syncDirectory } from './durable.js';
import { checkPath, type LocalOptions } from './local.js';
import { checkPut, headOf, type Checkpointed } from './note-head.js';
import { anchorUnavailable, asUnavailable, onDisk } from './unavailable.js';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
const NAME = /^(\d{16})-([0-9a-f]{64})\.note$/;

/**
 * A directory with a file for each checkpoint, `<origin, __ for />/<size, 16 digits>-<SHA-256 of the note>.note`, on disk before `put`
 * resolves; none is ever written again. Fit for git: what is committed and pushed is out of reach. The directory must be there.
 * When a note was stored is not told: after a checkout the times of files are those of the checkout.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function directoryAnchor(path: string, { isLocal = true }: LocalOptions = {}): Anchor {
  const root = resolve(checkPath(path, 'directoryAnchor'));
  const name = `directory ${JSON.stringify(root)}`;
  return {
    name,
    place: { type: 'directory', path: root },
    isLocal,
    async put(checkpoint) {
      checkPut(checkpoint);
      try {
        await keep(root, checkpoint);
      } catch (error) {
        throw asUnavailable(name, 'nothing was kept', onDisk(error, root));
      }
    },
    list: (origin, from = 0) => read(root, name, origin, from),
  };
}

async function keep(root: string, { origin, size, note }: Checkpointed): Promise<void> {
  const folder = join(root, folderOf(origin));
  // Not the directory itself: one that is missing is a disk that is not mounted.
  await mkdir(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await syncDirectory(root);
  const path = join(folder, `${String(size).padStart(16, '0')}-${sha256(note)}.note`);
  const draft = join(folder, `.draft-${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', 0o644);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link, since a rename would take the place of what is there.
    await link(draft, path).catch(async (error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
      if ((await readNote(path)) !== note)
        throw new Error(`${JSON.stringify(path)} is there, and holds something else`);
    });
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(folder);
}

async function* read(root: string, name: string, origin: string, from: number): AsyncGenerator<AnchoredNote> {
  const folder = join(root, folderOf(origin));
  try {
    for (const file of (await filesOf(root, folder)).toSorted()) {
      const [, digits, hash] = NAME.exec(file) ?? [];
      if (digits === undefined || Number(digits) < from) continue; // a draft of a process that was stopped, or git's
      const path = join(folder, file);
      const note = await readNote(path);
      const head = headOf(note);
      if (sha256(note) !== hash || head?.size !== Number(digits))
        throw anchorUnavailable(name, `${JSON.stringify(path)} is not what was written there: it was changed, or its disk is damaged`); // prettier-ignore
      if (head.origin === origin) yield { note };
    }
  } catch (error) {
    throw asUnavailable(name, 'cannot be read', onDisk(error, root));
  }
}

/** None before the first `put`; an error if the directory is not there. */
async function filesOf(root: string, folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await readdir(root);
    return [];
  }
}

/** Not followed where it is a link, and not waited for where it is a pipe. */
async function readNote(path: string): Promise<string> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > NOTE_LIMITS.bytes) throw new Error(`${JSON.stringify(path)} is no note`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Two origins can share a folder; the notes tell them apart. It never begins with a dot, so it never leads out of the directory. */
function folderOf(origin: string): string {
  const folder = origin.replaceAll('/', '__').replace(/^\./, '_.');
  return folder.length <= 200 ? folder : `${folder.slice(0, 100)}-${sha256(origin).slice(0, 32)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
