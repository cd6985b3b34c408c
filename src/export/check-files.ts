import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlain } from '../checkpoint/proof-directory.js';
import { isAuditError } from '../event/errors.js';
import { DIGEST_BYTES, lineDigest, LINES } from './line-digest.js';
import type { ListedFile } from './line-file.js';
import { isPlain, readLines } from './read-lines.js';
import type { ExportFinding } from './export-report.js';
import { BEGUN, MANIFEST, NOTE, SUMS } from './manifest.js';

/** Compares each file with what the manifest says of it, and says of one that differs which line does. */
export async function checkFiles(directory: string, files: readonly ListedFile[]): Promise<ExportFinding[]> {
  const findings: ExportFinding[] = [];
  const hashes = new Map<string, string>();
  for (const { name } of files) {
    const hash = await hashOf(join(directory, name));
    if (hash === undefined) findings.push({ code: 'FILE_MISSING', file: name, message: `${name} is not there` });
    else hashes.set(name, hash);
  }
  for (const listed of files) {
    const hash = hashes.get(listed.name);
    if (hash === undefined || hash === listed.sha256) continue;
    const other = files.find(({ sha256 }) => sha256 === hash);
    if (other !== undefined) {
      const message = `${listed.name} holds what ${other.name} should hold: they were swapped or copied`;
      findings.push({ code: 'FILE_SWAPPED', file: listed.name, message });
      continue;
    }
    const areLinesRight = hashes.get(listed.name + LINES) === files.find(({ name }) => name === listed.name + LINES)?.sha256; // prettier-ignore
    findings.push(await whichLine(directory, listed, areLinesRight));
  }
  for (const name of await others(directory, files))
    findings.push({ code: 'FILE_EXTRA', file: name, message: `${name} is not listed in the manifest: nothing vouches for it` }); // prettier-ignore
  return findings;
}

/** What a file manager leaves without being asked. */
const LEFT_BEHIND = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);
const NAMED = 100;

/** Whatever is not in the manifest, by its exact name; a folder that has nothing of ours in it is named by itself. */
async function others(directory: string, files: readonly ListedFile[]): Promise<string[]> {
  const ours = new Set([...files.map(({ name }) => name), MANIFEST, NOTE, SUMS, BEGUN]);
  const folders = new Set(files.flatMap(({ name }) => (name.includes('/') ? [name.slice(0, name.indexOf('/'))] : [])));
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

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** `undefined`: it is no plain file, or not there. */
async function hashOf(path: string): Promise<string | undefined> {
  if (!(await isPlain(path))) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function whichLine(directory: string, { name, rows, bytes }: ListedFile, areLinesRight: boolean) {
  const altered = (message: string, line?: number): ExportFinding => ({
    code: 'FILE_ALTERED',
    file: name,
    ...(line === undefined ? {} : { line }),
    message: `${name} is not the file that was exported${message}`,
  });
  if (rows === undefined) return altered('');
  // A head, and a byte that tells one that is longer.
  const digests = areLinesRight ? await readPlain(join(directory, name + LINES), (rows + 1) * DIGEST_BYTES) : undefined;
  if (!(digests instanceof Buffer)) return altered(`; which line differs cannot be said, since ${name}${LINES} is not right either`); // prettier-ignore
  try {
    const lines = readLines(join(directory, name))[Symbol.asyncIterator]();
    const digestAt = (at: number): Buffer => digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES);
    const count = digests.length / DIGEST_BYTES;
    for (let at = 0; ; at += 1) {
      const { value, done } = await lines.next();
      if (done === true)
        return altered(at < count ? `: it ends before line ${at + 1}, and had ${count} lines` : `: it had ${bytes} bytes`, at + 1); // prettier-ignore
      const digest = lineDigest(value);
      if (at < count && digest.equals(digestAt(at))) continue;
      if (at >= count) return altered(`: line ${at + 1} and what comes after it was added`, at + 1);
      if (at + 1 < count && digest.equals(digestAt(at + 1))) return altered(`: line ${at + 1} was taken out`, at + 1);
      const next = await lines.next();
      const isAdded = next.done !== true && lineDigest(next.value).equals(digestAt(at));
      return altered(`: line ${at + 1} was ${isAdded ? 'added' : 'changed'}`, at + 1);
    }
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return altered(`: ${error.message}`);
    throw error;
  }
}
