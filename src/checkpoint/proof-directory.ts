import { constants } from 'node:fs';
import { mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { refused } from '../chain/refused.js';
import type { PublishedFile } from '../chain/publish.js';
import { AuditError } from '../event/errors.js';
import { PROOF_FILES } from '../chain/check-proof.js';

/**
 * The files of a proof folder, for `checkProof`. What is no plain file counts as missing; one that is too large is not read.
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`, and the error of the system for a directory that cannot be read
 */
export async function readProofFolder(directory: string): Promise<ReadonlyMap<string, Uint8Array>> {
  if (!(await stat(directory)).isDirectory()) throw new AuditError('AUDIT_OPTIONS_INVALID', 'this is not a directory');
  const files = new Map<string, Uint8Array>();
  for (const [name, limit] of Object.entries(PROOF_FILES)) {
    const bytes = await readPlain(join(directory, name), limit);
    if (bytes === 'too long') throw refused('folder', `${name} is longer than it can be`);
    if (bytes !== undefined) files.set(name, bytes);
  }
  return files;
}

/** The bytes of a plain file; `undefined` if there is none. Never waits, and never reads more than `limit`. */
export async function readPlain(path: string, limit: number): Promise<Buffer | 'too long' | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would wait for its writer
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    if (found.size > limit) return 'too long';
    const bytes = Buffer.alloc(found.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      ({ bytesRead: read } = await file.read(bytes, length));
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

const ABSENT: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ENXIO', 'ELOOP', 'ENODEV'];

/** An error of the system that says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && ABSENT.includes(error.code);
}

/**
 * Writes a new directory, all of it or nothing. Only its owner can read it.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` if there is something of that name
 */
export async function writeNewFolder(directory: string, files: readonly PublishedFile[]): Promise<void> {
  const target = resolve(directory);
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (isThere) throw new AuditError('AUDIT_OPTIONS_INVALID', `there is something at ${target} already: name a new directory`); // prettier-ignore
  const temporary = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const { path, bytes } of files) await writeDurably(join(temporary, path), bytes);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Resolves when the disk has it. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
