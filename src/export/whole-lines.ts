import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { readPlain } from '../checkpoint/proof-directory.js';
import { cannotGoOn } from './cannot-go-on.js';
import { DIGEST_BYTES, lineDigest, LINES } from './line-digest.js';
import { readLines } from './read-lines.js';

export type TakeLine = (line: string) => Promise<void> | void;

/** What there is of a file of lines that somebody stopped writing. */
export interface WholeLines {
  /** Without the head. */
  readonly rows: number;
  readonly bytes: number;
  /** Of these bytes. */
  readonly hash: Hash;
  /** As they stand beside it. */
  readonly digests: Buffer;
  /** Of lines that reached the disk before their digests did. */
  readonly newer: readonly Buffer[];
}

/** Of a file of a million lines, and of far more. */
const DIGESTS_BYTES = 256 * 1024 * 1024;

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export async function readWhole(directory: string, name: string, head: string, take: TakeLine): Promise<WholeLines> {
  const found = await readPlain(join(directory, name + LINES), DIGESTS_BYTES);
  const digests = found instanceof Buffer ? found : Buffer.alloc(0);
  const count = Math.floor(digests.length / DIGEST_BYTES);
  const hash = createHash('sha256');
  const newer: Buffer[] = [];
  let [at, bytes] = [0, 0];
  for await (const line of readLines(join(directory, name))) {
    if (line.at(-1) !== 10) break;
    const digest = lineDigest(line);
    const isRight = at >= count || digest.equals(digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES));
    const text = line.toString('utf8');
    if (!isRight || (head !== '' && at === 0 && text !== head)) throw cannotGoOn(directory, `line ${at + 1} of ${name} is not the one that was written`); // prettier-ignore
    if (head === '' || at > 0) await take(text);
    if (at >= count) newer.push(digest);
    hash.update(line);
    bytes += line.length;
    at += 1;
  }
  const rows = head === '' ? at : Math.max(at - 1, 0);
  return { rows, bytes, hash, digests: digests.subarray(0, Math.min(at, count) * DIGEST_BYTES), newer };
}
