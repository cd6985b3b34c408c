import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { refused } from '../chain/refused.js';
import { isAbsent } from '../checkpoint/proof-directory.js';

/** A text of JavaScript's has 512 MB at most, less some bytes: what is longer was not written by an export. */
const LONGEST = 511 * 1024 * 1024;

/**
 * Lines of a plain file with their line feeds; the last may have none. One that is not there has none. Holds one line.
 * @param most bytes that are read: those that the file is said to have
 * @throws AuditError `AUDIT_EVIDENCE_INVALID`
 */
export async function* readLines(path: string, most?: number): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(path, most)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = chunk.subarray(from, end + 1);
      if (bytes + line.length > LONGEST) throw tooLong();
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
      [rest, bytes, from] = [[], 0, end + 1];
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > LONGEST) throw tooLong();
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/** Bytes of a plain file, a megabyte at a time; nothing of what is none. */
export async function* readChunks(path: string, most = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (most <= 0 || !(await isPlain(path))) return;
  yield* createReadStream(path, { highWaterMark: 1024 * 1024, end: most - 1 }) as AsyncIterable<Buffer>;
}

const tooLong = () => refused('export', 'a line is longer than any that an export writes');

/** A pipe would wait for its writer, and a link may lead anywhere. */
export async function isPlain(path: string): Promise<boolean> {
  return (await plainSize(path)) !== undefined;
}

/** Bytes of a plain file; `undefined`: there is none. */
export async function plainSize(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
