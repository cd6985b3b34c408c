import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { commitment, type SectionName } from '../chain/commitment.js';
import { leafOf } from '../chain/leaf.js';
import { parseLeaf, type ParsedLeaf } from '../chain/parse-leaf.js';
import { NO_PREVIOUS } from '../chain/hashing.js';
import { parseSectionLine, type SectionLine } from '../chain/section-line.js';
import { isAuditError } from '../event/errors.js';
import { LEAVES_FILE, SECTIONS_FILE } from './evidence.js';
import type { Said } from './export-report.js';
import { entryOfLeaf } from './leaf-entry.js';
import { parseLeafLine, type LeafLine } from './leaf-line.js';
import type { Manifest, ManifestEvidence } from './manifest.js';
import { projection } from './projection.js';
import { readLines } from './read-lines.js';
import type { Filter } from './reapply.js';
import { RowDigests } from './row-digests.js';
import { factsOfBody } from './row-facts.js';

/** Bits of an entry: a row has to be there for it; its sections are opened, or it never had any; its row was met. */
export const ASKED = 1;
export const WHOLE = 2;
export const MET = 4;
/** A section of it is there without its salt. */
export const ERASED_ACTOR = 8;
export const ERASED_DATA = 16;

/** Bytes of a leaf's line, at least: whoever claims a longer range than the file can hold is not believed. */
const SHORTEST = 100;
const SECTIONS: readonly SectionName[] = ['actor', 'data'];

/**
 * Goes through the leaves, which must follow each other, and makes of each what its row must say. @returns `undefined` where the leaves
 * are no range
 */
export async function checkLeaves(
  directory: string,
  manifest: Manifest & { readonly evidence: ManifestEvidence },
  filter: Filter,
  proven: { readonly seq: number; readonly hash: string } | undefined,
  said: Said,
): Promise<RowDigests | undefined> {
  const { evidence, format, values } = manifest;
  const { origin, tenant, range } = evidence;
  const project = projection(format, values);
  const sections = evidence.opened ? sectionsOf(join(directory, SECTIONS_FILE)) : undefined;
  let [next, prev, number] = [range.firstSeq, evidence.prev, 0];
  const wrong = (message: string): undefined => {
    said.find({ code: 'LEAF_INVALID', file: LEAVES_FILE, line: number, seq: next, message: `line ${number} of ${LEAVES_FILE}: ${message}` }); // prettier-ignore
    return undefined;
  };
  const { size } = await stat(join(directory, LEAVES_FILE)).catch(() => ({ size: 0 }));
  if (range.lastSeq - range.firstSeq >= size / SHORTEST)
    return wrong('there are fewer leaves than the range has entries');
  const expected = new RowDigests(range.firstSeq, range.lastSeq);
  if (range.firstSeq === 0 && prev !== NO_PREVIOUS) return wrong('the first entry of a chain has none before it');
  try {
    for await (const bytes of readLines(join(directory, LEAVES_FILE))) {
      number += 1;
      const leaf = parseLeafLine(bytes.toString('utf8'));
      if (leaf.seq !== next || next > range.lastSeq) return wrong(`it is entry ${leaf.seq}, and entry ${next} comes here`); // prettier-ignore
      const parsed = parseLeaf(
        Buffer.from(leafOf({ origin, seq: leaf.seq, sealedAt: leaf.sealedAt, prev }, leaf.body)),
      );
      if (proven?.seq === next && proven.hash !== parsed.hash) return wrong('it, or one before it, is not the one that was signed'); // prettier-ignore
      if (next === range.firstSeq) checkBegin(manifest, leaf, said);
      const lines = sections === undefined ? [] : await sections.of(next);
      for (const { section, salt } of lines)
        if (salt === null) expected.mark(next, section === 'actor' ? ERASED_ACTOR : ERASED_DATA);
      const opened = sections && openedOf(parsed, lines, said);
      const { id, hash, action, outcome } = parsed;
      const facts = { ...leaf, id, origin, tenant, hash, action, outcome };
      const isWhole = opened !== undefined || SECTIONS.every((name) => parsed.commit[name] === null);
      const made = project.ofEntry(entryOfLeaf(facts, opened), isWhole ? 'whole' : 'clear');
      if (made !== undefined) expected.set(next, made);
      if (isWhole) expected.mark(next, WHOLE);
      if (filter.asksFor(factsOfBody(leaf.body, next))) expected.mark(next, ASKED);
      [prev, next] = [parsed.hash, next + 1];
    }
    const left = sections && (await sections.rest());
    if (left !== undefined) said.find({ code: 'SECTION_INVALID', file: SECTIONS_FILE, seq: left.seq, message: `${SECTIONS_FILE} has a section of entry ${left.seq} out of its place` }); // prettier-ignore
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return wrong(error.message);
    throw error;
  }
  if (next <= range.lastSeq) return wrong(`the file ends before entry ${next}, and the range goes to ${range.lastSeq}`);
  return expected;
}

/** What was sealed before the range can not be asked for. */
function checkBegin({ filter, evidence }: Manifest, { seq, sealedAt }: LeafLine, said: Said): void {
  const from = typeof filter['from'] === 'string' ? Date.parse(filter['from']) : undefined;
  if (evidence === undefined || seq === 0 || (from !== undefined && Date.parse(sealedAt) < from)) return;
  said.find({ code: 'RANGE_SHORT', file: LEAVES_FILE, seq, message: `the leaves begin at entry ${seq}, which was not sealed before the period that was asked for: entries before it may be left out` }); // prettier-ignore
}

/** The sections of an entry; `undefined` where not all of them are shown. */
function openedOf(parsed: ParsedLeaf, lines: readonly SectionLine[], said: Said) {
  const { seq, id, commit } = parsed;
  const isWrong = (line: SectionLine): boolean =>
    line.id !== id ||
    commit[line.section] === null ||
    (line.salt !== null && commitment(line.section, line.salt, line.bytes ?? '') !== commit[line.section]);
  const wrong = lines.find((line) => isWrong(line));
  if (wrong !== undefined) {
    said.find({ code: 'SECTION_INVALID', file: SECTIONS_FILE, seq, message: `the section ${wrong.section} of entry ${seq} is not the one that was committed to` }); // prettier-ignore
    return undefined;
  }
  const held = SECTIONS.filter((name) => commit[name] !== null);
  if (lines.length === 0 || lines.map(({ section }) => section).join() !== held.join()) return undefined;
  return Object.fromEntries(lines.map(({ section, bytes }) => [section, bytes ?? undefined]));
}

/** Lines of sections, in the order of their entries. */
function sectionsOf(path: string) {
  const lines = readLines(path)[Symbol.asyncIterator]();
  let next: SectionLine | undefined;
  let isEnded = false;
  const peek = async (): Promise<SectionLine | undefined> => {
    if (next === undefined && !isEnded) {
      const { value, done } = await lines.next();
      if (done === true) isEnded = true;
      else next = parseSectionLine(value.toString('utf8'));
    }
    return next;
  };
  return {
    async of(seq: number): Promise<readonly SectionLine[]> {
      const found: SectionLine[] = [];
      for (let line = await peek(); line?.seq === seq; line = await peek()) {
        found.push(line);
        next = undefined;
      }
      return found;
    },
    rest: peek,
  };
}
