import { mkdir, open, rename } from 'node:fs/promises';
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

/**
 * The sections of the first `size` entries, beside the tiles. Written as a whole each time: a section may have been erased since, and
 * then salt and bytes are null.
 * @param isNew the chain has grown; else it is written only where there is none
 */
export async function writeSections(
  source: ProofSource,
  directory: PublishedDirectory,
  chain: number,
  size: number,
  sections: readonly SectionName[],
  isNew: boolean,
): Promise<void> {
  if (sections.length === 0) return;
  const target = join(directory.path, SECTION_FILE);
  await mkdir(directory.path, { recursive: true });
  if (!isNew && (await open(target).then((file) => file.close().then(() => true), () => false))) return; // prettier-ignore
  const beside = join(directory.path, `.new-${SECTION_FILE}`);
  const file = await open(beside, 'w', 0o600);
  try {
    for await (const page of source.leaves(chain, 0, size, sections)) {
      const lines: string[] = [];
      for (const leaf of page) lines.push(...linesOf(leaf, sections));
      await file.writeFile(lines.join(''));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, target);
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
