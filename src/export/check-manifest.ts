import { SAMPLE_FILE } from './draw.js';
import { LEAVES_FILE, PROOF_FOLDER, SECTIONS_FILE } from './evidence.js';
import type { Said } from './export-report.js';
import { LINES } from './line-digest.js';
import { MANIFEST, type Manifest } from './manifest.js';
import { openPeriod } from './reach.js';
import { SEED_FOLDER } from './seed.js';

/** What is listed, and said by nothing else of the manifest, would be looked at by nobody: what says it was taken out. */
export function checkListed({ files, format, evidence, sample }: Manifest, said: Said): void {
  const other = format === 'csv' ? 'ndjson' : 'csv';
  const unsaid: readonly (readonly [isThere: boolean, isOne: (name: string) => boolean])[] = [
    [evidence !== undefined, (name) => name === LEAVES_FILE],
    [evidence?.opened === true, (name) => name === SECTIONS_FILE],
    [evidence?.provenSeq !== undefined, (name) => name.startsWith(`${PROOF_FOLDER}/`)],
    [sample !== undefined, (name) => name === SAMPLE_FILE || name.startsWith(`${SEED_FOLDER}/`)],
    [false, (name) => name.startsWith('entries-') && name.endsWith(`.${other}`)],
  ];
  for (const { name } of files) {
    const of = name.endsWith(LINES) ? name.slice(0, -LINES.length) : name;
    if (unsaid.some(([isThere, isOne]) => !isThere && isOne(of)))
      said.find({ code: 'MANIFEST_INVALID', file: name, message: `${MANIFEST} lists ${name}, and says nothing of what it is: what says it was taken out` }); // prettier-ignore
  }
}

/** Nobody knows what comes after an export. @param reached up to when leaves show all that was sealed */
export function checkPeriod({ filter, evidence, producedAt }: Manifest, reached: string | undefined, said: Said): void {
  if (evidence !== undefined && reached === undefined) return; // the leaves are no range, and were said to be none
  const open = openPeriod(filter, reached ?? producedAt, evidence === undefined ? 'made' : 'sealed');
  if (open !== undefined) said.find({ code: 'INCOMPLETE_PERIOD', file: MANIFEST, message: open });
  if (reached !== undefined) said.limits.push(`what was sealed after ${reached} is not in it, whenever it happened`);
}
