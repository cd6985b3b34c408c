import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, messageOf } from '../checkpoint/node-error.js';
import { AuditError } from '../event/errors.js';

/** The text of a file that an option names. @param todo where one comes from @throws AuditError `AUDIT_OPTIONS_INVALID` */
export async function readGiven(option: string, file: string, todo: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw invalid(`${option} names ${JSON.stringify(file)}, ${why(error)}: ${todo}`, error);
  });
  if (text.trim() === '') throw invalid(`${option} names ${JSON.stringify(file)}, which is empty: ${todo}`);
  return text;
}

/** Before work that takes long: whether its result can be written. @throws AuditError `AUDIT_OPTIONS_INVALID` */
export async function checkWritable(option: string, file: string): Promise<void> {
  const folder = dirname(resolve(file));
  try {
    if (
      await stat(file).then(
        (there) => there.isDirectory(),
        () => false,
      )
    )
      // prettier-ignore
      throw invalid(`${option} names ${JSON.stringify(file)}, which is a folder: name a file in it`);
    await access(folder, constants.W_OK);
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw invalid(`${option} names ${JSON.stringify(file)}, and its folder ${JSON.stringify(folder)} ${codeOf(error) === 'ENOENT' ? 'is not there: make it' : `cannot be written to (${messageOf(error)})`}`, error); // prettier-ignore
  }
}

function why(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'and there is no such file';
  if (code === 'EISDIR') return 'which is a folder';
  return `which cannot be read (${messageOf(error)})`;
}

const invalid = (message: string, cause?: unknown): AuditError => new AuditError('AUDIT_OPTIONS_INVALID', message, {}, cause); // prettier-ignore
