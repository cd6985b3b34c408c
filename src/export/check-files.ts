import { createHash } from 'node:crypto';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { isFolder } from '../checkpoint/proof-directory.js';
import type { ExportFinding } from './export-report.js';
import { LINES } from './line-digest.js';
import type { ListedFile } from './line-file.js';
import { BEGUN, MANIFEST, NOTE, SUMS } from './manifest.js';
import { plainSize, readChunks } from './read-lines.js';
import { whichLine } from './which-line.js';

/** Compares each file with what the manifest says of it, and says of one that differs which line does. */
export async function checkFiles(directory: string, files: readonly ListedFile[]): Promise<ExportFinding[]> {
  const findings: ExportFinding[] = [];
  const hashes = new Map<string, string>();
  const byHash = new Map(files.map((file) => [file.sha256, file] as const));
  const byName = new Map(files.map((file) => [file.name, file] as const));
  const sizes = new Set(files.map(({ bytes }) => bytes));
  const links = await linksAmong(directory, files);
  for (const { name } of files) {
    const path = join(directory, name);
    const size = links.has(folderOf(name)) ? undefined : await plainSize(path);
    if (size === undefined) findings.push({ code: 'FILE_MISSING', file: name, message: `${name} is not there` });
    // One of a size that no file should have is another: however large it is, nothing of it has to be read.
    else hashes.set(name, sizes.has(size) ? await hashOf(path, size) : '');
  }
  for (const listed of files) {
    const { name, sha256 } = listed;
    const hash = hashes.get(name);
    if (hash === undefined || hash === sha256) continue;
    const other = byHash.get(hash);
    if (other !== undefined) {
      const message = `${name} holds what ${other.name} should hold: they were swapped or copied`;
      findings.push({ code: 'FILE_SWAPPED', file: name, message });
      continue;
    }
    const digests = byName.get(name + LINES);
    const areRight = digests !== undefined && hashes.get(digests.name) === digests.sha256;
    findings.push(await whichLine(directory, listed, areRight ? digests : undefined));
  }
  for (const name of await others(directory, files))
    findings.push({ code: 'FILE_EXTRA', file: name, message: `${name} is not listed in the manifest: nothing vouches for it` }); // prettier-ignore
  return findings;
}

const folderOf = (name: string): string => (name.includes('/') ? name.slice(0, name.indexOf('/')) : '');

/** Folders of listed files that are none: what lies behind a link is not in the directory. */
async function linksAmong(directory: string, files: readonly ListedFile[]): Promise<ReadonlySet<string>> {
  const links = new Set<string>();
  for (const folder of new Set(files.map(({ name }) => folderOf(name))))
    if (folder !== '' && !(await isFolder(join(directory, folder)))) links.add(folder);
  return links;
}

/** What a file manager leaves without being asked. */
const LEFT_BEHIND = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);
const NAMED = 100;

/** Whatever is not in the manifest, by its exact name; a folder that has nothing of ours in it is named by itself. */
async function others(directory: string, files: readonly ListedFile[]): Promise<string[]> {
  const ours = new Set([...files.map(({ name }) => name), MANIFEST, NOTE, SUMS, BEGUN]);
  const folders = new Set(files.map(({ name }) => folderOf(name)).filter((folder) => folder !== ''));
  const found: string[] = [];
  for (const folder of ['', ...folders]) {
    if (folder !== '' && !(await isFolder(join(directory, folder)))) continue;
    for await (const each of await opendir(join(directory, folder))) {
      const name = folder === '' ? each.name : `${folder}/${each.name}`;
      const isOurs = ours.has(name) || (each.isDirectory() ? folders.has(name) : LEFT_BEHIND.has(each.name));
      if (!isOurs) found.push(name);
      if (found.length >= NAMED) return found;
    }
  }
  return found.toSorted();
}

async function hashOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(path, size)) hash.update(chunk);
  return hash.digest('hex');
}
