import { hash } from 'node:crypto';
import { join } from 'node:path';
import { lstat } from 'node:fs/promises';
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
  const bytes = await readPlain((await isDirectory(path)) ? join(path, MANIFEST) : path, MOST_BYTES);
  if (bytes === undefined)
    throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no ${MANIFEST} at ${path}: name the directory of an export that was finished, or its ${MANIFEST}`); // prettier-ignore
  const manifest = parseManifest(bytes === 'too long' ? Buffer.alloc(0) : bytes);
  return { manifest, sha256: hash('sha256', bytes as Buffer) };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
