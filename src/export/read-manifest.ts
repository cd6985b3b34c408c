import { hash } from 'node:crypto';
import { join } from 'node:path';
import { realpath, stat } from 'node:fs/promises';
import { isAbsent, readPlain } from '../checkpoint/proof-directory.js';
import { AuditError } from '../event/errors.js';
import { MANIFEST, parseManifest, type Manifest } from './manifest.js';

export interface ReadManifest {
  readonly manifest: Manifest;
  /** Of its bytes, 64 hex digits. */
  readonly sha256: string;
}

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * @param path of an export, or of its manifest alone
 * @throws AuditError `AUDIT_OPTIONS_INVALID` where there is none, `AUDIT_EVIDENCE_INVALID` for one that no export wrote
 */
export async function readManifest(path: string): Promise<ReadManifest> {
  // What is named may be a link; what is in the directory may not.
  const file = (await isDirectory(path)) ? join(path, MANIFEST) : await realpath(path).catch(() => path);
  const read = await readPlain(file, MOST_BYTES);
  if (read === undefined)
    throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no ${MANIFEST} at ${path}: name the directory of an export that was finished, or its ${MANIFEST}`); // prettier-ignore
  // One that is too long is none, which is said like that of any other file.
  const bytes = read === 'too long' ? Buffer.alloc(0) : read;
  return { manifest: parseManifest(bytes), sha256: hash('sha256', bytes) };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
