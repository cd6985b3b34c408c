import { visible } from '../event/visible.js';
import { rowJson } from './row-json.js';
import type { Manifest } from './manifest.js';
import { sorted } from './sorted.js';

export interface SheetFacts extends Omit<Manifest, 'files'> {
  /** As it was typed, without what connects to the database. */
  readonly command: readonly string[];
  /** What a verification of the log said just before; absent: nobody asked for one. */
  readonly verified?: string | undefined;
  readonly versions: readonly string[];
}

type Line = readonly [name: string, value: string];

/** What the manifest says too, word for word: `verify-export` compares it, so a later version says it in the same words. */
export function sheetConditions({
  producedAt,
  producedBy,
  filter,
  order,
  count,
  evidence,
  previous,
}: Omit<Manifest, 'files'>): readonly Line[] {
  return [
    ['made at', `${producedAt} by ${producedBy}`],
    ['filter', rowJson(JSON.parse(sorted(filter)))],
    ['order', `${order} first, by time of occurrence; of one record, by place in its chain`],
    ['entries', String(count)],
    ...(previous === undefined ? [] : [['previous', previous] as const]),
    ...(evidence === undefined ? [] : [['range', `${evidence.origin}, entries ${evidence.range.firstSeq} to ${evidence.range.lastSeq}`] as const]), // prettier-ignore
  ];
}

export function sheetLine([name, value]: Line): string {
  return `${name.padEnd(11)} ${visible(value)}\n`;
}

/** How the listing was made, for whoever files it: a page of plain text in which everything foreign is escaped. */
export function sheetText(facts: SheetFacts): string {
  const { sample } = facts;
  const lines: Line[] = [
    ['command', facts.command.join(' ')],
    ['versions', facts.versions.join(', ')],
    ...sheetConditions(facts),
    ...(facts.continued === undefined ? [] : [['continued', `${facts.continued} entries were there when the export went on, written by a program that was ended`] as const]), // prettier-ignore
    ['times', `${facts.zone}, in all files`],
    ['left out', leftOut(facts)],
    ['checkpoint', checkpointText(facts)],
    ['sections', sectionsText(facts)],
    ...(sample === undefined ? [] : [['sample', sampleText(sample)] as const]),
    ['the log', facts.verified ?? 'was not verified with this export: run "nestjs-prisma-audit verify"'],
    ['to check', 'nestjs-prisma-audit verify-export . --vkey VKEY; sha256sum -c SHA256SUMS'],
  ];
  return `Export of an audit log\n\n${lines.map(sheetLine).join('')}`;
}

function leftOut({ matched }: SheetFacts): string {
  return matched === 'whole-range'
    ? 'nothing of the range that the filter asks for, as the leaves show'
    : 'this file cannot show that nothing is (make it with --prove-complete)';
}

function checkpointText({ evidence }: SheetFacts): string {
  const { checkpoint, provenSeq, range } = evidence ?? {};
  if (evidence === undefined || range === undefined) return 'none is with this export';
  if (checkpoint === undefined) return 'no signed checkpoint covers any of it';
  const upTo = provenSeq === range.lastSeq ? 'all of it' : `entries up to ${provenSeq}`;
  return `${checkpoint.origin} at ${checkpoint.size} entries, root ${checkpoint.root}: covers ${upTo}`;
}

function sectionsText({ evidence }: SheetFacts): string {
  if (evidence?.opened !== true)
    return 'actors and values are as the log shows them; nothing here opens their commitments';
  return `opened; of ${evidence.withheld} entries something is hidden from the reader, and they are not; ${evidence.erased} sections were erased`; // prettier-ignore
}

function sampleText({ size, word, checkpoint, seed }: NonNullable<Manifest['sample']>): string {
  const said = word === undefined ? 'no word was said: STEERABLE BY THE LOG’S OWNER' : `word ${JSON.stringify(word)}`;
  return `${size} entries, ${said}; checkpoint at ${checkpoint.size} entries, root ${checkpoint.root}; seed = SHA-256(root, line feed, word) = ${seed}; drawn: smallest SHA-256(seed, line feed, origin, line feed, seq)`; // prettier-ignore
}
