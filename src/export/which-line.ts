import { join } from 'node:path';
import { isAuditError } from '../event/errors.js';
import type { ExportFinding } from './export-report.js';
import { DIGEST_BYTES, lineDigest, LINES } from './line-digest.js';
import type { ListedFile } from './line-file.js';
import { readChunks, readLines } from './read-lines.js';

/**
 * Says of a file that is not the one that was exported which of its lines is the first that differs. Reads no more of it than it is said to
 * have, and holds a line and two digests.
 * @param digests the file of its lines' digests; `undefined` where that one is not right either
 */
export async function whichLine(
  directory: string,
  { name, rows, bytes }: ListedFile,
  digests: ListedFile | undefined,
): Promise<ExportFinding> {
  const altered = (message: string, line?: number): ExportFinding => ({
    code: 'FILE_ALTERED',
    file: name,
    ...(line === undefined ? {} : { line }),
    message: `${name} is not the file that was exported${message}`,
  });
  if (rows === undefined) return altered('');
  if (digests === undefined) return altered(`; which line differs cannot be said, since ${name}${LINES} is not right either`); // prettier-ignore
  const count = Math.floor(digests.bytes / DIGEST_BYTES);
  const lines = readLines(join(directory, name), bytes);
  const expected = digestsIn(join(directory, digests.name), digests.bytes);
  const next = async (): Promise<Buffer | undefined> => (await expected.next()).value ?? undefined;
  try {
    let [here, behind] = [await next(), await next()];
    for (let at = 1; ; at += 1) {
      const { value, done } = await lines.next();
      if (done === true)
        return altered(here === undefined ? `: it had ${bytes} bytes` : `: it ends before line ${at}, and had ${count} lines`, at); // prettier-ignore
      if (here === undefined) return altered(`: line ${at} and what comes after it was added`, at);
      const digest = lineDigest(value);
      if (digest.equals(here)) {
        [here, behind] = [behind, await next()];
        continue;
      }
      if (behind?.equals(digest) === true) return altered(`: line ${at} was taken out`, at);
      const after = await lines.next();
      const isAdded = after.done !== true && lineDigest(after.value).equals(here);
      return altered(`: line ${at} was ${isAdded ? 'added' : 'changed'}`, at);
    }
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return altered(`: ${error.message}`);
    throw error;
  } finally {
    await lines.return(undefined);
    await expected.return(undefined);
  }
}

async function* digestsIn(path: string, bytes: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of readChunks(path, bytes)) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = all.length - (all.length % DIGEST_BYTES);
    for (let at = 0; at < end; at += DIGEST_BYTES) yield all.subarray(at, at + DIGEST_BYTES);
    rest = Buffer.from(all.subarray(end));
  }
}
