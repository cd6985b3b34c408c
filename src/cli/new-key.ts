import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncDirectory } from '../checkpoint/anchors/durable.js';
import { codeOf, messageOf } from '../checkpoint/node-error.js';
import { newPrivateKey } from '../checkpoint/signers/private-key.js';
import { AuditError } from '../event/errors.js';

const { O_CREAT, O_EXCL, O_WRONLY } = constants;

/**
 * Writes a new key into a new file that its owner alone can read; on disk when this resolves. Nothing is ever overwritten.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export async function writeNewKey(path: string): Promise<void> {
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST')
      throw invalid(`${JSON.stringify(path)} is there, and a key is never overwritten: name another file with --out`);
    throw invalid(`${JSON.stringify(path)} cannot be made: ${messageOf(error)}. Name another file with --out`, error);
  });
  try {
    await file.writeFile(newPrivateKey());
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(resolve(path)));
}

function invalid(message: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message, {}, cause);
}
