import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { refused } from '../chain/refused.js';
import { isAbsent } from '../checkpoint/proof-directory.js';

/** Three times what a section may have that is read at all; what is longer was not written by an export. */
const LONGEST = 512 * 1024 * 1024;

/** Lines of a plain file with their line feeds; the last may have none. One that is not there has none. Holds one line. @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  if (!(await isPlain(path))) return;
  let rest: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = chunk.subarray(from, end + 1);
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
      [rest, bytes, from] = [[], 0, end + 1];
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > LONGEST) throw refused('export', 'a line is longer than any that an export writes');
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/** A pipe would wait for its writer, and a link may lead anywhere. */
export async function isPlain(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
