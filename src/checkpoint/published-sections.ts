import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitment, type SectionName } from '../chain/commitment.js';
import { parseLeaf } from '../chain/parse-leaf.js';
import { formatSectionLine } from '../chain/section-line.js';
import type { LeafWithSections, ProofSource } from '../store/proof.port.js';
import type { PublishedDirectory } from './published-directory.js';
import { inconsistent } from './stored-leaf.js';
import { leafOf } from '../chain/leaf.js';
import { formatMillis } from '../event/clock.js';
import { NO_PREVIOUS } from '../chain/hashing.js';

export const SECTION_FILE = 'sections.ndjson';

/** Of an unchanged chain, while one process goes on publishing. Milliseconds. */
const COMPARED_EVERY_MS = 3_600_000;

/** What was written or compared a while ago is not read again each time; outlives a run. */
export class SectionsSeen {
  readonly #seen = new Map<number, { readonly what: string; readonly at: number }>();

  isFresh(chain: number, what: string): boolean {
    const last = this.#seen.get(chain);
    return last?.what === what && performance.now() - last.at < COMPARED_EVERY_MS;
  }

  see(chain: number, what: string): void {
    this.#seen.set(chain, { what, at: performance.now() });
  }
}

/**
 * The sections of the first `size` entries, beside the tiles. Made as a whole each time, also where the chain has not grown: other sections
 * may be asked for than before, and one may have been erased since, whose salt and bytes are null then.
 * @returns whether the file has changed
 */
export async function writeSections(
  source: ProofSource,
  directory: PublishedDirectory,
  {
    chain,
    size,
    sections,
  }: { readonly chain: number; readonly size: number; readonly sections: readonly SectionName[] },
  seen: SectionsSeen,
): Promise<boolean> {
  const what = `${size} ${sections.join(' ')}`;
  if (sections.length === 0 || seen.isFresh(chain, what)) return false;
  const target = join(directory.path, SECTION_FILE);
  await mkdir(directory.path, { recursive: true });
  const beside = join(directory.path, `.new-${SECTION_FILE}`);
  const file = await open(beside, 'w', 0o600);
  const digest = createHash('sha256');
  try {
    for await (const page of source.leaves(chain, 0, size, sections)) {
      const lines = page.flatMap((leaf) => linesOf(leaf, sections)).join('');
      digest.update(lines);
      await file.writeFile(lines);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const isSame = (await digestOf(target)) === digest.digest('hex');
  if (isSame) await rm(beside);
  else await rename(beside, target);
  seen.see(chain, what);
  return !isSame;
}

/** `undefined`: there is none. */
async function digestOf(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const digest = createHash('sha256');
  for await (const chunk of file.createReadStream()) digest.update(chunk as Buffer); // without an encoding it gives no other
  return digest.digest('hex');
}

function linesOf(leaf: LeafWithSections, wanted: readonly SectionName[]): string[] {
  const { seq, id, body = '', prev = NO_PREVIOUS } = leaf;
  // Its chain makes no difference to what it committed to.
  const { commit } = parseLeaf(Buffer.from(leafOf({ origin: 'x', seq, sealedAt: formatMillis(leaf.sealedAt), prev }, body))); // prettier-ignore
  return (['actor', 'data'] as const).flatMap((section) => {
    if (!wanted.includes(section) || commit[section] === null) return [];
    const { salt, bytes } = leaf.sections[section] ?? {};
    if (salt === undefined || bytes === undefined)
      return [formatSectionLine({ seq, id, section, salt: null, bytes: null })];
    if (commitment(section, salt, bytes) !== commit[section])
      throw inconsistent(`the section ${section} of entry ${seq} is not the one that was committed to`, { seq });
    return [formatSectionLine({ seq, id, section, salt, bytes })];
  });
}
