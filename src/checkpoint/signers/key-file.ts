import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AuditError, isAuditError } from '../../event/errors.js';
import { codeOf, messageOf } from '../node-error.js';
import { readPrivateKey, type HeldKey } from './private-key.js';
import { signerUnavailable } from './unavailable.js';

const MAX_BYTES = 16 * 1024;
/** Rights of the group and of others; Windows has no such bits, and shows them set. */
const OTHERS = process.platform === 'win32' ? 0 : 0o077;

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, without what was given: it may be the key itself */
export function checkKeyPath(path: unknown, name: string): string {
  if (typeof path !== 'string' || path === '')
    throw invalid(`${name} must be the path of a key file: '/etc/my-app/audit-signing-key.pem'`);
  if (path.includes('-----BEGIN') || /[\0\n]/.test(path))
    throw invalid(`${name} must be the path of a key file, not what is in it`);
  return path;
}

/**
 * Reads a key that nobody but its owner can read. A symbolic link is followed; the file that it leads to counts.
 * @throws AuditError `AUDIT_SIGNER_UNAVAILABLE`, with the command to run where one helps
 */
export async function readKeyFile(path: string): Promise<HeldKey> {
  const what = `the key ${JSON.stringify(path)}`;
  try {
    // Not waited for: a pipe would hold it until somebody writes.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readPrivateKey(await readBounded(file, path, what), what);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAuditError(error)) throw error;
    throw signerUnavailable(what, whyOf(error), error);
  }
}

async function readBounded(file: FileHandle, path: string, what: string): Promise<string> {
  const stats = await file.stat();
  if (!stats.isFile()) throw signerUnavailable(what, 'it is no regular file');
  if ((stats.mode & OTHERS) !== 0) {
    const found = (stats.mode & 0o777).toString(8).padStart(4, '0');
    throw signerUnavailable(what, `others than its owner can read or change it (mode ${found}). Run: chmod 600 ${quoted(path)}`); // prettier-ignore
  }
  if (stats.size > MAX_BYTES)
    throw signerUnavailable(what, `it has more than ${MAX_BYTES} bytes, and a key has some hundred`);
  const bytes = Buffer.alloc(MAX_BYTES + 1); // it may have grown since
  let filled = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.toString('utf8', 0, filled);
}

function whyOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'there is no such file. Name another one, or make it: npx nestjs-prisma-audit keygen';
  if (code === 'EACCES' || code === 'EPERM')
    return 'this process may not read it: its owner must be the user who runs it';
  return messageOf(error);
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) && !path.startsWith('-') ? path : `-- '${path.replaceAll("'", String.raw`'\''`)}'`;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
