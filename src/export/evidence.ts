import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commitment, type SectionName } from '../chain/commitment.js';
import { NO_PREVIOUS } from '../chain/hashing.js';
import { parseLeaf } from '../chain/parse-leaf.js';
import { formatSectionLine } from '../chain/section-line.js';
import { prove } from '../checkpoint/prove.js';
import { bytesOfLeaf, inconsistent } from '../checkpoint/stored-leaf.js';
import { formatMillis } from '../event/clock.js';
import type { LeafWithSections, ProofSource } from '../store/proof.port.js';
import { entryOfLeaf } from './leaf-entry.js';
import { formatLeafLine } from './leaf-line.js';
import { LineFile, type ListedFile } from './line-file.js';
import type { ManifestEvidence } from './manifest.js';
import type { Project } from './projection.js';
import { coveredSize, type ExportRange, type WithProof } from './range.js';
import type { RowDigests } from './row-digests.js';
import { writeListed } from './write-listed.js';

export const LEAVES_FILE = 'leaves.ndjson';
export const SECTIONS_FILE = 'sections.ndjson';
export const PROOF_FOLDER = 'proof';

/** Of a row that was written: it may be opened, if it shows all that its sections hold. */
export const WRITTEN = 1;

export interface Openings {
  readonly rows: RowDigests;
  readonly project: Project;
}

export interface EvidenceOptions {
  readonly directory: string;
  readonly withProof: WithProof;
  readonly range: ExportRange;
  /** Absent: no section is opened. */
  readonly openings?: Openings | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((leaves: number, of: number) => void) | undefined;
}

/** Entries that are read in one snapshot. */
const STEP = 10_000;
const SECTIONS: readonly SectionName[] = ['actor', 'data'];

/**
 * Writes the leaves of a range, what opens its rows, and the proof of its last entry that a signed checkpoint covers: each leaf holds
 * the hash of the one before, so that one proves all of them.
 * @throws AuditError `AUDIT_LOG_INCONSISTENT`
 */
export async function writeEvidence(
  options: EvidenceOptions,
): Promise<{ readonly files: readonly ListedFile[]; readonly evidence: ManifestEvidence }> {
  const { directory, withProof, range, openings } = options;
  // Before the leaves, so that they reach as far as what is signed.
  const proof = await withProof((log) => proofOf(log, range));
  const leaves = await LineFile.create(directory, LEAVES_FILE);
  const sections = openings && (await LineFile.create(directory, SECTIONS_FILE));
  try {
    const facts = await writeLeaves(options, leaves, sections);
    const files = [...(await leaves.close()), ...(sections === undefined ? [] : await sections.close())];
    if (proof !== undefined) await mkdir(join(directory, PROOF_FOLDER), { mode: 0o700 });
    for (const { path, bytes } of proof?.files ?? [])
      files.push(await writeListed(directory, `${PROOF_FOLDER}/${path}`, bytes));
    const { origin, tenant, first, last } = range;
    return {
      files,
      evidence: {
        origin,
        tenant,
        range: { firstSeq: first, lastSeq: last },
        ...facts,
        opened: openings !== undefined,
        ...(proof === undefined ? {} : { provenSeq: proof.proves.entry.seq, checkpoint: proof.proves.checkpoint }),
      },
    };
  } finally {
    await leaves.abandon();
    await sections?.abandon();
  }
}

async function proofOf(log: ProofSource, { chain, first, last }: ExportRange) {
  const covered = Math.min((await coveredSize(log, chain)) - 1, last);
  if (covered < first) return undefined;
  for await (const [leaf] of log.leaves(chain, covered, covered + 1)) if (leaf) return await prove(log, leaf.id);
  throw inconsistent(`entry ${covered} of a chain is not there`, { seq: covered });
}

async function writeLeaves(
  { withProof, range, openings, signal, onProgress }: EvidenceOptions,
  leaves: LineFile,
  sections: LineFile | undefined,
): Promise<Pick<ManifestEvidence, 'prev' | 'withheld' | 'erased'>> {
  const { chain, origin, first, last } = range;
  const facts = { prev: NO_PREVIOUS, withheld: 0, erased: 0 };
  let next = first;
  for (let from = first; from <= last; from += STEP) {
    signal?.throwIfAborted();
    const to = Math.min(from + STEP, last + 1);
    await withProof(async (log) => {
      for await (const page of log.leaves(chain, from, to, openings ? SECTIONS : []))
        for (const leaf of page) {
          if (leaf.seq !== next) throw inconsistent(`entry ${next} of ${origin} is not there`, { seq: next });
          const bytes = bytesOfLeaf(origin, leaf);
          if (next === first) facts.prev = leaf.prev ?? NO_PREVIOUS;
          await leaves.write(formatLeafLine({ seq: next, sealedAt: formatMillis(leaf.sealedAt), body: leaf.body ?? '' })); // prettier-ignore
          if (openings && sections && openings.rows.is(next, WRITTEN)) {
            const opened = open(leaf, bytes, range, openings);
            for (const line of opened ?? []) await sections.write(line.text);
            facts.erased += opened?.filter(({ isErased }) => isErased).length ?? 0;
            if (opened === undefined) facts.withheld += 1;
          }
          next += 1;
        }
    });
    if (next < to) throw inconsistent(`entry ${next} of ${origin} is not there`, { seq: next });
    onProgress?.(next - first, last - first + 1);
  }
  return facts;
}

/** Lines that open the sections of an entry; `undefined` if the row does not show all that they hold: then no salt leaves. */
function open(
  leaf: LeafWithSections,
  bytes: Buffer,
  { origin, tenant }: ExportRange,
  { rows, project }: Openings,
): readonly { readonly text: string; readonly isErased: boolean }[] | undefined {
  const { seq, id, hash, body = '' } = leaf;
  const { commit, action, outcome } = parseLeaf(bytes);
  const held = SECTIONS.filter((name) => commit[name] !== null);
  const shown = Object.fromEntries(held.map((name) => [name, leaf.sections[name]?.salt === undefined ? undefined : leaf.sections[name].bytes])); // prettier-ignore
  const facts = { seq, id, hash, body, origin, tenant, action, outcome, sealedAt: formatMillis(leaf.sealedAt) };
  const expected = project.ofEntry(entryOfLeaf(facts, shown), 'whole');
  if (expected === undefined || !rows.isSame(seq, expected)) return undefined;
  return held.map((section) => {
    const { salt, bytes: content } = leaf.sections[section] ?? {};
    if (salt === undefined || content === undefined)
      return { text: formatSectionLine({ seq, id, section, salt: null, bytes: null }), isErased: true };
    if (commitment(section, salt, content) !== commit[section])
      throw inconsistent(`the section ${section} of entry ${seq} is not the one that was committed to`, { seq });
    return { text: formatSectionLine({ seq, id, section, salt, bytes: content }), isErased: false };
  });
}
