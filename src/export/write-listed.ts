import { hash } from 'node:crypto';
import { join } from 'node:path';
import { writeDurably } from '../checkpoint/proof-directory.js';
import type { ListedFile } from './line-file.js';

/** Writes a file as a whole. Resolves when the disk has it. */
export async function writeListed(directory: string, name: string, content: string | Uint8Array): Promise<ListedFile> {
  const bytes = Buffer.from(content as string); // either of the two
  await writeDurably(join(directory, name), bytes);
  return { name, bytes: bytes.length, sha256: hash('sha256', bytes) };
}
