import { PROOF_FILES } from '../../../chain/check-proof.js';

export interface Dropped {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Names of those that are longer than they can be. */
  readonly tooLong: readonly string[];
}

/** The files of a proof among those that were chosen or dropped, by their names; no other is read. */
export async function readFiles(given: Iterable<File>): Promise<Dropped> {
  const files = new Map<string, Uint8Array>();
  const tooLong: string[] = [];
  for (const file of given) {
    const limit = Object.hasOwn(PROOF_FILES, file.name) ? PROOF_FILES[file.name] : undefined;
    if (limit === undefined) continue;
    if (file.size > limit) tooLong.push(file.name);
    else files.set(file.name, new Uint8Array(await file.arrayBuffer()));
  }
  return { files, tooLong };
}

/** Files that were dropped, and those in a folder that was; not deeper. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly File[]> {
  // Asked for before the first wait: behind it a browser gives nothing any more.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const plain = Array.from(transfer.files);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  const found = await Promise.all(entries.map((entry) => filesIn(entry)));
  return found.flat();
}

async function filesIn(entry: FileSystemEntry): Promise<readonly File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)]; // says isFile
  const reader = (entry as FileSystemDirectoryEntry).createReader(); // says that it is none
  const all: FileSystemEntry[] = [];
  // A hundred at a time, in some browsers.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0 || all.length > 1_000) break;
    all.push(...some);
  }
  return await Promise.all(all.filter((each) => each.isFile).map((each) => fileOf(each as FileSystemFileEntry)));
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));
